import { log } from '../../exact.ts';

const { imul } = Math;

/** 32 random bits from four counters (the finalizer of MurmurHash3's kind, three rounds): one seed gives one sequence, in any order of asking. */
export function mixed(seed: number, tick: number, group: number, index: number): number {
  let x = seed ^ imul(tick + 1, 0x9e3779b1) ^ imul(group + 1, 0x85ebca77) ^ imul(index + 1, 0xc2b2ae3d);
  for (const factor of [0x7feb352d, 0x846ca68b, 0x9e3779b1]) {
    x = imul(x ^ (x >>> 16), factor);
    x ^= x >>> 15;
  }
  return (x ^ (x >>> 16)) >>> 0;
}

/** A standard normal by the polar method (Marsaglia & Bray 1964), the attempt in the counter. */
export function normal(seed: number, tick: number, group: number, k: number, n: number): number {
  for (let attempt = 0; ; attempt++) {
    const index = 2 * (attempt * n + k);
    const u = mixed(seed, tick, group, index) * 2 ** -31 - 1;
    const v = mixed(seed, tick, group, index + 1) * 2 ** -31 - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
  }
}

/** ±1: the bits of one draw serve sixteen places. */
export const sign = (seed: number, tick: number, group: number, k: number): number =>
  (mixed(seed, tick, group, k >>> 4) >>> (k & 15)) & 1 ? 1 : -1;
