/**
 * Adds `count` vectors that lie one after the other, into the first: pairs of neighbours, then pairs of their sums, and so on. The tree belongs to the places of
 * the vectors, so the bits of the sum do not depend on who computed which of them, or when.
 */
export function treeSum(vectors: Float32Array, count: number, length: number): Float32Array {
  for (let step = 1; step < count; step *= 2) {
    for (let left = 0; left + step < count; left += 2 * step) {
      const [to, from] = [left * length, (left + step) * length];
      for (let k = 0; k < length; k++) vectors[to + k] = vectors[to + k]! + vectors[from + k]!;
    }
  }
  return vectors.subarray(0, length);
}
