import { SpikeBatch } from '../../firmware-bridge/index.ts';
import type { BoardEvent } from '../../runtime/index.ts';
import type { Plan } from './plan.ts';

type SpikesEvent = { -readonly [Key in keyof Extract<BoardEvent, { kind: 'spikes' }>]: Extract<BoardEvent, { kind: 'spikes' }>[Key] };

const MAX_GROUPS = 256;
const MAX_SPIKES = 256;
/** What a Spikes message needs beside a byte for each spike. */
const OVERHEAD = 16;

/** Puts a board's answers together, one event a tick, in one object for all of them. */
export class Answers {
  readonly #batch = new SpikeBatch(MAX_GROUPS, MAX_SPIKES);
  readonly #plan: Plan;
  readonly #event: SpikesEvent;
  readonly #addresses: Uint32Array;
  /** an answer may take several messages, so that after a loss the next one may lack its beginning */
  readonly #long: boolean;
  readonly #emit: (event: BoardEvent) => void;
  #count = 0;
  #doubtful = false;

  constructor(plan: Plan, maxPayload: number, emit: (event: BoardEvent) => void) {
    this.#plan = plan;
    this.#emit = emit;
    this.#long = plan.neurons > maxPayload - OVERHEAD;
    this.#addresses = new Uint32Array(plan.neurons);
    this.#event = { kind: 'spikes', tick: 0, addresses: this.#addresses, start: 0, count: 0 };
  }

  /** Messages before the next one were lost. */
  lost(): void {
    this.#count = 0;
    this.#doubtful = this.#long;
  }

  /** Takes a message; returns how many spikes of an ended tick it completed, or -1 if it is malformed. */
  take(bytes: Uint8Array, start: number, end: number): number {
    const batch = this.#batch;
    const { spikes, ids } = this.#plan;
    if (!batch.decode(bytes, start, end, ids)) return -1;
    for (let s = 0; s < batch.spikes; s++) {
      const address = spikes[batch.addresses[s]!]!;
      if (address >= 0 && this.#count < this.#addresses.length) this.#addresses[this.#count++] = address;
    }
    // Spikes of the tick after base go ahead of the message that ends it.
    if (batch.groups > 0 && batch.ticks[0] !== batch.baseTick) return 0;
    const count = this.#count;
    const known = !this.#doubtful;
    this.#count = 0;
    this.#doubtful = false;
    if (!known) return 0;
    const event = this.#event;
    event.tick = batch.baseTick;
    event.count = count;
    this.#emit(event);
    return count;
  }
}
