import { createFaultCounts, type Fault, type FaultCounts, type When } from './fault-list.ts';
import { frameType, type Pass, type Stage, stageOf } from './fault-stages.ts';

/** Takes bytes, or refuses them. */
export type Sink = (bytes: Uint8Array, start: number, end: number) => boolean;

/** Bytes that a direction holds while it stands still, or while its sink has no room. */
const HELD = 1 << 13;
/** Numbers of faults in a list must not share their draws. */
const STREAM = 0x632be59b;

/** A small generator of uniform 32-bit words (splitmix32): faults need to be repeatable, not unpredictable. */
export function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

const within = (range: readonly [number, number] | undefined, value: number): boolean =>
  range === undefined || (value >= range[0] && value < range[1]);

/** Leads a fault past what it is not meant for. */
function switched(stage: Stage, when: When, pass: Pass, tick: () => number): Stage {
  const past = stage.bypass ?? pass;
  let offset = 0;
  let piece = 0;
  const push: Pass = (bytes, start, end, now) => {
    const from = offset;
    offset += end - start;
    const typed = when.types === undefined || when.types.includes(frameType(bytes, start, end));
    const chosen = typed && within(when.pieces, piece) && within(when.ticks, tick()) && within(when.ms, now);
    if (typed) piece++;
    if (!chosen) return past(bytes, start, end, now);
    if (when.bytes === undefined) return stage.push(bytes, start, end, now);
    const first = Math.min(end, Math.max(start, start + when.bytes[0] - from));
    const last = Math.min(end, Math.max(first, start + when.bytes[1] - from));
    if (first > start) past(bytes, start, first, now);
    if (last > first) stage.push(bytes, first, last, now);
    if (end > last) past(bytes, last, end, now);
  };
  return { ...stage, push };
}

/** One direction of a bad line: a list of faults, and what stands still behind them. */
export class Direction {
  readonly counts: FaultCounts = createFaultCounts();
  stalledUntil = Number.NEGATIVE_INFINITY;
  readonly #seed: number;
  readonly #tick: () => number;
  readonly #sink: Sink;
  readonly #unplug: () => void;
  readonly #held = new Uint8Array(HELD);
  #heldBytes = 0;
  #stages: readonly Stage[] = [];
  #first: Pass = (bytes, start, end, now) => this.#out(bytes, start, end, now);

  constructor(faults: readonly Fault[], seed: number, tick: () => number, sink: Sink, unplug: () => void) {
    this.#seed = seed;
    this.#tick = tick;
    this.#sink = sink;
    this.#unplug = unplug;
    this.set(faults);
  }

  /** Exchanges the faults; counts go on, what the old ones held is lost. */
  set(faults: readonly Fault[]): void {
    const stages: Stage[] = [];
    let pass: Pass = (bytes, start, end, now) => this.#out(bytes, start, end, now);
    for (let i = faults.length - 1; i >= 0; i--) {
      const random = splitmix32(this.#seed ^ Math.imul(i + 1, STREAM));
      const stall = (until: number): void => {
        this.stalledUntil = Math.max(this.stalledUntil, until);
      };
      const stage = stageOf(faults[i], { random, counts: this.counts, pass, stall, unplug: this.#unplug });
      const { when } = faults[i];
      stages.unshift(when === undefined ? stage : switched(stage, when, pass, this.#tick));
      pass = stages[0].push;
    }
    this.#stages = stages;
    this.#first = pass;
  }

  /** Gives a piece to the faults. False, and nothing of it is taken, while there is no room behind them. */
  pass(bytes: Uint8Array, start: number, end: number, now: number): boolean {
    this.#drain(now);
    const still = now < this.stalledUntil;
    if (still ? end - start > HELD - this.#heldBytes : this.#heldBytes > 0) return false;
    // A line without faults refuses what its sink refuses.
    const plain = this.#stages.length === 0 && !still;
    if (plain && !this.#sink(bytes, start, end)) return false;
    this.counts.writes++;
    this.counts.bytes += end - start;
    if (!plain) this.#first(bytes, start, end, now);
    return true;
  }

  /** Gives on what is due. */
  release(now: number): void {
    this.#drain(now);
    for (let i = 0; i < this.#stages.length; i++) this.#stages[i].release?.(now);
  }

  clear(): void {
    this.#heldBytes = 0;
    for (const stage of this.#stages) stage.clear?.();
  }

  #out(bytes: Uint8Array, start: number, end: number, now: number): void {
    if (end === start) return;
    if (now >= this.stalledUntil && this.#heldBytes === 0 && this.#sink(bytes, start, end)) return;
    const fits = Math.min(end - start, HELD - this.#heldBytes);
    this.#held.set(bytes.subarray(start, start + fits), this.#heldBytes);
    this.#heldBytes += fits;
    this.counts.overflown += end - start - fits;
  }

  #drain(now: number): void {
    if (this.#heldBytes === 0 || now < this.stalledUntil) return;
    // The sink may hand over to somebody who writes at once.
    const length = this.#heldBytes;
    this.#heldBytes = 0;
    if (!this.#sink(this.#held, 0, length)) this.#heldBytes = length;
  }
}
