import type { SpikeBatch } from '../../firmware-bridge/index.ts';

/** Ticks that a board holds before it has run them; a power of two. */
const HELD = 32;

/**
 * What a board was told and has not yet run: the values of every source for a few ticks. A tick is ready as soon as it, or a
 * later one, has been ended; ticks whose messages were lost run silent.
 */
export class TickQueue {
  readonly #inputs: number;
  /** place of each id among the inputs, -1 where it is none */
  readonly #place: Int32Array;
  readonly #maxGrade: number;
  readonly #arrivedAt = new Float64Array(HELD);
  readonly values: Uint16Array;
  #counting = false;
  /** tick to run next, and the last one that was ended */
  next = 0;
  #ended = 0;
  /** spikes of no input or of no tick at hand, and ticks given up because too many waited */
  strays = 0;
  overruns = 0;

  /** `place` has an entry for each id. */
  constructor(inputs: number, place: Int32Array, maxGrade: number) {
    this.#inputs = inputs;
    this.#place = place;
    this.#maxGrade = maxGrade;
    this.values = new Uint16Array(HELD * inputs);
  }

  /** Whether a tick is ready to run. */
  get ready(): boolean {
    return this.#counting && ((this.#ended - this.next) | 0) >= 0;
  }

  /** Where the values of the next tick begin. */
  get from(): number {
    return (this.next & (HELD - 1)) * this.#inputs;
  }

  /** When the next tick was ended. */
  get arrivedAt(): number {
    return this.#arrivedAt[this.next & (HELD - 1)]!;
  }

  /** Takes a message. */
  take(batch: SpikeBatch, now: number): void {
    const { baseTick, groups, ticks, starts } = batch;
    const ends = groups === 0 || ticks[0] === baseTick;
    const ahead = (baseTick - this.#ended) | 0;
    // A host that counts anew, or that skipped more than can be made up for, is followed.
    if (!this.#counting || ahead < 0 || (ends && ahead === 0) || ahead > HELD) this.#restart(ends ? baseTick : ticks[0]!);
    if (ends) this.#end(baseTick, now);
    for (let g = 0; g < groups; g++) {
      const wait = (ticks[g]! - this.next) | 0;
      if (wait < 0 || wait >= HELD) this.strays += starts[g + 1]! - starts[g]!;
      else this.#hold(batch, starts[g]!, starts[g + 1]!, (ticks[g]! & (HELD - 1)) * this.#inputs);
    }
  }

  /** The next tick has run. */
  done(): void {
    this.values.fill(0, this.from, this.from + this.#inputs);
    this.next = (this.next + 1) >>> 0;
  }

  /** Nothing is held; the first message to come says where the count of ticks begins. */
  clear(): void {
    this.#counting = false;
    this.values.fill(0);
  }

  #restart(tick: number): void {
    if (this.ready) this.overruns += ((this.#ended - this.next) | 0) + 1;
    this.clear();
    this.#counting = true;
    this.next = tick;
    this.#ended = (tick - 1) >>> 0;
  }

  /** Everything up to `tick` has been told. */
  #end(tick: number, now: number): void {
    while (((tick - this.next) | 0) >= HELD) {
      this.overruns++;
      this.done();
    }
    for (let ended = (this.#ended + 1) >>> 0; ((tick - ended) | 0) >= 0; ended = (ended + 1) >>> 0)
      this.#arrivedAt[ended & (HELD - 1)] = now;
    this.#ended = tick;
  }

  #hold({ addresses, values }: SpikeBatch, start: number, end: number, to: number): void {
    for (let s = start; s < end; s++) {
      const place = this.#place[addresses[s]!]!;
      if (place < 0) this.strays++;
      else this.values[to + place] = values[s]! > this.#maxGrade ? this.#maxGrade : values[s]!;
    }
  }
}
