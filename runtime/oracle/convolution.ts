import type { Convolution } from '../network/network.ts';

/** A synapse of a convolution, were each one by itself: it leads from `pre` to `post`, and its weight is number `weight` of the kernel. */
export interface Connection {
  readonly pre: number;
  readonly post: number;
  readonly weight: number;
}

/**
 * The synapses of a convolution, written from its definition: output (o, r, c) sees input (i, r·stride + y − padding, c·stride + x − padding) by weight (o, i, y, x).
 * In the order of their presynaptic neurons, then of their postsynaptic ones.
 */
export function connections({ input, channels, kernel, stride = [1, 1], padding = [0, 0] }: Convolution): readonly Connection[] {
  const [inputs, height, width] = input;
  const rows = Math.floor((height + 2 * padding[0] - kernel[0]) / stride[0]) + 1;
  const columns = Math.floor((width + 2 * padding[1] - kernel[1]) / stride[1]) + 1;
  const found: Connection[] = [];
  for (let i = 0; i < inputs; i++)
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++)
        for (let o = 0; o < channels; o++)
          for (let r = 0; r < rows; r++)
            for (let c = 0; c < columns; c++) {
              const [y, x] = [h + padding[0] - r * stride[0], w + padding[1] - c * stride[1]];
              if (y < 0 || y >= kernel[0] || x < 0 || x >= kernel[1]) continue;
              found.push({
                pre: (i * height + h) * width + w,
                post: (o * rows + r) * columns + c,
                weight: ((o * inputs + i) * kernel[0] + y) * kernel[1] + x,
              });
            }
  return found;
}

/** The matrix [pre][post] that has a kernel's weights at every position; 0 where there is no synapse. */
export function unshared(convolution: Convolution, kernel: ArrayLike<number>, pre: number, post: number): Float64Array {
  const matrix = new Float64Array(pre * post);
  for (const { pre: i, post: j, weight } of connections(convolution)) matrix[i * post + j] = kernel[weight];
  return matrix;
}

/** ∂E/∂w of a shared weight: the sum of those of all synapses that have it. */
export function shared(convolution: Convolution, gradient: Float64Array, post: number): Float64Array {
  const { input, channels, kernel } = convolution;
  const sums = new Float64Array(channels * input[0] * kernel[0] * kernel[1]);
  for (const { pre: i, post: j, weight } of connections(convolution)) sums[weight] += gradient[i * post + j];
  return sums;
}
