import type { Ms } from '../../../runtime/index.ts';

/** Between two looks the clocks may differ by this, ms: what time servers correct by and by is far below. */
const TOLERANCE: Ms = 500;

export interface ClockWatch {
  /** looks at both clocks; by how much the wall clock has jumped since the last look, 0: it has not */
  look(monotonic: Ms, wall: Ms): Ms;
  readonly jumps: number;
  /** of the last jump; below 0: back */
  readonly lastMs: Ms;
}

/** Compares the wall clock with one that never jumps. A machine that slept has jumped ahead. */
export function watchClock(): ClockWatch {
  let offset = Number.NaN;
  let [jumps, lastMs] = [0, 0];
  return {
    look(monotonic, wall) {
      const by = wall - monotonic - offset;
      offset = wall - monotonic;
      if (!(Math.abs(by) > TOLERANCE)) return 0;
      jumps++;
      lastMs = Math.round(by);
      return lastMs;
    },
    get jumps() {
      return jumps;
    },
    get lastMs() {
      return lastMs;
    },
  };
}
