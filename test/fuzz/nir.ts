import fc from 'fast-check';
import { fromNir, type NirGraph, type NirNode, nirArray, nirNode } from '../../drivers/index.ts';
import { refusal } from '../runtime/network/refusal.ts';
import type { Target } from './target.ts';

/** A graph with nodes of any type, each with any fields, and edges between any of them. */
interface Case {
  readonly nodes: readonly { readonly type: string; readonly shape: readonly number[]; readonly value: number; readonly without: number }[];
  readonly edges: readonly (readonly [number, number])[];
  readonly lossy: boolean;
}

const types = [
  'LIF',
  'CubaLIF',
  'IF',
  'LI',
  'CubaLI',
  'I',
  'Threshold',
  'Affine',
  'Linear',
  'Scale',
  'Conv1d',
  'Conv2d',
  'SumPool2d',
  'AvgPool2d',
];
const every = ['Input', 'Output', ...types, 'Delay', 'Flatten', 'Joint', 'Other'];
const names = [
  'tau',
  'tau_mem',
  'tau_syn',
  'r',
  'v_leak',
  'v_threshold',
  'v_reset',
  'w_in',
  'threshold',
  'scale',
  'weight',
  'bias',
  'delay',
  'shape',
];
const wholes = ['kernel_size', 'stride', 'padding', 'dilation', 'groups', 'start_dim', 'end_dim', 'input_shape'];

const shapes: readonly (readonly number[])[] = [[], [1], [3], [3, 3], [1, 3], [3, 1, 1], [1, 1, 3, 3], [0], [3, 3, 3], [2, 3, 1, 1]];

function nodeFrom({ type, shape, value, without }: Case['nodes'][number]): NirNode {
  const count = shape.reduce((all, side) => all * side, 1);
  const fields = [...names, ...wholes].map(
    (name, at) =>
      [
        name,
        nirArray(
          wholes.includes(name) ? [] : shape,
          new Array(wholes.includes(name) ? 1 : count).fill(at < names.length ? value : Math.abs(Math.round(value)) % 3),
        ),
      ] as const,
  );
  // Mostly nothing is missing.
  return nirNode(type, Object.fromEntries(fields.filter((_, at) => at !== without)));
}

function graphOf({ nodes, edges }: Case): NirGraph {
  const name = (at: number): string => `n${at % Math.max(1, nodes.length)}`;
  return {
    type: 'NIRGraph',
    nodes: new Map(nodes.map((node, at) => [name(at), nodeFrom(node)])),
    edges: edges.map(([from, to]) => [name(from), name(to)]),
  };
}

const number = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 2, 0.01) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 1e30, 1e-40, Number.NaN, Number.POSITIVE_INFINITY, 1e9) },
);
const node = fc.record({
  type: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...every) },
    { weight: 3, arbitrary: fc.constantFrom('LIF', 'Linear', 'LI', 'Scale') },
  ),
  shape: fc.oneof({ weight: 3, arbitrary: fc.constant([3]) }, { weight: 2, arbitrary: fc.constantFrom(...shapes) }),
  value: number,
  without: fc.oneof({ weight: 8, arbitrary: fc.constant(99) }, { weight: 1, arbitrary: fc.nat(names.length + wholes.length) }),
});

/** A source and a chain behind it, spoiled by edges of any kind. */
const sane = fc
  .record({
    nodes: fc.array(node, { maxLength: 6 }),
    extra: fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 2 }),
    lossy: fc.boolean(),
  })
  .map(
    ({ nodes, extra, lossy }): Case => ({
      nodes: [{ type: 'Input', shape: [1], value: 3, without: 99 }, ...nodes],
      edges: [...nodes.map((_, at): [number, number] => [at, at + 1]), ...extra],
      lossy,
    }),
  );

export const graphs: Target<Case> = {
  name: 'NIR graph',
  share: 0.05,
  cases: sane,
  whole: {
    nodes: ['Input', 'Scale', 'LIF', 'Scale', 'LI'].map((type, at) => ({
      type,
      shape: at === 0 ? [1] : [3],
      value: at === 0 ? 3 : 1,
      without: 99,
    })),
    edges: [0, 1, 2, 3].map((at) => [at, at + 1] as const),
    lossy: false,
  },
  size: ({ nodes, edges }) => 100 * (nodes.length + edges.length),
  read: (input) => refusal(() => fromNir(graphOf(input), { dt: 1, allowLossy: input.lossy })) === undefined,
};
