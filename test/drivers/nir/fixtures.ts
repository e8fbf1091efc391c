import h5wasm, { type Group } from 'h5wasm/node';
import type { FromNirOptions } from '../../../drivers/index.ts';

/**
 * Files as others write them, as data: groups, texts, and arrays with their type. The layouts (names of nodes, shapes, which parameters are scalars or absent) are
 * those of the exporters' published sources; numbers are drawn. Nothing here is the writer under test.
 */
export interface Numbers {
  readonly type: 'f4' | 'f8' | 'i8';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
export type Tree = { readonly [name: string]: Tree | Numbers | string | readonly (readonly [string, string])[] };

export interface Fixture {
  readonly tree: Tree;
  readonly options: FromNirOptions;
  /** nodes in the order in which a tick runs through them */
  readonly order: readonly string[];
}

/** Numbers between −1 and 1 that look like nothing. */
export const drawn = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, at) => Math.fround((Math.sin(12.9898 * (at + 1) + 78.233 * seed) * 43758.5453) % 1));

export const f4 = (shape: readonly number[], values: readonly number[]): Numbers => ({
  type: 'f4',
  shape,
  values: values.map(Math.fround),
});
export const f8 = (shape: readonly number[], values: readonly number[]): Numbers => ({ type: 'f8', shape, values });
export const whole = (shape: readonly number[], ...values: readonly number[]): Numbers => ({ type: 'i8', shape, values });
export const full = (count: number, value: number): Numbers => f4([count], new Array<number>(count).fill(value));
const weight = (post: number, pre: number, scale: number, seed: number): Numbers =>
  f4(
    [post, pre],
    drawn(post * pre, seed).map((x) => scale * (x + 0.3)),
  );

export const input = (...shape: number[]): Tree => ({ type: 'Input', shape: whole([shape.length], ...shape) });
export const output = (...shape: number[]): Tree => ({ type: 'Output', shape: whole([shape.length], ...shape) });
export const affine = (post: number, pre: number, scale: number, seed: number): Tree => ({
  type: 'Affine',
  weight: weight(post, pre, scale, seed),
  bias: f4(
    [post],
    drawn(post, seed + 0.5).map((x) => 0.2 * scale * x),
  ),
});
export const linear = (post: number, pre: number, scale: number, seed: number): Tree => ({
  type: 'Linear',
  weight: weight(post, pre, scale, seed),
});
export const graph = (nodes: Tree, edges: readonly (readonly [string, string])[]): Tree => ({ type: 'NIRGraph', nodes, edges });
export const file = (nodes: Tree, edges: readonly (readonly [string, string])[], version = '1.0.7'): Tree => ({
  version,
  node: graph(nodes, edges),
});
export const chain = (...names: readonly string[]): (readonly [string, string])[] => names.slice(1).map((name, at) => [names[at]!, name]);

/** snnTorch: dt of 1e-4 s, β = 1 − dt/τ, R = τ/dt, parameters scalar or of one number; a recurrent layer is an inner graph. */
function snntorch(): Fixture {
  const [beta, alpha, dt] = [0.9, 0.8, 1e-4];
  const scalar = (value: number) => f4([], [value]);
  const recurrent = graph(
    {
      input: input(6),
      lif: {
        type: 'CubaLIF',
        tau_mem: f8([6], new Array(6).fill(dt / (1 - beta))),
        tau_syn: f8([6], new Array(6).fill(dt / (1 - alpha))),
        r: f8([6], new Array(6).fill(1 / (1 - beta))),
        w_in: f8([6], new Array(6).fill(1 / (1 - alpha))),
        v_leak: f8([6], new Array(6).fill(0)),
        v_threshold: f8([6], new Array(6).fill(1)),
      },
      w_rec: linear(6, 6, 0.3, 3),
      output: output(6),
    },
    [
      ['input', 'lif'],
      ['lif', 'w_rec'],
      ['w_rec', 'lif'],
      ['lif', 'output'],
    ],
  );
  return {
    tree: file(
      {
        input: input(5),
        fc1: affine(6, 5, 0.5, 1),
        lif1: {
          type: 'LIF',
          tau: scalar(dt / (1 - beta)),
          r: scalar(1 / (1 - beta)),
          v_leak: scalar(0),
          v_threshold: f4([1], [1]),
          v_reset: f4([1], [0]),
        },
        fc2: affine(6, 6, 0.5, 2),
        rnn: recurrent,
        output: output(6),
      },
      chain('input', 'fc1', 'lif1', 'fc2', 'rnn', 'output'),
    ),
    options: { dt: 0.1, discretization: 'euler' },
    order: ['input', 'fc1', 'lif1', 'fc2', 'rnn.input', 'rnn.lif', 'rnn.w_rec', 'rnn.output', 'output'],
  };
}

/** Norse: modules of a sequence by number, whole arrays, every potential its own. */
function norse(): Fixture {
  return {
    tree: file(
      {
        input: input(4),
        '0': affine(5, 4, 3, 4),
        '1': { type: 'LIF', tau: full(5, 0.01), r: full(5, 1), v_leak: full(5, 0.1), v_threshold: full(5, 0.7), v_reset: full(5, -0.1) },
        '2': linear(3, 5, 4, 5),
        '3': { type: 'LI', tau: full(3, 0.02), r: full(3, 2), v_leak: full(3, 0.25) },
        output: output(3),
      },
      chain('input', '0', '1', '2', '3', 'output'),
    ),
    options: { dt: 1, discretization: 'euler' },
    order: ['input', '0', '1', '2', '3', 'output'],
  };
}

/** Rockpool: names with the place in the sequence, CubaLIF without w_in and v_reset, R = τ e^(−dt/τ)/dt, a threshold of each neuron. */
function rockpool(): Fixture {
  const cuba = (count: number, seed: number): Tree => ({
    type: 'CubaLIF',
    tau_mem: full(count, 0.02),
    tau_syn: full(count, 0.01),
    r: full(count, (20 * Math.exp(-1 / 20)) / 1),
    v_leak: full(count, 0),
    v_threshold: f4(
      [count],
      drawn(count, seed).map((x) => 1 + 0.4 * x),
    ),
  });
  return {
    tree: file(
      {
        input: input(4),
        '0_LinearTorch': linear(6, 4, 1.5, 6),
        '1_LIFTorch': cuba(6, 7),
        '2_LinearTorch': linear(3, 6, 2, 8),
        '3_LIFTorch': cuba(3, 9),
        output: output(3),
      },
      chain('input', '0_LinearTorch', '1_LIFTorch', '2_LinearTorch', '3_LIFTorch', 'output'),
      '1.0.4',
    ),
    options: { dt: 1 },
    order: ['input', '0_LinearTorch', '1_LIFTorch', '2_LinearTorch', '3_LIFTorch', 'output'],
  };
}

/** Lava-DL: numbered layers, decays as 1 − dt/τ, convolutions and pooling before a Flatten, a delay of each axon. */
function lava(): Fixture {
  const dt = 1e-3;
  const cuba = (count: number): Tree => ({
    type: 'CubaLIF',
    tau_syn: f8([count], new Array(count).fill(dt / (1024 / 4096))),
    tau_mem: f8([count], new Array(count).fill(dt / (128 / 4096))),
    r: f8([count], new Array(count).fill(4096 / 128)),
    w_in: f8([count], new Array(count).fill(4096 / 1024)),
    v_leak: f8([count], new Array(count).fill(0)),
    v_threshold: f8([count], new Array(count).fill(80 / 64)),
    v_reset: f8([count], new Array(count).fill(0)),
  });
  const convolution: Tree = {
    type: 'Conv2d',
    input_shape: whole([2], 6, 6),
    weight: f4(
      [3, 2, 3, 3],
      drawn(54, 10).map((x) => 0.3 * x + 0.1),
    ),
    stride: whole([], 1),
    padding: whole([2], 1, 0),
    dilation: whole([], 1),
    groups: whole([], 1),
    bias: f4([3], [0.05, 0, -0.02]),
  };
  return {
    tree: file(
      {
        input: input(2, 6, 6),
        '0': convolution,
        '1': { ...cuba(72), tau_syn: f8([3, 6, 4], new Array(72).fill(dt * 4)) },
        '2': { type: 'SumPool2d', kernel_size: whole([2], 2, 2), stride: whole([2], 2, 2), padding: whole([2], 0, 0) },
        '3': { type: 'Flatten', start_dim: whole([], 0), end_dim: whole([], -1), input_type: whole([3], 3, 3, 2) },
        '4': {
          type: 'Delay',
          delay: f4(
            [18],
            Array.from({ length: 18 }, (_, at) => (at % 3) * dt),
          ),
        },
        '5': linear(4, 18, 0.4, 11),
        '6': cuba(4),
        output: output(4),
      },
      chain('input', '0', '1', '2', '3', '4', '5', '6', 'output'),
    ),
    options: { dt: 1, discretization: 'euler' },
    order: ['input', '0', '1', '2', '3', '4', '5', '6', 'output'],
  };
}

/** Nengo: an ensemble with encoders and a gain (Scale), decoded through a synapse (LI) that feeds back: a circle at the top, times in seconds. */
function nengo(): Fixture {
  return {
    tree: file(
      {
        input: input(2),
        encoder: affine(8, 2, 6, 12),
        gain: {
          type: 'Scale',
          scale: f4(
            [8],
            drawn(8, 13).map((x) => 1.5 + x),
          ),
        },
        ensemble: { type: 'LIF', tau: full(8, 0.02), r: full(8, 1), v_leak: full(8, 0), v_threshold: full(8, 1), v_reset: full(8, 0) },
        decoder: linear(2, 8, 2, 14),
        synapse: { type: 'LI', tau: full(2, 0.1), r: full(2, 1), v_leak: full(2, 0) },
        recurrent: linear(8, 2, 1, 15),
        output: output(2),
      },
      [...chain('input', 'encoder', 'gain', 'ensemble', 'decoder', 'synapse', 'output'), ...chain('synapse', 'recurrent', 'gain')],
    ),
    options: { dt: 1 },
    order: ['input', 'encoder', 'recurrent', 'gain', 'ensemble', 'decoder', 'synapse', 'output'],
  };
}

export const fixtures: Readonly<Record<string, Fixture>> = {
  snnTorch: snntorch(),
  Norse: norse(),
  Rockpool: rockpool(),
  'Lava-DL': lava(),
  Nengo: nengo(),
};

const isNumbers = (value: Tree | Numbers): value is Numbers => Array.isArray(value['values']);

/** Writes a tree with h5wasm alone. */
export async function plantTree(path: string, tree: Tree): Promise<string> {
  await h5wasm.ready;
  const root = new h5wasm.File(path, 'w');
  const fill = (group: Group, inner: Tree): void => {
    for (const [name, value] of Object.entries(inner)) {
      if (typeof value === 'string') group.create_dataset({ name, data: value });
      else if (Array.isArray(value)) group.create_dataset({ name, data: value.flat() as string[], shape: [value.length, 2] });
      else if (isNumbers(value as Tree | Numbers)) {
        const { type, shape, values } = value as Numbers;
        const data =
          type === 'f4' ? Float32Array.from(values) : type === 'f8' ? Float64Array.from(values) : BigInt64Array.from(values, BigInt);
        group.create_dataset({
          name,
          data,
          shape: [...shape],
          ...(shape.length > 0 && { chunks: [...shape], compression: 'gzip' as const }),
        });
      } else fill(group.create_group(name), value as Tree);
    }
  };
  fill(root, tree);
  root.close();
  return path;
}
