import { clockOffset, readTimeSync, roundTripTime, TIME_SYNC_BYTES, type TimeSync, writeTimeSync } from './codecs/time-sync.ts';
import type { Link } from './link.ts';
import { code } from './messages.ts';

/** Exchanges of which the fastest counts: the others waited somewhere. */
const GROUP = 16;
/** What is left of an exchange's weight when the next one counts. Where a line jitters one in dozens is worth something, so they are remembered for long. */
const KEEP = 1 - 1 / 100;
/** The shortest round trip is forgotten slowly, for a line may become slower: this much at each group, µs. */
const AGEING_US = 2;
/** Time beyond the shortest round trip that halves how well an exchange is believed, four times; µs. */
const EXCESS_US = 100;
/** µs²: a slope is believed where the exchanges that count lie 0.3 s apart, not between two that came one after the other. */
const SPREAD_US2 = 1e11;
/** A clock this far from where it should be, so often in a row, was set anew. */
const STEP_US = 20_000;
const STEPS = 3;
const US = 1000;

/** The least an exchange is believed: a line that has become slower for good is followed in the end, after a thousand groups. */
const LEAST = 1e-6;
/** How well an exchange is believed that took so much longer than the shortest, µs. */
const belief = (excess: number): number => Math.max(LEAST, (EXCESS_US / (EXCESS_US + excess)) ** 4);

/**
 * The host's idea of the device's clock: offset and frequency by weighted regression over exchanges of four stamps, the fastest of each
 * {@link GROUP}. An exchange is right to half of what its two ways differ, so it counts by w = (e / (e + r − r_min))⁴, e = 100 µs, r its round trip: the fourth
 * power, for under the second the many slow ones, each wrong by half its excess, outweigh the few fast ones. It belongs to one connection: after a reset the clock is another one.
 */
export class ClockSync {
  readonly #link: Link;
  readonly #now: () => number;
  readonly #everyMs: number;
  readonly #payload = new Uint8Array(TIME_SYNC_BYTES);
  readonly #time: TimeSync = { id: 0, t1: 0, t2: 0, t3: 0 };
  #sendAt = Number.NEGATIVE_INFINITY;
  #id = 0;
  #inGroup = 0;
  #best = { at: 0, offset: 0, roundTrip: Number.POSITIVE_INFINITY };
  #shortest = Number.POSITIVE_INFINITY;
  /** where the sums count from, so that they stay small: host's µs and offset */
  #originAt = 0;
  #originOffset = 0;
  #sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0 };
  #far = 0;
  /** exchanges that counted, and how often the device's clock was found to have been set anew */
  points = 0;
  steps = 0;

  constructor(link: Link, now: () => number, everyMs: number) {
    this.#link = link;
    this.#now = now;
    this.#everyMs = everyMs;
  }

  /** Sends a request when one is due. To be called together with the link's `poll`. */
  poll(): void {
    const now = this.#now();
    if (now < this.#sendAt || this.#link.state !== 'up') return;
    this.#sendAt = now + this.#everyMs;
    this.#id = (this.#id + 1) & 0xff;
    const request = { id: this.#id, t1: Math.round(now * US), t2: 0, t3: 0 };
    this.#link.send(code.TimeSync, this.#payload, 0, writeTimeSync(this.#payload, request));
  }

  /** Takes an answer; false if it is malformed. */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    const time = this.#time;
    if (!readTimeSync(bytes, start, end, time)) return false;
    const t4 = this.#now() * US;
    const roundTrip = roundTripTime(time, t4);
    // Of a clock that was set meanwhile; how old an answer is shows by itself.
    if (roundTrip < 0) return true;
    if (roundTrip < this.#best.roundTrip) this.#best = { at: (time.t1 + t4) / 2, offset: clockOffset(time, t4), roundTrip };
    if (++this.#inGroup < GROUP) return true;
    this.#inGroup = 0;
    const { at, offset, roundTrip: fastest } = this.#best;
    this.#best = { at: 0, offset: 0, roundTrip: Number.POSITIVE_INFINITY };
    if (fastest < this.#shortest) this.#doubt(belief(this.#shortest - fastest));
    this.#shortest = Math.min(this.#shortest + AGEING_US, fastest);
    this.#take(at, offset, belief(fastest - this.#shortest));
    return true;
  }

  /** How far the device's clock is ahead of the host's at a time of the host, µs; undefined before it is known. */
  offsetUs(hostMs: number): number | undefined {
    const { w, x, y } = this.#sums;
    if (w === 0) return undefined;
    return this.#originOffset + y / w + this.#slope() * (hostMs * US - this.#originAt - x / w);
  }

  /** Seconds that the device's clock gains in a second. */
  get drift(): number {
    return this.#slope();
  }

  #slope(): number {
    const { w, x, y, xx, xy } = this.#sums;
    const spread = w * xx - x * x;
    return spread > 0 ? (w * xy - x * y) / (spread + SPREAD_US2 * w) : 0;
  }

  /** What counted so far was judged by a round trip that has turned out not to be the shortest: the first ones above all. */
  #doubt(factor: number): void {
    const { w, x, y, xx, xy } = this.#sums;
    this.#sums = { w: factor * w, x: factor * x, y: factor * y, xx: factor * xx, xy: factor * xy };
  }

  #take(at: number, offset: number, weight: number): void {
    const expected = this.offsetUs(at / US);
    if (expected !== undefined && this.points > 1 && Math.abs(offset - expected) > STEP_US) {
      if (++this.#far < STEPS) return;
      this.steps++;
      this.points = 0;
    }
    this.#far = 0;
    if (this.points === 0) {
      this.#originAt = at;
      this.#originOffset = offset;
      this.#sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0 };
    }
    this.points++;
    const x = at - this.#originAt;
    const y = offset - this.#originOffset;
    const sums = this.#sums;
    sums.w = sums.w * KEEP + weight;
    sums.x = sums.x * KEEP + weight * x;
    sums.y = sums.y * KEEP + weight * y;
    sums.xx = sums.xx * KEEP + weight * x * x;
    sums.xy = sums.xy * KEEP + weight * x * y;
  }
}
