/**
 * From the host's float32 to a board's integers.
 *
 * A membrane counts in units of its own population, `lsb`: a power of two, such that the threshold is between 2^19 and 2^20
 * of them. A weight is a signed count `q` of 2 to 8 bits, symmetric (the lowest value is not used), and stands for
 * q · 2^shift · lsb of the membrane; in the host's units one count is `step = 2^shift · lsb / c`, c being the factor that the host
 * puts on its input current. One shift for a whole projection, so the price of a weight is half a step, or more where it
 * lies beyond the largest count.
 */

/** Bits of a threshold in a membrane: int32 then reaches 2048 thresholds, and half an LSB is a millionth of one. */
const THRESHOLD_BITS = 20;
/** What the network image can hold. */
export const MAX_SHIFT = 24;
/** Finer steps would only make a weight that starts at 0 change its scale again and again while it grows. */
const MIN_SHIFT = 7;
/** Decays are fractions of 2^16. */
export const DECAY_ONE = 65536;

/** Host units of one count of the membrane of a population with this threshold. */
export const lsbOf = (threshold: number): number => 2 ** (Math.ceil(Math.log2(threshold)) - THRESHOLD_BITS);

/** A decay as a fraction of 65536. */
export const fixedDecay = (decay: number): number => Math.round(decay * DECAY_ONE);

/** A potential as int32 counts of `lsb`, saturating. */
export const fixedPotential = (value: number, lsb: number): number => Math.max(-0x80000000, Math.min(0x7fffffff, Math.round(value / lsb)));

/** Largest count of a weight. */
export const largestCount = (bits: number): number => 2 ** (bits - 1) - 1;

/** The smallest shift at which `largest` (host units) is a count of these bits; `unit` is the host's weight of one membrane count. */
export function shiftFor(largest: number, unit: number, bits: number): number {
  // Half a step more rounds to the largest count too.
  const reach = unit * (largestCount(bits) + 0.5);
  let shift = MIN_SHIFT;
  while (shift < MAX_SHIFT && largest >= reach * 2 ** shift) shift++;
  return shift;
}

/** |w − ŵ| of all weights that were quantized since `clear`, in the host's units. */
export class WeightError {
  max = 0;
  #squares = 0;
  #count = 0;

  clear(): void {
    this.max = 0;
    this.#squares = 0;
    this.#count = 0;
  }

  get rms(): number {
    return this.#count === 0 ? 0 : Math.sqrt(this.#squares / this.#count);
  }

  add(max: number, squares: number, count: number): void {
    if (max > this.max) this.max = max;
    this.#squares += squares;
    this.#count += count;
  }
}

/** Where the weights of a projection lie in an arena: rows at a stride, or only the stored synapses, row by row. */
export interface WeightLayout {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly stored: { readonly rowStart: Uint32Array; readonly column: Uint32Array } | undefined;
}

/** Writes the weights as they stand, dense, [pre][post], 0 where there is no synapse. */
export function denseWeights(
  floats: Float32Array,
  { offset, rows, columns, stride, stored }: WeightLayout,
  into: Float32Array | Float64Array,
): void {
  into.fill(0);
  for (let i = 0; i < rows; i++) {
    if (stored === undefined) for (let j = 0; j < columns; j++) into[i * columns + j] = floats[offset + i * stride + j]!;
    else for (let k = stored.rowStart[i]!; k < stored.rowStart[i + 1]!; k++) into[i * columns + stored.column[k]!] = floats[offset + k]!;
  }
}

/** max |w| of a projection. */
export function largestWeight(floats: Float32Array, layout: WeightLayout): number {
  const { offset, rows, columns, stride, stored } = layout;
  let largest = 0;
  if (stored !== undefined) {
    for (let k = offset; k < offset + stored.column.length; k++) {
      const w = floats[k]!;
      if (w > largest) largest = w;
      else if (-w > largest) largest = -w;
    }
    return largest;
  }
  for (let row = 0; row < rows; row++) {
    const from = offset + row * stride;
    for (let k = from; k < from + columns; k++) {
      const w = floats[k]!;
      if (w > largest) largest = w;
      else if (-w > largest) largest = -w;
    }
  }
  return largest;
}

/**
 * Writes the nearest counts of all weights into `counts`, dense, [pre][post] (what is not stored stays 0), and adds what that
 * costs to `error`. Allocates nothing.
 */
export function quantizeWeights(
  floats: Float32Array,
  layout: WeightLayout,
  step: number,
  bits: number,
  counts: Int8Array,
  error: WeightError,
): void {
  const { offset, rows, columns, stride, stored } = layout;
  const limit = largestCount(bits);
  const perStep = 1 / step;
  let max = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    const from = stored === undefined ? offset + row * stride : offset + stored.rowStart[row]!;
    const end = stored === undefined ? from + columns : offset + stored.rowStart[row + 1]!;
    for (let k = from; k < end; k++) {
      const w = floats[k]!;
      let q = Math.floor(w * perStep + 0.5);
      if (q > limit) q = limit;
      else if (q < -limit) q = -limit;
      counts[to + (stored === undefined ? k - from : stored.column[k - offset]!)] = q;
      const miss = w - q * step;
      squares += miss * miss;
      if (miss > max) max = miss;
      else if (-miss > max) max = -miss;
    }
  }
  error.add(max, squares, stored === undefined ? rows * columns : stored.column.length);
}
