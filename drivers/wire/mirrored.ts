import type { PlannedProjection } from './plan.ts';

/** The weights of a projection as counts, and the scale they are in. */
export class Counts {
  readonly counts: Int8Array;
  /** the same memory, as it travels */
  readonly bytes: Uint8Array;
  shift = 0;

  constructor(size: number) {
    this.counts = new Int8Array(size);
    this.bytes = new Uint8Array(this.counts.buffer);
  }

  equals(other: Counts): boolean {
    return this.shift === other.shift && Buffer.compare(this.bytes, other.bytes) === 0;
  }
}

/** A projection here and there: what the board runs with, what is on its way, and what is wanted next. */
export class Mirrored {
  readonly planned: PlannedProjection;
  running: Counts;
  sending: Counts;
  wanted: Counts;
  generation = 0;
  /** `wanted` is newer than what was sent */
  due = false;
  errorMax = 0;

  constructor(planned: PlannedProjection) {
    this.planned = planned;
    this.running = new Counts(planned.bytes);
    this.sending = new Counts(planned.bytes);
    this.wanted = new Counts(planned.bytes);
  }

  next(): void {
    [this.sending, this.wanted] = [this.wanted, this.sending];
    this.due = false;
  }

  /** The board runs with what was sent. */
  committed(): void {
    [this.running, this.sending] = [this.sending, this.running];
    this.generation = after(this.generation);
  }
}

/** Another generation than the last one. */
export const after = (generation: number): number => (generation + 1) & 0xff;
