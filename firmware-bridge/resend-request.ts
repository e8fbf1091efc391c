/**
 * When a receiver may ask for a resend: at most once a round trip, for frames that were under way already are no news. A device
 * that sends hardly anything reliable has no round-trip time of its own, so the time from a nak to the missing frame serves as one.
 */

/** Before the first measurement. */
const UNKNOWN_PAUSE = 25;
const MIN_PAUSE = 1;

export class ResendRequest {
  #shortest = -1;
  #askedAt = Number.NEGATIVE_INFINITY;
  #open = false;

  /** Whether to send a nak at `now`; if so, it counts as sent. `roundTrip` is the time measured otherwise, or -1. */
  due(now: number, roundTrip: number): boolean {
    const known = this.#shortest < 0 ? roundTrip : this.#shortest;
    if (now - this.#askedAt < (known < 0 ? UNKNOWN_PAUSE : Math.max(MIN_PAUSE, known))) return false;
    this.#askedAt = now;
    this.#open = true;
    return true;
  }

  /** The frame that was due has come. */
  answered(now: number): void {
    if (!this.#open) return;
    this.#open = false;
    const took = now - this.#askedAt;
    // The shortest, slowly forgotten: a longer time has lost naks or resends in it.
    this.#shortest = this.#shortest < 0 || took < this.#shortest ? took : this.#shortest + (took - this.#shortest) / 16;
  }

  reset(): void {
    this.#shortest = -1;
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#open = false;
  }
}
