import { flush, fma } from '../../exact.ts';
import { header } from '../../program/arena.ts';
import { type Kernels, ringRow } from './kernel.ts';

const { fround } = Math;

/** A delay within 0 and the longest; what is no number is 0. */
const within = (delay: number, longest: number): number => (delay > 0 ? (delay < longest ? delay : longest) : 0);

export const delays: Kernels<'delay_line' | 'delay_line_back'> = {
  delay_line({ n, x, rows, stride, past, pastRows, lag, slope, longest }, { floats }) {
    const [y, I, d, E] = [floats(x), floats(past), floats(lag), floats(slope)];
    const most = fround(longest);
    return ({ tick }) => {
      const now = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        const delay = within(d[j]!, most);
        const whole = Math.floor(delay);
        const near = I[ringRow(tick, whole, pastRows, stride) + j]!;
        E[j] = I[ringRow(tick, whole + 1, pastRows, stride) + j]! - near;
        y[now + j] = flush(fma(delay - whole, E[j]!, near));
      }
    };
  },
  delay_line_back({ n, history, hStride, block, lag, y, longest }, { floats, arena: { words } }) {
    const [from, d, to] = [floats(history), floats(lag), floats(y)];
    const most = fround(longest);
    return ({ row }) => {
      const ticks = Math.min(words[header.sinceFold]!, block);
      const at = (s: number, j: number): number => (s < ticks ? from[s * hStride + j]! : 0);
      for (let j = 0; j < n; j++) {
        const delay = within(d[j]!, most);
        const whole = Math.floor(delay);
        const near = at(row + whole, j);
        to[j] = flush(fma(delay - whole, fround(at(row + whole + 1, j) - near), near));
      }
    };
  },
};
