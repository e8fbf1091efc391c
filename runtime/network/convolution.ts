import { raise } from '../errors.ts';
import type { Convolution, Network, Projection } from './network.ts';

const fields = [
  'inputs',
  'height',
  'width',
  'kernelHeight',
  'kernelWidth',
  'strideHeight',
  'strideWidth',
  'paddingHeight',
  'paddingWidth',
  'channels',
  'outHeight',
  'outWidth',
] as const;

/** The sizes of a convolution: channels and sides of its input, its kernel, and channels and sides of its output. */
export type Grid = Readonly<Record<(typeof fields)[number], number>>;

/** A grid as the words that ops read, in the order of its fields. */
export const gridWords = (grid: Grid): Uint32Array => Uint32Array.from(fields, (field) => grid[field]);

export const gridFrom = (words: Uint32Array): Grid => Object.fromEntries(fields.map((field, at) => [field, words[at]])) as unknown as Grid;

export function gridOf({ input, channels, kernel, stride = [1, 1], padding = [0, 0] }: Convolution): Grid {
  const [inputs, height, width] = input;
  const outputs = (side: number, axis: 0 | 1): number => Math.floor((side + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1;
  return {
    inputs,
    height,
    width,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    paddingHeight: padding[0],
    paddingWidth: padding[1],
    channels,
    outHeight: outputs(height, 0),
    outWidth: outputs(width, 1),
  };
}

/** Places of the kernel, those of each input channel by themselves. */
export const tapsOf = ({ inputs, kernelHeight, kernelWidth }: Grid): number => inputs * kernelHeight * kernelWidth;

/** Places of the output, the same for every channel. */
export const positionsOf = ({ outHeight, outWidth }: Grid): number => outHeight * outWidth;

/** From [output channel][tap], as descriptions have kernels, to [tap][output channel], as arenas have them. */
export const channelsLast = (values: ArrayLike<number>, channels: number): Float64Array => transposed(values, channels);

/** And back. */
export const channelsFirst = (values: ArrayLike<number>, channels: number): Float64Array => transposed(values, values.length / channels);

const transposed = (values: ArrayLike<number>, rows: number): Float64Array => {
  const columns = values.length / rows;
  return Float64Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
};

/** A kernel fits into its padded input, and both populations have the size that the convolution gives them. */
export function checkConvolution({ populations }: Network, path: string, { pre, post }: Projection, convolution: Convolution): void {
  const grid = gridOf(convolution);
  const { inputs, height, width, kernelHeight, kernelWidth, paddingHeight, paddingWidth, channels, outHeight, outWidth } = grid;
  if (outHeight < 1 || outWidth < 1)
    raise('ERR_OUT_OF_RANGE', {
      path: `${path}.kernel`,
      bound: `at most ${height + 2 * paddingHeight} × ${width + 2 * paddingWidth}, the input with its padding,`,
      value: `${kernelHeight} × ${kernelWidth}`,
      remedy: 'choose a smaller kernel, or more padding',
    });
  const demand = (field: string, name: string, sizes: readonly number[], remedy: string): void => {
    const expected = sizes.reduce((product, size) => product * size, 1);
    const { size: value } = populations[name]!;
    if (value === expected) return;
    raise('ERR_SHAPE', { what: `a population '${name}'`, expected, path: `${path}.${field}`, value, remedy });
  };
  const [from, to] = [
    [inputs, height, width],
    [channels, outHeight, outWidth],
  ] as const;
  demand('input', pre, from, `'${pre}' has ${from.join(' × ')} neurons: correct its size, or input [channels, height, width]`);
  demand('channels', post, to, `'${post}' has ${to.join(' × ')} neurons: correct its size, or channels, kernel, stride or padding`);
}
