import type { Learning } from '../network/network.ts';
import { alif, gru, integrator, lif, lstm, rate, snu } from '../network/neurons.ts';
import type { LearningRule, Optimizer } from './rule.ts';

/**
 * What a rule says of itself, as data beside its function. Whoever writes a rule writes one of these, and it has a page in docs/rules, a row in
 * docs/RULES.md and its rows in `ganglion bench rules`. Equation and published numbering stand in the docstring of the function and are read from there;
 * coordinates, storage and work are computed from what the examples compile to.
 */
export interface RuleSheet {
  readonly kind: 'sheet';
  /** the function that makes the rule: what is exported beside this sheet */
  readonly rule: string;
  readonly title: string;
  /** what of the exact gradient is left out, and where nothing is */
  readonly approximates: string;
  /** cells it is for, in words */
  readonly cells: string;
  /** tasks and conditions it is good for, and what to beware of */
  readonly fits: string;
  /** paper and equation numbers */
  readonly source: string;
  /** small networks that use it; none: it is proved in float64 alone, and no description can ask for it */
  readonly examples: readonly RuleExample[];
}

/** A rule on one population of a small network: inputs → cells (→ themselves) → a readout of two. */
export interface RuleExample {
  readonly cell: ExampleCell;
  /** what tells it from another example on the same cell */
  readonly form?: string;
  readonly plasticity: (names: ExampleNames) => LearningRule;
  /** the synapses that learn: of the population onto itself (default), or from its inputs where it has none onto itself */
  readonly synapses?: 'recurrent' | 'feedforward';
  /** share of them that exists; default 1 */
  readonly density?: number;
  /** what the description says of learning beside its update */
  readonly learning?: Omit<Learning, 'update'>;
}

/** What a rule may name in the network of its example. */
export interface ExampleNames {
  /** the readout above the population; the population itself where the cell is a readout */
  readonly readout: string;
  /** a random feedback from the readout */
  readonly feedback: string;
  /** a population of the same size that computes learning signals */
  readonly module: string;
  /** a readout that judges; the readout above the population draws actions where a rule names it */
  readonly value: string;
  readonly optimizer: Optimizer;
}

const spiking = { tauMem: 20, threshold: 0.6 };

/** The cells of the examples. */
export const exampleCells = {
  LIF: lif(spiking),
  ALIF: alif({ ...spiking, tauAdapt: 200, beta: 0.07 }),
  CUBA: lif({ ...spiking, synapse: { tau: 10, inputScale: 'oneMinusDecay' } }),
  rate: rate({ tau: 10, activation: 'tanh' }),
  sSNU: snu({ decay: 0.4, output: 'sigmoid' }),
  LSTM: lstm(),
  GRU: gru(),
  readout: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'squared' }),
} as const;
export type ExampleCell = keyof typeof exampleCells;

/** The sheets among the exports of a module. */
export const sheetsOf = (module: object): RuleSheet[] =>
  Object.values(module).filter((value): value is RuleSheet => typeof value === 'object' && value !== null && value.kind === 'sheet');
