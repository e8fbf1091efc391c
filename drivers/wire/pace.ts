import type { Transport } from '../../firmware-bridge/index.ts';

/** Time that passes only when a board is used, and the far end that lives in it. */
export interface VirtualTime {
  /** ms */
  now(): number;
  /** longest step in which nothing is missed */
  readonly stepMs: number;
  /** moves time on */
  pass(ms: number): void;
  /** lets the far end do what is due */
  poll(): void;
}

/** How often the machine's time is looked at. */
const NAP_MS = 5;
/** Step of virtual time while somebody waits. */
const WAIT_MS = 1;

/**
 * When the host's end of a line gets its turns. In the machine's time: at every piece of bytes, and by a timer. In virtual time: when the
 * board is used, in turn with the far end, until nothing moves any more.
 */
export class Pace {
  readonly #virtual: VirtualTime | undefined;
  readonly #turn: () => number;
  readonly #waiting = new Set<{ readonly done: () => boolean; readonly resolve: () => void }>();
  #stop: (() => void) | undefined;
  #moved = -1;
  #depth = 0;

  /** `turn` does what is due and returns a number that changes whenever bytes came or went. */
  constructor(virtual: VirtualTime | undefined, turn: () => number) {
    this.#virtual = virtual;
    this.#turn = turn;
  }

  /** The link over `transport` has begun. */
  start(transport: Transport): void {
    if (this.#virtual !== undefined || this.#stop !== undefined) return;
    const look = (): void => {
      this.#turn();
      for (const waiter of this.#waiting) {
        if (!waiter.done()) continue;
        this.#waiting.delete(waiter);
        waiter.resolve();
      }
    };
    const timer = setInterval(look, NAP_MS);
    const unsubscribe = transport.onBytes(look);
    this.#stop = () => {
      clearInterval(timer);
      unsubscribe();
    };
  }

  /** There is no link any more. Whoever waits is told, for nothing will move. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Lets virtual time pass, step by step. */
  pass(ms: number): void {
    if (this.#virtual === undefined) return;
    for (let left = ms; left > 0; left -= this.#virtual.stepMs) {
      this.#virtual.pass(Math.min(left, this.#virtual.stepMs));
      this.poll();
    }
  }

  /** In virtual time, both ends in turn until nothing moves. */
  poll(): void {
    if (this.#virtual === undefined) return;
    this.#depth++;
    try {
      for (;;) {
        this.#virtual.poll();
        const moved = this.#turn();
        if (moved === this.#moved) return;
        this.#moved = moved;
      }
    } finally {
      this.#depth--;
    }
  }

  /** Resolves when `done`, or when there is no link any more; in virtual time without a turn of the event loop. */
  async wait(done: () => boolean): Promise<void> {
    if (this.#virtual === undefined) {
      if (this.#stop !== undefined && !done()) await new Promise<void>((resolve) => this.#waiting.add({ done, resolve }));
      return;
    }
    // Whoever hears a message and waits would wait for ever: nothing is delivered before it has been heard.
    if (this.#depth > 0) await undefined;
    this.poll();
    while (!done()) this.pass(WAIT_MS);
  }
}
