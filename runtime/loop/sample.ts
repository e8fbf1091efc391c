/** What a sensor gives: a number, or numbers in a fixed order. */
export type Sample = number | ArrayLike<number>;

export const lengthOf = (sample: Sample): number => (typeof sample === 'number' ? 1 : sample.length);

/** Writes a sample into `values`; a plain number is every channel. */
export function spread(sample: Sample, values: Float64Array): void {
  if (typeof sample === 'number') values.fill(sample);
  else for (let index = 0; index < values.length; index++) values[index] = sample[index]!;
}

/** Whether every number of it is finite. */
export function isValid(sample: Sample): boolean {
  if (typeof sample === 'number') return Number.isFinite(sample);
  for (let index = 0; index < sample.length; index++) if (!Number.isFinite(sample[index])) return false;
  return true;
}

type Numbers = { [index: number]: number; readonly length: number; slice(): Numbers };

/** The last good sample. Arrays are copied, since a sensor may write its next sample into the same one. */
export interface Hold<S extends Sample> {
  /** undefined until a sample was kept */
  readonly sample: S | undefined;
  keep(sample: S): void;
}

export function createHold<S extends Sample>(): Hold<S> {
  let sample: S | undefined;
  return {
    get sample() {
      return sample;
    },
    keep(next) {
      if (typeof next === 'number') {
        sample = next;
        return;
      }
      const own = sample as Numbers | undefined;
      if (own === undefined || own.length !== next.length) {
        sample = (next as unknown as Numbers).slice() as unknown as S;
        return;
      }
      for (let index = 0; index < next.length; index++) own[index] = next[index]!;
    },
  };
}
