import { type Grid, gridFrom, positionsOf } from '../network/convolution.ts';
import { receives, spikes } from '../network/gates.ts';
import { elements, influenceCounts, spreadTerms, wordsOf } from './costs.ts';
import type { Op, OpName, Region } from './ops.ts';
import { type Phase, type Program, phases } from './program.ts';

/** What one run of a phase does to learn, whatever the values: an op that would add nothing but zeros counts as if it had added them. */
export interface LearningEvents {
  /** values of traces that take in a tick or a block; of an influence each product that goes into it */
  readonly traceUpdates: number;
  /** values that go into gradients and their sums */
  readonly gradientUpdates: number;
  /** products of an error and a weight: what carries errors to the neurons */
  readonly signalProducts: number;
  /** weights moved */
  readonly weightUpdates: number;
  /** moments that optimizers keep, moved */
  readonly optimizerUpdates: number;
}

export const learningKinds = ['traceUpdates', 'gradientUpdates', 'signalProducts', 'weightUpdates', 'optimizerUpdates'] as const;

/** What one population sends with one delay, if anything: spikes of lif and alif, inputs of sources. */
export interface Arrivals {
  readonly population: string;
  readonly of: 'spikes' | 'inputs';
  readonly delay: number;
  /** synapses of each neuron, over all projections with this delay */
  readonly fanOut: Uint32Array;
  /** whether an end of an episode drops what is on its way */
  readonly cleared: boolean;
}

/** Costs that are known before a network runs. */
export interface EventCosts {
  readonly arrivals: readonly Arrivals[];
  /** products a tick of weights and the values of all other populations */
  readonly denseProducts: number;
  /** neurons that a tick updates */
  readonly neurons: number;
  /** of those, the ones that spike */
  readonly spiking: number;
  readonly phases: Readonly<Record<Phase, LearningEvents>>;
}

type Kind = keyof LearningEvents;

/** Operands that an op fills with what it is there for, by kind. What is not here moves vectors of the size of a population, or is part of a step named here. */
const written: Partial<Record<OpName, Partial<Record<Kind, readonly string[]>>>> = {
  trace: { traceUpdates: ['trace'] },
  block_trace: { traceUpdates: ['trace'] },
  filter: { traceUpdates: ['filtered'] },
  eligibility_filtered_dense: { traceUpdates: ['filtered'] },
  eligibility_filtered_sparse: { traceUpdates: ['filtered'] },
  eligibility_adaptive_dense: { traceUpdates: ['adaptation', 'eligibility'] },
  eligibility_adaptive_sparse: { traceUpdates: ['adaptation', 'eligibility'] },
  eligibility_adaptive_filtered_dense: { traceUpdates: ['adaptation', 'filtered'] },
  eligibility_adaptive_filtered_sparse: { traceUpdates: ['adaptation', 'filtered'] },
  local_dense: { traceUpdates: ['trace'] },
  local_sparse: { traceUpdates: ['trace'] },
  local_filtered_dense: { traceUpdates: ['filtered'] },
  local_filtered_sparse: { traceUpdates: ['filtered'] },
  influence_carry: { traceUpdates: ['states'] },
  influence_feed: { traceUpdates: ['states'] },
  influence_output: { traceUpdates: ['outputs'] },
  influence_output_add: { traceUpdates: ['outputs'] },
  fold_trace_dense: { traceUpdates: ['carried'], gradientUpdates: ['gradient'] },
  fold_trace_sparse: { traceUpdates: ['carried'], gradientUpdates: ['gradient'] },
  fold_traces_dense: { traceUpdates: ['adaptation', 'filtered'], gradientUpdates: ['gradient'] },
  fold_traces_sparse: { traceUpdates: ['adaptation', 'filtered'], gradientUpdates: ['gradient'] },
  fold_direct_dense: { gradientUpdates: ['gradient'] },
  fold_direct_sparse: { gradientUpdates: ['gradient'] },
  fold_trace_sum_dense: { gradientUpdates: ['gradient'] },
  fold_trace_sum_sparse: { gradientUpdates: ['gradient'] },
  fold_traces_sum_dense: { gradientUpdates: ['gradient'] },
  fold_traces_sum_sparse: { gradientUpdates: ['gradient'] },
  gradient_dense: { gradientUpdates: ['gradient'] },
  gradient_sparse: { gradientUpdates: ['gradient'] },
  rank_one_dense: { gradientUpdates: ['gradient'] },
  rank_one_sparse: { gradientUpdates: ['gradient'] },
  accumulate: { gradientUpdates: ['sum'] },
  credit: { traceUpdates: ['tag'], gradientUpdates: ['gradient'] },
  credit_trace: { gradientUpdates: ['gradient'] },
  spike_pairs_all: { traceUpdates: ['fast', 'slow'] },
  spike_pairs_nearest: { traceUpdates: ['fast', 'slow'] },
  stdp_dense: { traceUpdates: ['trace'] },
  stdp_sparse: { traceUpdates: ['trace'] },
  calcium_dense: { traceUpdates: ['trace'] },
  calcium_sparse: { traceUpdates: ['trace'] },
  // Its gradient is a value a synapse too, though none is kept.
  credit_adam: { traceUpdates: ['tag'], gradientUpdates: ['tag'], weightUpdates: ['weights'], optimizerUpdates: ['m', 'v'] },
  credit_weights_normal: { gradientUpdates: ['gradient'] },
  credit_weights_signs: { gradientUpdates: ['gradient'] },
  credit_nodes: { gradientUpdates: ['gradient'] },
  sgd: { weightUpdates: ['weights'] },
  descend_dense: { weightUpdates: ['weights'] },
  descend_sparse: { weightUpdates: ['weights'] },
  adam: { weightUpdates: ['weights'], optimizerUpdates: ['m', 'v'] },
  rmaxprop: { weightUpdates: ['weights'], optimizerUpdates: ['v'] },
  rls: { weightUpdates: ['weights'], optimizerUpdates: ['triangle', 'diagonal'] },
  adamax: { weightUpdates: ['weights'], optimizerUpdates: ['m', 'u'] },
  scale_dense: { weightUpdates: ['weights'] },
  scale_sparse: { weightUpdates: ['weights'] },
};

/** Reads off a compiled program what its inference costs by what arrives, and its learning by how often each phase runs. Nothing is measured. */
export function eventCosts(program: Program): EventCosts {
  const populations = Object.values(program.network.populations);
  const sizes = (wanted: (population: (typeof populations)[number]) => boolean): number =>
    populations.filter(wanted).reduce((sum, { size }) => sum + size, 0);
  const counts = influenceCounts(program);
  const sent = sentBy(program);
  return {
    arrivals: sent.filter((way): way is Arrivals => way.of !== 'values'),
    denseProducts: sent.reduce((sum, { of, fanOut }) => sum + (of === 'values' ? fanOut.reduce((all, one) => all + one, 0) : 0), 0),
    neurons: sizes(({ neuron }) => receives(neuron)),
    spiking: sizes(({ neuron }) => spikes(neuron)),
    phases: Object.fromEntries(phases.map((phase) => [phase, costsOf(program, phase, counts)])) as Record<Phase, LearningEvents>,
  };
}

type Sent = Omit<Arrivals, 'of'> & { readonly of: Arrivals['of'] | 'values' };

function sentBy({ network, weights, ops }: Program): Sent[] {
  const groups = new Map<string, Sent>();
  const cleared = new Set(ops.reset.flatMap((op) => (op.name === 'clear' ? [op.operands.target.name] : [])));
  for (const [name, { pre, post, delay }] of Object.entries(network.projections)) {
    const { size, neuron } = network.populations[pre]!;
    const key = `${pre} ${delay}`;
    const of = spikes(neuron) ? 'spikes' : neuron.kind === 'source' ? 'inputs' : 'values';
    const group: Sent = groups.get(key) ?? {
      population: pre,
      of,
      delay,
      fanOut: new Uint32Array(size),
      cleared: cleared.has(`${pre}.value`),
    };
    groups.set(key, group);
    const { stored, shared } = weights.get(name)!;
    for (let i = 0; i < size; i++) {
      if (shared !== undefined) group.fanOut[i]! += windows(shared, i);
      else if (stored !== undefined) group.fanOut[i]! += stored.rowStart[i + 1]! - stored.rowStart[i]!;
      else group.fanOut[i]! += network.populations[post]!.size;
    }
  }
  return [...groups.values()];
}

/** Outputs of a convolution that read input neuron i, [channel][row][column]. */
function windows(grid: Grid, i: number): number {
  const { height, width, channels } = grid;
  const along = (at: number, kernel: number, stride: number, padding: number, outputs: number): number => {
    let count = 0;
    for (let output = 0; output < outputs; output++) {
      const tap = at + padding - output * stride;
      if (tap >= 0 && tap < kernel) count++;
    }
    return count;
  };
  const row = Math.floor(i / width) % height;
  const rows = along(row, grid.kernelHeight, grid.strideHeight, grid.paddingHeight, grid.outHeight);
  return rows * along(i % width, grid.kernelWidth, grid.strideWidth, grid.paddingWidth, grid.outWidth) * channels;
}

function costsOf(program: Program, phase: Phase, counts: ReadonlyMap<string, number>): LearningEvents {
  const total = { traceUpdates: 0, gradientUpdates: 0, signalProducts: 0, weightUpdates: 0, optimizerUpdates: 0 };
  if (phase === 'forward' || phase === 'guard' || phase === 'reset') return total;
  for (const op of program.ops[phase] as readonly Op[]) {
    const operands: Readonly<Record<string, unknown>> = op.operands;
    const valuesOf = (operand: string): number => {
      const region = operands[operand] as Region;
      return counts.get(region.name) ?? elements(region);
    };
    for (const [kind, names] of Object.entries(written[op.name] ?? {}) as [Kind, readonly string[]][])
      for (const operand of names) total[kind] += valuesOf(operand);
    switch (op.name) {
      case 'influence_spread':
        total.traceUpdates += spreadTerms(program, op);
        break;
      case 'influence_input':
        total.traceUpdates += op.operands.source.length;
        break;
      case 'influence_gradient':
        total.gradientUpdates += valuesOf('outputs');
        break;
      case 'rank_one_convolution':
        total.gradientUpdates += positionsOf(gridFrom(wordsOf(program, op.operands.grid))) * valuesOf('gradient');
        break;
      case 'feedback':
      case 'feedback_transpose':
      case 'feedback_transpose_sparse':
      case 'propagate_dense':
      case 'propagate_sparse':
        total.signalProducts += valuesOf('weights');
        break;
      case 'feedback_transpose_convolution':
        total.signalProducts += positionsOf(gridFrom(wordsOf(program, op.operands.grid))) * valuesOf('weights');
        break;
    }
  }
  return total;
}
