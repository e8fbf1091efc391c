import type { Ms } from '../../../runtime/index.ts';

/** Tracking errors in degrees, one a frame; NaN where the arm was not under control. */
export interface Score {
  add(error: number): void;
  /** root mean square from one time to another; null where there is no error */
  rms(from: Ms, to: Ms): number | null;
}

export function createScore(frame: Ms): Score {
  const errors: number[] = [];
  return {
    add: (error) => void errors.push(error),
    rms(from, to) {
      let sum = 0;
      let count = 0;
      for (const error of errors.slice(Math.round(from / frame), Math.round(to / frame))) {
        if (Number.isNaN(error)) continue;
        sum += error * error;
        count++;
      }
      return count === 0 ? null : Math.sqrt(sum / count);
    },
  };
}
