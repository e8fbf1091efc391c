/** Ticks that are looked at together. */
const WINDOW = 256;
/** Ticks with input after which a board that has never spiked is doubtful. */
const SILENT = 2048;

/**
 * Looks for neurons that cannot be right: one that spikes in every tick of {@link WINDOW} ticks (stuck high), and a whole board that
 * says nothing while it is fed. A single silent neuron is no sign: most networks have some.
 */
export class RateMonitor {
  readonly #counts: Uint16Array;
  readonly #told: Uint8Array;
  #ticks = 0;
  #silent = 0;

  constructor(neurons: number) {
    this.#counts = new Uint16Array(neurons);
    this.#told = new Uint8Array(neurons);
  }

  /** The host sent spikes. */
  fed(): void {
    this.#silent++;
  }

  /** A tick was answered; returns what is doubtful since now, once for each. */
  tick(addresses: Uint32Array, count: number): string | undefined {
    const counts = this.#counts;
    for (let i = 0; i < count; i++) counts[addresses[i]!]!++;
    if (count > 0) this.#silent = 0;
    if (this.#silent === SILENT) {
      this.#silent++;
      return `no spike of any neuron in ${SILENT} ticks with input`;
    }
    if (++this.#ticks < WINDOW) return undefined;
    this.#ticks = 0;
    let stuck: number[] | undefined;
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === WINDOW && this.#told[i] === 0) {
        this.#told[i] = 1;
        stuck ??= [];
        stuck.push(i);
      }
      counts[i] = 0;
    }
    return stuck === undefined ? undefined : `a spike in each of ${WINDOW} ticks of neuron ${stuck.join(', ')}`;
  }
}
