import type { WeightLayout } from '../../quantize.ts';
import { type Draws, PcmCells, type PcmParameters } from './pcm.ts';

/** Converters around the cells. */
export interface Periphery {
  readonly inputBits: number;
  readonly outputBits: number;
  /** largest sum that the output converter takes, in largest weights times largest inputs */
  readonly bound: number;
  /** standard deviation of a sum before it is converted, in the same unit */
  readonly outputNoise: number;
}

export const eightBits: Periphery = { inputBits: 8, outputBits: 8, bound: 10, outputNoise: 0.04 };
export const sevenAndNineBits: Periphery = { inputBits: 7, outputBits: 9, bound: 20, outputNoise: 0.1 };

/** Rows and columns of a core; a projection takes as many cores as it needs. */
export const CORE = 256;
/** Room above the largest weight before everything has to be programmed anew. */
const HEADROOM = 1.25;

export interface ArrayOptions {
  readonly parameters: PcmParameters;
  readonly periphery: Periphery;
  /** share of the largest weight by which a wish may move before its cells are programmed again */
  readonly tolerance: number;
  readonly draws: Draws;
}

/**
 * The weights of a projection in differential cells: W_ij = (g⁺ − g⁻)/gmax, a host's weight being `scale`·W.
 *
 * y_j = Σ over blocks of 256 rows: x_max · ADC(Σ_i DAC(x_i/x_max)·W_ij + noise), times scale and compensation.
 * DAC: the nearest of 2^bits − 1 levels in [−1, 1]. ADC: the nearest of 2^bits − 1 levels in [−bound, bound]. A block with no input is not read.
 */
export class AnalogueArray {
  readonly layout: WeightLayout;
  readonly #options: ArrayOptions;
  readonly #plus: PcmCells;
  readonly #minus: PcmCells;
  /** what the host wished for, W */
  readonly wished: Float64Array;
  /** what reads find at present, W */
  readonly conductance: Float64Array;
  readonly #sum: Float64Array;
  /** host's weight of W = 1 */
  scale = 0;
  /** digital factor against drift */
  compensation = 1;
  /** factor on the read noise: a fault */
  noisier = 1;

  constructor(layout: WeightLayout, options: ArrayOptions) {
    this.layout = layout;
    this.#options = options;
    const count = layout.rows * layout.columns;
    this.#plus = new PcmCells(count, options.parameters, options.draws);
    this.#minus = new PcmCells(count, options.parameters, options.draws);
    this.wished = new Float64Array(count);
    this.conductance = new Float64Array(count);
    this.#sum = new Float64Array(layout.columns);
  }

  get cores(): number {
    return Math.ceil(this.layout.rows / CORE) * Math.ceil(this.layout.columns / CORE);
  }

  /** Programs what the host's weights moved by more than the tolerance, everything where they outgrew the scale. Returns the weights written. */
  write(floats: Float32Array, largest: number, seconds: number): number {
    // Without a weight there is no scale yet, and nothing comes out.
    if (largest === 0 && this.scale === 0) return 0;
    const whole = largest > this.scale;
    if (whole) {
      this.scale = largest * HEADROOM;
      this.compensation = 1;
    }
    const { offset, rows, columns, stride, stored } = this.layout;
    let written = 0;
    for (let i = 0; i < rows; i++) {
      const from = stored === undefined ? offset + i * stride : offset + stored.rowStart[i]!;
      const end = stored === undefined ? from + columns : offset + stored.rowStart[i + 1]!;
      for (let k = from; k < end; k++) {
        const cell = i * columns + (stored === undefined ? k - from : stored.column[k - offset]!);
        written += this.#program(cell, floats[k]! / this.scale, whole, seconds);
      }
    }
    return written;
  }

  /** Reads every cell anew: drift and read noise as they are at `seconds`. */
  refresh(seconds: number): void {
    for (let cell = 0; cell < this.conductance.length; cell++) this.#read(cell, seconds);
  }

  /** Adds to `into` what comes out for the inputs x[from … from + rows). */
  multiply(x: ArrayLike<number>, from: number, into: Float32Array | Float64Array): void {
    const { rows } = this.layout;
    for (let start = 0; start < rows; start += CORE) this.#block(x, from + start, start, Math.min(rows, start + CORE), into);
  }

  /** Cells that no pulse moves any more, a share of all, half of them at 0 and half at gmax. */
  stick(share: number): number {
    const { draws, parameters } = this.#options;
    let stuck = 0;
    for (const cells of [this.#plus, this.#minus]) {
      for (let cell = 0; cell < this.wished.length; cell++) {
        if (draws.uniform() >= share) continue;
        cells.stick(cell, draws.uniform() < 0.5 ? 0 : parameters.gmax);
        stuck++;
      }
    }
    return stuck;
  }

  #program(cell: number, wished: number, whole: boolean, seconds: number): number {
    if (!whole && Math.abs(wished - this.wished[cell]!) <= this.#options.tolerance) return 0;
    const { gmax } = this.#options.parameters;
    this.wished[cell] = wished;
    const [plus, minus] = [Math.max(0, wished) * gmax, Math.max(0, -wished) * gmax];
    // A device that stays at nothing is left alone.
    if (whole || this.#plus.wished(cell) !== plus) this.#plus.program(cell, plus, seconds);
    if (whole || this.#minus.wished(cell) !== minus) this.#minus.program(cell, minus, seconds);
    this.#read(cell, seconds);
    return 1;
  }

  #read(cell: number, seconds: number): void {
    const { gmax } = this.#options.parameters;
    this.conductance[cell] = (this.#plus.read(cell, seconds, this.noisier) - this.#minus.read(cell, seconds, this.noisier)) / gmax;
  }

  #block(x: ArrayLike<number>, at: number, start: number, end: number, into: Float32Array | Float64Array): void {
    const { inputBits, outputBits, bound, outputNoise } = this.#options.periphery;
    const { columns } = this.layout;
    let largest = 0;
    for (let i = 0; i < end - start; i++) largest = Math.max(largest, Math.abs(x[at + i]!));
    if (largest === 0) return;
    const levels = 2 ** (inputBits - 1) - 1;
    const step = bound / (2 ** (outputBits - 1) - 1);
    const sum = this.#sum;
    sum.fill(0);
    for (let i = start; i < end; i++) {
      const input = x[at + i - start]!;
      if (input === 0) continue;
      const level = Math.round((input / largest) * levels) / levels;
      for (let j = 0; j < columns; j++) sum[j] = sum[j]! + level * this.conductance[i * columns + j]!;
    }
    const unit = largest * this.scale * this.compensation;
    for (let j = 0; j < columns; j++) {
      const converted = Math.round((sum[j]! + outputNoise * this.#options.draws.normal()) / step) * step;
      into[j] = into[j]! + (converted > bound ? bound : converted < -bound ? -bound : converted) * unit;
    }
  }
}
