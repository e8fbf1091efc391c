import { Observable, type Subscriber } from 'rxjs';

/** A hot stream of events, one for every tick: unlike a Subject, which makes a closure and an iterator for each, it makes nothing. */
export class Events<T> {
  readonly stream: Observable<T>;
  #subscribers: readonly Subscriber<T>[] = [];

  constructor() {
    this.stream = new Observable((subscriber) => {
      this.#subscribers = [...this.#subscribers, subscriber];
      return () => {
        this.#subscribers = this.#subscribers.filter((one) => one !== subscriber);
      };
    });
  }

  /** Whoever comes or goes meanwhile hears the next one. */
  emit(event: T): void {
    const subscribers = this.#subscribers;
    for (let i = 0; i < subscribers.length; i++) subscribers[i]!.next(event);
  }
}
