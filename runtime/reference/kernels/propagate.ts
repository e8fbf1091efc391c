import { fma } from '../../exact.ts';
import { type Kernels, ringRow } from './kernel.ts';

export const propagate: Kernels<'propagate_dense' | 'propagate_sparse'> = {
  propagate_dense({ pre, x, rows, stride, delay, weights, wStride, current }, { floats }) {
    const [value, w, I] = [floats(x), floats(weights), floats(current)];
    return ({ tick }) => {
      const at = ringRow(tick, delay, rows, stride);
      for (let i = 0; i < pre; i++) {
        const xi = value[at + i]!;
        if (xi === 0) continue;
        for (let j = 0; j < wStride; j++) I[j] = fma(xi, w[i * wStride + j]!, I[j]!);
      }
    };
  },
  propagate_sparse({ pre, x, rows, stride, delay, rowStart, column, weights, current }, { floats, topology }) {
    const [value, w, I] = [floats(x), floats(weights), floats(current)];
    const [start, post] = [topology(rowStart), topology(column)];
    return ({ tick }) => {
      const at = ringRow(tick, delay, rows, stride);
      for (let i = 0; i < pre; i++) {
        const xi = value[at + i]!;
        if (xi === 0) continue;
        for (let k = start[i]!; k < start[i + 1]!; k++) I[post[k]!] = fma(xi, w[k]!, I[post[k]!]!);
      }
    };
  },
};
