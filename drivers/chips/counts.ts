import { quantizeWeights, type WeightError, type WeightLayout } from '../quantize.ts';

/** The weights of a projection as the signed counts that a chip runs with, dense, [pre][post]. */
export class Counts {
  readonly #layout: WeightLayout;
  #wanted: Int8Array;
  counts: Int8Array;
  /** host's weight of one count; 0: nothing was written yet */
  step = 0;

  constructor(layout: WeightLayout) {
    this.#layout = layout;
    this.counts = new Int8Array(layout.rows * layout.columns);
    this.#wanted = new Int8Array(layout.rows * layout.columns);
  }

  /** Takes the host's weights in steps of `step`, symmetric in `bits`; adds what that costs to `error`. Returns how many counts changed. */
  take(floats: Float32Array, step: number, bits: number, error: WeightError): number {
    quantizeWeights(floats, this.#layout, step, bits, this.#wanted, error);
    let written = 0;
    for (let k = 0; k < this.counts.length; k++) if (step !== this.step || this.counts[k] !== this.#wanted[k]) written++;
    [this.counts, this.#wanted] = [this.#wanted, this.counts];
    this.step = step;
    return written;
  }

  /** In the host's units. */
  read(into: Float64Array): void {
    for (let k = 0; k < this.counts.length; k++) into[k] = this.counts[k]! * this.step;
  }
}
