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
