/** What one device has learned in a round: the change of its weights since the model of the round. */
export interface Delta {
  readonly device: string;
  /** examples that it learned from; one that learned from none has no say */
  readonly samples: number;
  readonly values: Float32Array;
}

/** How deltas become one: the mean weighted by samples, or, by coordinate, the mean of what is left between the ends, or the median. */
export const aggregates = ['mean', 'trimmed', 'median'] as const;
export type Aggregate = (typeof aggregates)[number];

export interface AggregateOptions {
  readonly aggregate: Aggregate;
  /** largest L2 norm of a delta; default {@link CLIP} times the lower median of the norms */
  readonly clip?: number | undefined;
}

export interface Aggregated {
  /** what the model moves by */
  readonly values: Float64Array;
  /** the norm that no delta, and so no model, moves beyond */
  readonly clip: number;
  /** of the aggregate */
  readonly norm: number;
  /** devices whose delta was made shorter, by name */
  readonly clipped: readonly string[];
}

/** A delta may be twice as long as the usual one, and a device may have learned from twice as many examples as the usual one. */
export const CLIP = 2;
export const MOST_SAMPLES = 2;
/** Share of the devices that the trimmed mean leaves out at either end, of three devices or more at least one. */
export const TRIM = 0.2;

/** By code units, as sort() does by default: the same order everywhere, whoever came first. */
const byDevice = (a: Delta, b: Delta): number => (a.device < b.device ? -1 : a.device > b.device ? 1 : 0);

/** √Σxᵢ², summed in double in the order of the coordinates. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!;
  return Math.sqrt(sum);
}

/** Of an even number the lower one of the two in the middle: with two devices one of which lies, it is that of the modest one. */
export const lowerMedian = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!;

export const allFinite = (values: Float32Array): boolean => values.every(Number.isFinite);

/**
 * The change of the model by the deltas xₖ of a round with nₖ samples:
 *
 *     x′ₖ = xₖ · min(1, C/‖xₖ‖),  C = clip or 2 · lower median of ‖x‖
 *     mean:     Σ n′ₖ x′ₖ / Σ n′ₖ,  n′ₖ = min(nₖ, 2 · lower median of n)   (McMahan et al. 2017)
 *     trimmed:  by coordinate, the mean without the g least and the g greatest, g = max(1, ⌊n/5⌋) of n ≥ 3 devices, else 0   (Yin et al. 2018)
 *     median:   by coordinate; of an even number the mean of the two in the middle   (Yin et al. 2018)
 *
 * and the result again clipped to C, so ‖Δ‖ ≤ C whatever one device, or all of them, send. Samples count in the mean alone. Sums are in double, in the
 * order of the devices' names: the same bits in whatever order they came. Deltas are finite and of one length; without one that has samples nothing moves.
 */
export function aggregate(deltas: readonly Delta[], { aggregate: rule, clip: asked }: AggregateOptions): Aggregated {
  const heard = deltas.filter(({ samples }) => samples > 0).toSorted(byDevice);
  const length = deltas[0]?.values.length ?? 0;
  const norms = heard.map(({ values }) => norm(values));
  const clip = asked ?? CLIP * lowerMedian(norms);
  const scales = norms.map((one) => scaleTo(clip, one));
  const values = new Float64Array(length);
  if (heard.length > 0) combine[rule](heard, scales, values);
  const before = norm(values);
  const scale = scaleTo(clip, before);
  if (scale < 1) for (let k = 0; k < length; k++) values[k]! *= scale;
  return {
    values,
    clip,
    norm: before * scale,
    clipped: heard.filter((_, k) => scales[k]! < 1).map(({ device }) => device),
  };
}

const scaleTo = (clip: number, length: number): number => (length > clip ? clip / length : 1);

type Combine = (heard: readonly Delta[], scales: readonly number[], into: Float64Array) => void;

const combine: Readonly<Record<Aggregate, Combine>> = {
  mean(heard, scales, into) {
    const most = MOST_SAMPLES * lowerMedian(heard.map(({ samples }) => samples));
    const trusted = heard.map(({ samples }) => Math.min(samples, most));
    const total = trusted.reduce((sum, samples) => sum + samples, 0);
    heard.forEach(({ values }, k) => {
      const share = (trusted[k]! / total) * scales[k]!;
      for (let i = 0; i < into.length; i++) into[i]! += share * values[i]!;
    });
  },
  trimmed(heard, scales, into) {
    const cut = heard.length < 3 ? 0 : Math.max(1, Math.floor(TRIM * heard.length));
    const left = heard.length - 2 * cut;
    byCoordinate(heard, scales, into, (sorted) => {
      let sum = 0;
      for (let k = cut; k < cut + left; k++) sum += sorted[k]!;
      return sum / left;
    });
  },
  median(heard, scales, into) {
    const [low, high] = [(heard.length - 1) >> 1, heard.length >> 1];
    byCoordinate(heard, scales, into, (sorted) => (sorted[low]! + sorted[high]!) / 2);
  },
};

function byCoordinate(
  heard: readonly Delta[],
  scales: readonly number[],
  into: Float64Array,
  middle: (sorted: Float64Array) => number,
): void {
  const column = new Float64Array(heard.length);
  for (let i = 0; i < into.length; i++) {
    for (let k = 0; k < heard.length; k++) column[k] = scales[k]! * heard[k]!.values[i]!;
    into[i] = middle(column.sort());
  }
}
