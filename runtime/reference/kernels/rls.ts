import { flush, fma } from '../../exact.ts';
import { pad, RATE_FACTOR } from '../../program/arena.ts';
import type { Kernels } from './kernel.ts';

const { fround } = Math;

/** Partial sums of a product of two columns: element i is added to sum i mod 16. */
const PARTS = 16;

export const rls: Kernels<'rls'> = {
  rls({ pre, eStride, trace, error, importance, state, triangle, diagonal, gain, weights }, { floats, doubles }) {
    const [r, e, m] = [floats(trace), floats(error), floats(importance)];
    const [U, d, b, W] = [floats(triangle), floats(diagonal), floats(gain), floats(weights)];
    const optimizer = doubles(state);
    const sums = new Float32Array(PARTS);

    /** Σ U_ij r_i of the column that begins at `at`, fused; partial sums are added in halves. */
    const dot = (at: number, count: number): number => {
      sums.fill(0);
      for (let i = 0; i < count; i++) sums[i % PARTS] = fma(U[at + i]!, r[i]!, sums[i % PARTS]!);
      for (let half = PARTS / 2; half >= 1; half /= 2) for (let l = 0; l < half; l++) sums[l] = sums[l]! + sums[l + half]!;
      return sums[0]!;
    };

    return ({ row }) => {
      if (m[row] === 0) return;
      const weight = optimizer[RATE_FACTOR]! * m[row]!;
      let alpha = 1;
      let at = 0;
      b.fill(0, 0, pad(pre));
      for (let j = 0; j < pre; j++) {
        const count = pad(j);
        const s = fround(r[j]! + dot(at, count));
        const v = fround(d[j]! * s);
        const innovation = weight * s;
        const next = alpha + innovation * v;
        const lambda = fround(-innovation / alpha);
        d[j] = flush(fround(d[j]! * (alpha / next)));
        alpha = next;
        for (let i = 0; i < count; i++) {
          const u = U[at + i]!;
          // Not flushed: U does not decay, and d, which does, is.
          U[at + i] = fma(lambda, b[i]!, u);
          b[i] = fma(u, v, b[i]!);
        }
        b[j] = v;
        at += count;
      }
      const factor = optimizer[RATE_FACTOR]! / alpha;
      for (let i = 0; i < pre; i++) {
        const step = -fround(factor * b[i]!);
        for (let k = 0; k < eStride; k++) W[i * eStride + k] = fma(step, e[k]!, W[i * eStride + k]!);
      }
      optimizer[0] = optimizer[0]! + 1;
    };
  },
};
