import { type Executable, type Program, raise } from '../../../runtime/index.ts';
import { largestWeight } from '../../quantize.ts';
import type { ChipSync } from '../chip.ts';
import { layoutOf } from '../layout.ts';
import { AnalogueArray, eightBits, type Periphery } from './analogue-array.ts';
import { drawsOf, genericPcm, type PcmParameters } from './pcm.ts';

export interface CrossbarOptions {
  /** default `genericPcm` */
  readonly parameters?: PcmParameters;
  /** default `eightBits` */
  readonly periphery?: Periphery;
  /** of cells and converters; default 1 */
  readonly seed?: number;
  /** cores of 256 × 256 weights; default 64 */
  readonly cores?: number;
  /** seconds after which drift and read noise are looked at anew; default 10 */
  readonly refreshSeconds?: number;
  /** share of the largest weight by which a wish may move before its cells are programmed again; default 0.02 */
  readonly tolerance?: number;
  /** relative error of a check above which an array is degraded; default 0.35 */
  readonly degradedAbove?: number;
}

/** What was done to keep the chip right, and what was found. */
export type CrossbarEvent =
  | { readonly kind: 'compensated'; readonly seconds: number; readonly projection: string; readonly factor: number }
  | { readonly kind: 'checked'; readonly seconds: number; readonly projection: string; readonly error: number; readonly degraded: boolean };

/** What goes wrong with cells. */
export interface CrossbarFault {
  /** share of devices that no pulse moves any more */
  readonly stuck?: number;
  /** factor on the read noise */
  readonly readNoise?: number;
}

const TESTS = 32;
const TEST_DENSITY = 0.25;

/**
 * Phase-change cores, one array a projection, and their clock. All noise is of one seed and of the history of calls. The host keeps the weights in float32
 * and programs what has moved; reads happen at the chip's own time, which passes with the ticks and by {@link elapse}.
 */
export class Crossbar {
  readonly #options: Required<CrossbarOptions>;
  readonly #arrays = new Map<string, AnalogueArray>();
  #refreshed = 0;
  /** the chip's time */
  seconds = 0;
  readonly log: CrossbarEvent[] = [];

  constructor(options: CrossbarOptions = {}) {
    const defaults = { parameters: genericPcm, periphery: eightBits, seed: 1, cores: 64, refreshSeconds: 10 };
    this.#options = { ...defaults, tolerance: 0.02, degradedAbove: 0.35, ...options };
  }

  /** Cores that a program needs, by projection. */
  static coresOf(program: Program): ReadonlyMap<string, number> {
    const cores = (count: number): number => Math.ceil(count / 256);
    return new Map(layoutOf(program).projections.map(({ name, layout }) => [name, cores(layout.rows) * cores(layout.columns)]));
  }

  /** Programs that need more cores than there are, one line for each projection; none where it fits. */
  shortfalls(program: Program): string[] {
    const needed = Crossbar.coresOf(program);
    const total = [...needed.values()].reduce((sum, cores) => sum + cores, 0);
    if (total <= this.#options.cores) return [];
    const each = [...needed].map(([name, cores]) => `'${name}' ${cores}`).join(', ');
    return [`cores: ${total} asked (${each}), ${this.#options.cores} offered`];
  }

  /** Empties the cores and makes room for a program. */
  place(program: Program): void {
    const { parameters, periphery, tolerance, seed } = this.#options;
    const short = this.shortfalls(program);
    if (short.length > 0) raise('ERR_BOARD_TOO_SMALL', { board: 'phase-change crossbar', shortfalls: short.join('; ') });
    this.#arrays.clear();
    for (const { name, layout } of layoutOf(program).projections)
      this.#arrays.set(name, new AnalogueArray(layout, { parameters, periphery, tolerance, draws: drawsOf(seed, `crossbar ${name}`) }));
  }

  array(projection: string): AnalogueArray {
    return this.#arrays.get(projection)!;
  }

  /** Programs what moved, of one projection or of all. */
  write({ arena }: Executable, only?: string): ChipSync & { readonly errorRms: number } {
    let [written, errorMax, squares, count] = [0, 0, 0, 0];
    for (const [name, array] of this.#arrays) {
      if (only !== undefined && only !== name) continue;
      written += array.write(arena.floats, largestWeight(arena.floats, array.layout), this.seconds);
      eachWeight(array, arena.floats, (w, cell) => {
        const miss = Math.abs(w - array.scale * array.conductance[cell]!);
        errorMax = Math.max(errorMax, miss);
        squares += miss * miss;
        count++;
      });
    }
    return { written, errorMax, errorRms: count === 0 ? 0 : Math.sqrt(squares / count) };
  }

  /** Programs what moved of one projection; allocates nothing. */
  follow(projection: string, floats: Float32Array): void {
    const array = this.#arrays.get(projection)!;
    array.write(floats, largestWeight(floats, array.layout), this.seconds);
  }

  /** Lets time pass; a jump is seen by the next read. */
  elapse(seconds: number): void {
    this.seconds += seconds;
    if (this.seconds - this.#refreshed >= this.#options.refreshSeconds) this.refresh();
  }

  /** Reads all cells anew. */
  refresh(): void {
    this.#refreshed = this.seconds;
    for (const array of this.#arrays.values()) array.refresh(this.seconds);
  }

  /** Damages every array. Returns the devices that are stuck now. */
  fault({ stuck = 0, readNoise = 1 }: CrossbarFault): number {
    let count = 0;
    for (const array of this.#arrays.values()) {
      array.noisier *= readNoise;
      count += array.stick(stuck);
    }
    this.refresh();
    return count;
  }

  /**
   * Global drift compensation (Joshi et al. 2020): each row is read by itself, and what the conductances have lost as a whole is given back by a digital
   * factor, Σ|W wished| / Σ sign(W wished)·y.
   */
  compensate(): void {
    this.refresh();
    for (const [projection, array] of this.#arrays) {
      const { rows, columns } = array.layout;
      const [x, y] = [new Float64Array(rows), new Float64Array(columns)];
      let [wished, found] = [0, 0];
      for (let i = 0; i < rows; i++) {
        x[i] = 1;
        y.fill(0);
        array.multiply(x, 0, y);
        x[i] = 0;
        for (let j = 0; j < columns; j++) {
          const w = array.wished[i * columns + j]!;
          wished += Math.abs(w);
          found += (Math.sign(w) * y[j]!) / (array.scale || 1);
        }
      }
      const factor = found > 0 ? wished / found : 1;
      array.compensation *= factor;
      this.log.push({ kind: 'compensated', seconds: this.seconds, projection, factor });
    }
  }

  /**
   * Whether the sums are still what the host wished: 32 fixed patterns a projection, a quarter of the inputs on; the error is rms(y − y wished) / rms(y wished). 'degraded'
   * where one array's is above the limit.
   */
  check(): 'ok' | 'degraded' {
    let state: 'ok' | 'degraded' = 'ok';
    for (const [projection, array] of this.#arrays) {
      const error = this.#errorOf(projection, array);
      const degraded = error > this.#options.degradedAbove;
      if (degraded) state = 'degraded';
      this.log.push({ kind: 'checked', seconds: this.seconds, projection, error, degraded });
    }
    return state;
  }

  #errorOf(projection: string, array: AnalogueArray): number {
    const { rows, columns } = array.layout;
    const draws = drawsOf(this.#options.seed, `crossbar check ${projection}`);
    const [x, y] = [new Float64Array(rows), new Float64Array(columns)];
    let [missed, wished] = [0, 0];
    for (let k = 0; k < TESTS; k++) {
      for (let i = 0; i < rows; i++) x[i] = draws.uniform() < TEST_DENSITY ? 1 : 0;
      y.fill(0);
      array.multiply(x, 0, y);
      for (let j = 0; j < columns; j++) {
        let expected = 0;
        for (let i = 0; i < rows; i++) expected += x[i]! * array.wished[i * columns + j]!;
        missed += (y[j]! / (array.scale || 1) - expected) ** 2;
        wished += expected ** 2;
      }
    }
    return wished === 0 ? 0 : Math.sqrt(missed / wished);
  }
}

/** Every weight that the host stores, and its cell. */
function eachWeight({ layout }: AnalogueArray, floats: Float32Array, visit: (w: number, cell: number) => void): void {
  const { offset, rows, columns, stride, stored } = layout;
  for (let i = 0; i < rows; i++) {
    const from = stored === undefined ? offset + i * stride : offset + stored.rowStart[i]!;
    const end = stored === undefined ? from + columns : offset + stored.rowStart[i + 1]!;
    for (let k = from; k < end; k++) visit(floats[k]!, i * columns + (stored === undefined ? k - from : stored.column[k - offset]!));
  }
}
