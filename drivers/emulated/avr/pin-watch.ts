const HZ = 16_000_000;
const US = 1_000_000 / HZ;
/** A level that stands for longer than this is no pulse of anything: 12 servos at 2.4 ms take 29 ms. */
const STILL_CYCLES = HZ / 16;

/** What an output does, from its edges, in the chip's own time. */
export class PinWatch {
  #high = false;
  #roseAt = Number.NEGATIVE_INFINITY;
  #fellAt = Number.NEGATIVE_INFINITY;
  #highCycles = 0;
  #periodCycles = 0;
  /** edges so far */
  edges = 0;

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
    return cycles - Math.max(this.#roseAt, this.#fellAt) > STILL_CYCLES;
  }

  /** Share of the last period, rise to rise, in which the pin was high; of a pin that stands still 0 or 1. */
  duty(cycles: number): number {
    if (this.#still(cycles) || !Number.isFinite(this.#periodCycles) || this.#periodCycles === 0) return this.#high ? 1 : 0;
    return Math.min(1, this.#highCycles / this.#periodCycles);
  }

  /** Width of the last pulse that has ended, µs; 0 when none has for a while. */
  pulseUs(cycles: number): number {
    return this.#still(cycles) ? 0 : this.#highCycles * US;
  }

  /** Time from rise to rise, µs; 0 when nothing moves. */
  periodUs(cycles: number): number {
    return this.#still(cycles) || !Number.isFinite(this.#periodCycles) ? 0 : this.#periodCycles * US;
  }
}
