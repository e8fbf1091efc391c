import { fma } from '../../exact.ts';
import { type Grid, gridFrom, positionsOf, tapsOf } from '../../network/convolution.ts';
import { type Kernels, ringRow } from './kernel.ts';
import { unlessZero } from './synapses.ts';

type Names = 'propagate_convolution' | 'channels_first' | 'channels_last' | 'rank_one_convolution' | 'feedback_transpose_convolution';

/** What lies under a kernel: output position q, tap k, and the input i that it sees. */
type Tap = (q: number, k: number, i: number) => void;

/** Visits every tap over an input: q ascending, then k, so that of one q the i ascend too. */
function eachTap(grid: Grid, visit: Tap): void {
  const { height, width, kernelHeight, kernelWidth, outWidth } = grid;
  for (let q = 0; q < positionsOf(grid); q++) {
    const top = Math.floor(q / outWidth) * grid.strideHeight - grid.paddingHeight;
    const left = (q % outWidth) * grid.strideWidth - grid.paddingWidth;
    for (let k = 0; k < tapsOf(grid); k++) {
      const channel = Math.floor(k / (kernelWidth * kernelHeight));
      const row = top + (Math.floor(k / kernelWidth) % kernelHeight);
      const column = left + (k % kernelWidth);
      if (row >= 0 && row < height && column >= 0 && column < width) visit(q, k, (channel * height + row) * width + column);
    }
  }
}

export const convolution: Kernels<Names> = {
  propagate_convolution({ grid, cStride, x, rows, stride, delay, weights, sums }, { floats, topology }) {
    const [value, w, S] = [floats(x), floats(weights), floats(sums)];
    const sizes = gridFrom(topology(grid));
    return ({ tick }) => {
      const at = ringRow(tick, delay, rows, stride);
      eachTap(sizes, (q, k, i) => {
        const xi = value[at + i]!;
        if (xi === 0) return;
        for (let c = 0; c < cStride; c++) S[q * cStride + c] = fma(xi, w[k * cStride + c]!, S[q * cStride + c]!);
      });
    };
  },
  channels_first({ positions, channels, cStride, x, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return () => {
      for (let c = 0; c < channels; c++) {
        for (let q = 0; q < positions; q++) to[c * positions + q]! += from[q * cStride + c]!;
      }
    };
  },
  channels_last({ positions, channels, cStride, x, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return () => {
      for (let q = 0; q < positions; q++) {
        for (let c = 0; c < channels; c++) to[q * cStride + c] = from[c * positions + q]!;
      }
    };
  },
  rank_one_convolution({ grid, cStride, factor, trace, gradient }, { floats, topology }) {
    const [p, x, G] = [floats(factor), floats(trace), floats(gradient)];
    const sizes = gridFrom(topology(grid));
    const walk = () =>
      eachTap(sizes, (q, k, i) => {
        for (let c = 0; c < cStride; c++) G[k * cStride + c] = fma(p[q * cStride + c]!, x[i]!, G[k * cStride + c]!);
      });
    return unlessZero(p, walk);
  },
  feedback_transpose_convolution({ grid, cStride, error, weights, signal }, { floats, topology }) {
    const [e, w, L] = [floats(error), floats(weights), floats(signal)];
    const sizes = gridFrom(topology(grid));
    const positions = positionsOf(sizes);
    return () => {
      for (let c = 0; c < sizes.channels; c++) {
        eachTap(sizes, (q, k, i) => {
          L[i] = fma(w[k * cStride + c]!, e[c * positions + q]!, L[i]!);
        });
      }
    };
  },
};
