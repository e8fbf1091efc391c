/** Buckets per power of two: a quantile is at most 1/16 too large. */
const PER_OCTAVE = 16;
/** Powers of two covered: durations up to 2^31 µs, half an hour. */
const OCTAVES = 31;

/** Durations in µs, counted in buckets of fixed relative width: memory does not grow, and adding allocates nothing. */
export interface Histogram {
  add(us: number): void;
  clear(): void;
  /** an upper bound of quantile `q`, at most 1/16 above it and never above the largest duration added; 0 when empty */
  quantile(q: number): number;
  max(): number;
  /** [upper edge in µs, count] of every bucket that holds any, ascending */
  buckets(): [us: number, count: number][];
}

/** Below {@link PER_OCTAVE} a bucket is one µs wide; above, the leading bit gives the octave and the next four the bucket in it. */
function bucketOf(us: number): number {
  if (us < PER_OCTAVE) return us;
  const octave = 31 - Math.clz32(us);
  return (octave - 3) * PER_OCTAVE + ((us >>> (octave - 4)) - PER_OCTAVE);
}

function upperEdge(bucket: number): number {
  if (bucket < PER_OCTAVE) return bucket;
  const octave = Math.floor(bucket / PER_OCTAVE) + 3;
  return ((bucket % PER_OCTAVE) + PER_OCTAVE + 1) * 2 ** (octave - 4) - 1;
}

export function createHistogram(): Histogram {
  const counts = new Uint32Array((OCTAVES - 3) * PER_OCTAVE);
  let total = 0;
  let largest = 0;
  return {
    add(us) {
      const value = us <= 0 ? 0 : us >= 0x7fffffff ? 0x7fffffff : us | 0;
      const bucket = bucketOf(value);
      counts[bucket] = counts[bucket]! + 1;
      total++;
      if (value > largest) largest = value;
    },
    clear() {
      counts.fill(0);
      total = 0;
      largest = 0;
    },
    quantile(q) {
      let left = Math.ceil(q * total);
      for (let bucket = 0; bucket < counts.length && total > 0; bucket++) {
        left -= counts[bucket]!;
        if (left <= 0) return Math.min(largest, upperEdge(bucket));
      }
      return largest;
    },
    max: () => largest,
    buckets: () => Array.from(counts, (count, bucket): [number, number] => [upperEdge(bucket), count]).filter(([, count]) => count > 0),
  };
}
