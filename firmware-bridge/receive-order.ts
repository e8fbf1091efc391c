/**
 * The receiving half of both classes: which frame is the next one, a repeated one, or proof of a loss.
 */

import type { LinkCounters } from './counters.ts';

/** Unreliable frames this close behind the expected one are old; all others are ahead of it. */
const LATE = 32;

export class ReceiveOrder {
  readonly #counters: LinkCounters;
  /** number of the reliable frame that is due: the cumulative ack */
  expected = 0;
  #unreliable = 0;

  constructor(counters: LinkCounters) {
    this.#counters = counters;
  }

  /** Places a reliable frame. Only `next` may be delivered. */
  reliable(seq: number): 'next' | 'duplicate' | 'gap' {
    const ahead = (seq - this.expected) & 0xff;
    if (ahead === 0) {
      this.expected = (this.expected + 1) & 0xff;
      return 'next';
    }
    if (ahead < 0x80) return 'gap';
    this.#counters.duplicates++;
    return 'duplicate';
  }

  /** Places an unreliable frame: how many were lost before it, or -1 if it is not to be delivered. */
  unreliable(seq: number): number {
    const ahead = (seq - this.#unreliable) & 0xff;
    if (ahead > 0xff - LATE) {
      this.#counters.late++;
      return -1;
    }
    this.#unreliable = (seq + 1) & 0xff;
    this.#counters.lost += ahead;
    return ahead;
  }

  /** A frame of the link itself shows the number that comes next: what is missing before it was lost. Returns how many. */
  upcoming(seq: number): number {
    const ahead = (seq - this.#unreliable) & 0xff;
    if (ahead > 0xff - LATE) return 0;
    this.#unreliable = seq;
    this.#counters.lost += ahead;
    return ahead;
  }

  /** A new session: numbered from 0. Counts go on. */
  reset(): void {
    this.expected = 0;
    this.#unreliable = 0;
  }
}
