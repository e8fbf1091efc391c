import { flush, fma } from '../../exact.ts';
import { header } from '../../program/arena.ts';
import type { Kernels } from './kernel.ts';

export const backward: Kernels<'history_read' | 'history_write' | 'multiply_add'> = {
  history_read({ n, history, hStride, block, ahead, y }, { floats, arena: { words } }) {
    const [from, to] = [floats(history), floats(y)];
    return ({ row }) => {
      const at = row + ahead;
      const known = at < Math.min(words[header.sinceFold]!, block);
      for (let i = 0; i < n; i++) to[i] = known ? from[at * hStride + i]! : 0;
    };
  },
  history_write({ n, x, history, hStride, block }, { floats }) {
    const [from, to] = [floats(x), floats(history)];
    return ({ row }) => {
      const at = (row & (block - 1)) * hStride;
      for (let i = 0; i < n; i++) to[at + i] = from[i]!;
    };
  },
  multiply_add({ n, a, b, p }, { floats }) {
    const [left, right, sum] = [floats(a), floats(b), floats(p)];
    return () => {
      for (let j = 0; j < n; j++) sum[j] = flush(fma(left[j]!, right[j]!, sum[j]!));
    };
  },
};
