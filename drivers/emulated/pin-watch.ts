/** A level that stands for longer than this share of a second is no pulse of anything: 12 servos at 2.4 ms take 29 ms. */
const STILL = 1 / 16;

/** What a pin of an emulated chip does. */
export interface EmulatedPin {
  /** whether the chip drives it */
  readonly output: boolean;
  /** the level on it, whoever makes it */
  readonly high: boolean;
  /** share of the last period in which the chip held it high */
  readonly duty: number;
  /** width of the chip's last pulse on it, µs; 0 when there was none for 60 ms */
  readonly pulseUs: number;
  /** from one pulse to the next, µs; 0 when there was none for 60 ms */
  readonly periodUs: number;
}

/** What an output does, from its edges, in the chip's own time: in cycles of `hz`. */
export class PinWatch {
  readonly #stillCycles: number;
  readonly #us: number;
  #high = false;
  #roseAt = Number.NEGATIVE_INFINITY;
  #fellAt = Number.NEGATIVE_INFINITY;
  #highCycles = 0;
  #periodCycles = 0;
  /** edges so far */
  edges = 0;

  constructor(hz: number) {
    this.#stillCycles = hz * STILL;
    this.#us = 1_000_000 / hz;
  }

  /** The chip drives the pin high, or it no longer does. */
  level(high: boolean, cycles: number): void {
    if (high === this.#high) return;
    this.#high = high;
    this.edges++;
    if (high) {
      this.#periodCycles = cycles - this.#roseAt;
      this.#roseAt = cycles;
    } else {
      this.#fellAt = cycles;
      this.#highCycles = cycles - this.#roseAt;
    }
  }

  #still(cycles: number): boolean {
    return cycles - Math.max(this.#roseAt, this.#fellAt) > this.#stillCycles;
  }

  /** Share of the last period, rise to rise, in which the pin was high; of a pin that stands still 0 or 1. */
  duty(cycles: number): number {
    if (this.#still(cycles) || !Number.isFinite(this.#periodCycles) || this.#periodCycles === 0) return this.#high ? 1 : 0;
    return Math.min(1, this.#highCycles / this.#periodCycles);
  }

  /** Width of the last pulse that has ended, µs; 0 when none has for a while. */
  pulseUs(cycles: number): number {
    return this.#still(cycles) ? 0 : this.#highCycles * this.#us;
  }

  /** Time from rise to rise, µs; 0 when nothing moves. */
  periodUs(cycles: number): number {
    return this.#still(cycles) || !Number.isFinite(this.#periodCycles) ? 0 : this.#periodCycles * this.#us;
  }
}
