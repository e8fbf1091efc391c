/** Smoothed round-trip time and the timeout derived from it (RFC 6298), in milliseconds. */

/** Before the first measurement: longer than one exchange at 9600 baud. */
const UNKNOWN_TIMEOUT = 250;
const MIN_TIMEOUT = 25;
const MAX_TIMEOUT = 5000;
/** The jitter of a polled line or of a USB adapter, which is no queue. */
const QUEUEING_MS = 10;

export class RoundTrip {
  #smoothed = -1;
  #variation = 0;
  #shortest = Number.POSITIVE_INFINITY;
  #backoff = 1;

  /** Smoothed round-trip time, or -1 before the first measurement. */
  get ms(): number {
    return this.#smoothed;
  }

  /** max(25, srtt + 4 var), doubled for every timeout in a row, at most 5 s. */
  get timeout(): number {
    const base = this.#smoothed < 0 ? UNKNOWN_TIMEOUT : Math.max(MIN_TIMEOUT, this.#smoothed + 4 * this.#variation);
    return Math.min(MAX_TIMEOUT, base * this.#backoff);
  }

  /** Frames wait on the line: the round trip takes much longer than the shortest one did. */
  get queueing(): boolean {
    return this.#smoothed > 2 * this.#shortest + QUEUEING_MS;
  }

  /** How long to wait before asking once more for the same thing. */
  get pause(): number {
    return this.#smoothed < 0 ? MIN_TIMEOUT : Math.max(1, this.#smoothed);
  }

  /** Takes a measurement; the caller leaves out what was sent more than once, whose answer could be to either (Karn). */
  sample(ms: number): void {
    this.#shortest = Math.min(this.#shortest, ms);
    if (this.#smoothed < 0) {
      this.#smoothed = ms;
      this.#variation = ms / 2;
    } else {
      this.#variation += (Math.abs(ms - this.#smoothed) - this.#variation) / 4;
      this.#smoothed += (ms - this.#smoothed) / 8;
    }
    this.#backoff = 1;
  }

  /** A timeout passed: wait twice as long the next time. */
  backOff(): void {
    if (this.timeout < MAX_TIMEOUT) this.#backoff *= 2;
  }

  /** Frames get through again, but none that could be measured. */
  relax(): void {
    this.#backoff = Math.max(1, this.#backoff / 2);
  }

  /** The other end asked for a resend, so it is not the line that has become slow. */
  recover(): void {
    this.#backoff = 1;
  }

  reset(): void {
    this.#smoothed = -1;
    this.#shortest = Number.POSITIVE_INFINITY;
    this.#variation = 0;
    this.#backoff = 1;
  }
}
