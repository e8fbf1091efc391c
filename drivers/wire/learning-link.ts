import {
  code,
  configureKey,
  type Link,
  readWeightData,
  type Target,
  WEIGHT_READ_BYTES,
  type WeightData,
  writeTarget,
  writeWeightRead,
} from '../../firmware-bridge/index.ts';
import type { IntegerLearningOptions } from '../emulated/integer-learning.ts';

/** An answer that is not there by then was lost. */
const ASK_AGAIN_MS = 50;
const MAX_TARGET_BYTES = 256;

/**
 * The host's end of learning on a board: how it is to learn, what its readout should have said, what that was worth, and its weights back. Whoever
 * owns the link hands it WeightData messages (`receive`) and turns (`poll`).
 */
export class LearningLink {
  readonly #link: Link;
  readonly #now: () => number;
  readonly #payload = new Uint8Array(MAX_TARGET_BYTES);
  readonly #data: WeightData = { region: 0, generation: 0, offset: 0, start: 0, end: 0 };
  #reading: { readonly region: number; readonly bytes: Uint8Array; next: number; asked: number } | undefined;

  constructor(link: Link, now: () => number) {
    this.#link = link;
    this.#now = now;
  }

  /** The messages that make the board learn so; send them while nothing else changes its network. False if there was no room for one. */
  begin({ seed, rates, dampening, targetRate = 0, regularization = 0 }: IntegerLearningOptions): boolean {
    const { learn, rate, dampening: q, targetRate: wished, regularization: strength } = configureKey;
    const settings: [key: number, value: number, generation: number][] = [
      ...Array.from(rates, ([region, one]): [number, number, number] => [rate + region, one.rate, one.shift]),
      ...Array.from(dampening, ([population, value]): [number, number, number] => [q + population, value, 0]),
      [wished, targetRate, 0],
      [strength, regularization, 0],
      [learn, seed | 0, 0],
    ];
    return settings.every(([key, value, generation]) => this.#link.sendControl('Configure', { key, value, generation }));
  }

  /** Before its first tick; false if there was no room. */
  target(target: Target): boolean {
    return this.#link.send(code.Target, this.#payload, 0, writeTarget(this.#payload, target));
  }

  /** After `tick` the board's sums become changes of its weights, times `value` (in 1/65536). */
  reward(tick: number, value: number): boolean {
    return this.#link.sendControl('Reward', { tick, valueQ16: value });
  }

  /** Begins to read the `bytes` of a region; what was being read is given up. */
  read(region: number, bytes: number): void {
    this.#reading = { region, bytes: new Uint8Array(bytes), next: 0, asked: Number.NEGATIVE_INFINITY };
  }

  /** The region, once all of it has come. */
  get weights(): Int8Array | undefined {
    const reading = this.#reading;
    return reading === undefined || reading.next < reading.bytes.length ? undefined : new Int8Array(reading.bytes.buffer);
  }

  /** Takes a WeightData message; false if it is malformed. */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    const data = this.#data;
    if (!readWeightData(bytes, start, end, data)) return false;
    const reading = this.#reading;
    if (reading === undefined || data.region !== reading.region || data.offset !== reading.next) return true;
    const count = Math.min(data.end - data.start, reading.bytes.length - reading.next);
    reading.bytes.set(bytes.subarray(data.start, data.start + count), reading.next);
    reading.next += count;
    if (count > 0) reading.asked = Number.NEGATIVE_INFINITY;
    return true;
  }

  poll(): void {
    const reading = this.#reading;
    if (reading === undefined || reading.next >= reading.bytes.length || this.#now() - reading.asked < ASK_AGAIN_MS) return;
    const count = Math.min(WEIGHT_READ_BYTES, reading.bytes.length - reading.next);
    if (this.#link.send(code.WeightRead, this.#payload, 0, writeWeightRead(this.#payload, reading.region, reading.next, count)))
      reading.asked = this.#now();
  }
}
