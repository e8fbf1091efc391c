import {
  constant,
  deltaRule,
  type Initial,
  type Learning,
  type LearningRule,
  type Network,
  type NeuronModel,
  type Optimizer,
  type Population,
  type Projection,
  source,
} from '../../runtime/index.ts';

/** The parts that the descriptions of several tasks have in common. */

/** A strength for every other of `count` neurons, 0 for the rest: adaptive and plain ones as one population. */
export const everyOther = (count: number, strength: number): number[] =>
  Array.from({ length: count }, (_, j) => (j % 2 === 1 ? strength : 0));

/** The random feedback from 'out' to 'hidden' that a rule names, if it names one. */
export function feedbackFor(rule: LearningRule | undefined, weight: Initial): Pick<Network, 'feedbacks'> {
  const named = (rule?.terms ?? []).flatMap(({ signal }) =>
    'through' in signal && typeof signal.through === 'object' && 'feedback' in signal.through ? [signal.through.feedback] : [],
  );
  return named.length === 0 ? {} : { feedbacks: Object.fromEntries(named.map((name) => [name, { from: 'out', to: 'hidden', weight }])) };
}

/** Weights move at the end of an episode of at most `ticks`, which resets; a rule that runs backwards runs over all of it. */
export function episodes(rule: LearningRule | undefined, ticks: number, block: Learning['block'] = 1): Learning {
  const backward = rule?.terms.some(({ trace }) => trace.kind === 'adjoint') ?? false;
  return { update: 'episode', episode: 'reset', ...(backward ? { window: ticks } : { block }) };
}

export interface Recurrent {
  readonly seed: number;
  /** length of a tick, default 1 ms */
  readonly dt?: number;
  readonly inputs: number;
  readonly size: number;
  readonly neuron: NeuronModel;
  readonly out: Population;
  /** of the synapses onto the hidden population; undefined: it is frozen, the readout alone learns */
  readonly rule: LearningRule | undefined;
  /** of the readout */
  readonly optimizer: Optimizer;
  /** `offset`: of a constant onto the hidden population; absent: none */
  readonly weights: Readonly<Record<'input' | 'recurrent' | 'output', Initial>> & { readonly offset?: Initial };
  /** of the random feedback, where the rule names one; default as large as a row of readout weights of gain 1 */
  readonly feedback?: Initial;
  /** whether the readout has a bias, 0 at first; default true */
  readonly bias?: boolean;
  /** ticks of the longest episode */
  readonly ticks: number;
}

/** in → hidden, recurrent without autapses → out, densely; e-prop folded over blocks of 32 ticks, BPTT over whole episodes. */
export function recurrentNetwork({ bias = true, ...parts }: Recurrent): Network {
  const { seed, dt = 1, inputs, size, neuron, out, rule, optimizer, weights, ticks } = parts;
  const { feedback = { kind: 'normal', std: 1 / Math.sqrt(size) } as const } = parts;
  const dense = { kind: 'dense' } as const;
  const hidden = { post: 'hidden', connectivity: dense, delay: 0, ...(rule !== undefined && { plasticity: rule }) };
  const readout = { post: 'out', connectivity: dense, delay: 0, plasticity: deltaRule({ from: 'out', optimizer }) };
  const projections: Record<string, Projection> = {
    input: { pre: 'in', weight: weights.input, ...hidden },
    ...(weights.offset && { offset: { pre: 'one', weight: weights.offset, ...hidden } }),
    recurrent: { pre: 'hidden', weight: weights.recurrent, ...hidden, connectivity: { kind: 'dense', autapses: false }, delay: 1 },
    output: { pre: 'hidden', weight: weights.output, ...readout },
    ...(bias && { bias: { pre: 'one', weight: { kind: 'constant', value: 0 }, ...readout } }),
  };
  return {
    dt,
    seed,
    populations: {
      in: { size: inputs, neuron: source() },
      ...((bias || weights.offset) && { one: { size: 1, neuron: constant() } }),
      hidden: { size, neuron },
      out,
    },
    projections,
    ...feedbackFor(rule, feedback),
    learning: episodes(rule, ticks, 32),
  };
}
