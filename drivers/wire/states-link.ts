import { code, type Link, readStates, writeStatesQuestion } from '../../firmware-bridge/index.ts';

/** An answer that is not there by then was lost. */
const ASK_AGAIN_MS = 50;
const PAYLOAD_BYTES = 8;

/**
 * The host's end of a look into a board: what the neurons of one population hold, between two ticks. Whoever owns the link hands it States
 * messages (`receive`) and turns (`poll`).
 */
export class StatesLink {
  readonly #link: Link;
  readonly #now: () => number;
  readonly #payload = new Uint8Array(PAYLOAD_BYTES);
  readonly #answer = { population: 0, first: 0, tick: 0, count: 0 };
  #reading: { readonly population: number; readonly states: Int32Array; next: number; tick: number; asked: number } | undefined;

  constructor(link: Link, now: () => number) {
    this.#link = link;
    this.#now = now;
  }

  /** Begins to read the `size` states of a population; what was being read is given up. */
  read(population: number, size: number): void {
    this.#reading = { population, states: new Int32Array(size), next: 0, tick: 0, asked: Number.NEGATIVE_INFINITY };
    this.poll();
  }

  /** The states, once all of them have come, from between the same two ticks. */
  get states(): Int32Array | undefined {
    const reading = this.#reading;
    return reading === undefined || reading.next < reading.states.length ? undefined : reading.states;
  }

  /** Takes a States message; false if it is malformed. */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    const reading = this.#reading;
    if (reading === undefined) return true;
    const answer = this.#answer;
    const before = reading.next;
    if (!readStates(bytes, start, end, answer, reading.states)) return false;
    if (answer.population !== reading.population || answer.first !== before || before === reading.states.length) return true;
    // A tick has run meanwhile: what was read before it is another state.
    reading.next = before > 0 && answer.tick !== reading.tick ? 0 : before + answer.count;
    reading.tick = answer.tick;
    reading.asked = Number.NEGATIVE_INFINITY;
    this.poll();
    return true;
  }

  poll(): void {
    const reading = this.#reading;
    if (reading === undefined || reading.next >= reading.states.length || this.#now() - reading.asked < ASK_AGAIN_MS) return;
    if (this.#link.send(code.States, this.#payload, 0, writeStatesQuestion(this.#payload, reading.population, reading.next)))
      reading.asked = this.#now();
  }
}
