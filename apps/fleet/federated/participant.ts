import type { Shared } from './model.ts';

/** What may be told of a device's part. */
export interface ParticipantCounts {
  /** models that acted */
  readonly loaded: number;
  /** of them, taken back because the score fell */
  readonly rolledBack: number;
}

/** The learner of a device in its fleet. Everything is done between two ticks, and allocates nothing there. */
export interface Participant {
  /** these weights act from the next tick on; those before them are kept. A delta starts from them */
  load(values: Float32Array): void;
  /** what was learned since; borrowed until the next call */
  delta(): Float32Array;
  /** a decision was made, and was right or wrong */
  judge(right: boolean): void;
  counts(): ParticipantCounts;
}

export interface ParticipantOptions {
  /** decisions before and after a model is loaded whose shares of right ones are compared; default {@link WINDOW} */
  readonly window?: number;
  /** by which the share may fall; default {@link TOLERANCE} */
  readonly tolerance?: number;
}

export const WINDOW = 64;
/** With 64 decisions, four standard deviations of a share of 0.96. */
export const TOLERANCE = 0.1;

/**
 * Rolls back where, over `window` decisions, share(after) < share(before) − tolerance: the weights that acted when the model was loaded come back, with
 * what they had learned. Where fewer decisions than `window` were made before, nothing is compared; a model that is followed by the next one within
 * `window` decisions is not judged either.
 */
export function createParticipant(shared: Shared, { window = WINDOW, tolerance = TOLERANCE }: ParticipantOptions = {}): Participant {
  const [base, previous, change] = [new Float32Array(shared.length), new Float32Array(shared.length), new Float32Array(shared.length)];
  const counts = { loaded: 0, rolledBack: 0 };
  const ring = new Uint8Array(window);
  let made = 0;
  let right = 0;
  /** decisions that are still to be made before the model is judged; 0: none is to be judged */
  let left = 0;
  let before = 0;
  shared.take(base);
  return {
    load(values) {
      shared.take(previous);
      base.set(values);
      shared.put(base);
      counts.loaded++;
      left = made < window ? 0 : window;
      before = right / window;
    },
    delta() {
      shared.take(change);
      for (let k = 0; k < change.length; k++) change[k]! -= base[k]!;
      return change;
    },
    judge(isRight) {
      const place = made++ % window;
      right += (isRight ? 1 : 0) - ring[place]!;
      ring[place] = isRight ? 1 : 0;
      if (left === 0 || --left > 0 || right / window >= before - tolerance) return;
      shared.put(previous);
      counts.rolledBack++;
    },
    counts: () => ({ ...counts }),
  };
}
