import type { Keep, LearningRule, Optimizer, TeachingSignal } from '../rule.ts';
import type { ExampleCell, RuleExample, RuleSheet } from '../sheet.ts';

export interface OstlOptions {
  readonly optimizer: Optimizer;
  /** H: what the traces keep of the recurrence within the layer; 'all' (default) or 'none' ("OSTL without H") */
  readonly recurrence?: Keep['recurrence'];
}

const layerRule = (signal: TeachingSignal, { optimizer, recurrence = 'all' }: OstlOptions): LearningRule => ({
  terms: [{ trace: { kind: 'influence', keep: { adaptation: true, reset: true, recurrence } }, signal }],
  optimizer,
});

/** Where the learning signal of a layer comes from: its own loss, a readout above it, or the layer above. */
export type OstlLayer = { readonly output: string } | { readonly readout: string } | { readonly below: string };

/**
 * Online spatio-temporal learning (Bohnstingl et al. 2022, eq. 8–10, 14–16): traces keep the layer's own recurrence through reset and H, learning signals come
 * down through the layers of the same tick; what goes up and back in time at once is dropped. For one layer, and below layers without a memory, it is BPTT.
 */
export function ostl(layer: OstlLayer, options: OstlOptions): LearningRule {
  if ('output' in layer) return layerRule({ of: 'error', from: layer.output, through: 'direct' }, options);
  if ('readout' in layer) return layerRule({ of: 'error', from: layer.readout, through: 'transpose' }, options);
  return layerRule({ of: 'signal', from: layer.below }, options);
}

export interface OsttpOptions extends OstlOptions {
  /** the population whose target teaches */
  readonly from: string;
  /** a fixed random feedback from it */
  readonly feedback: string;
}

/** Online spatio-temporal learning with target projection (Ortner et al. 2023, eq. 7): the traces of OSTL, and L = B y*, the target itself instead of the error. */
export const osttp = ({ from, feedback, ...options }: OsttpOptions): LearningRule =>
  layerRule({ of: 'target', from, through: { feedback } }, options);

const cells: readonly ExampleCell[] = ['rate', 'sSNU', 'GRU', 'LSTM'];
const onEach = (recurrence: Keep['recurrence'], form: string): RuleExample[] =>
  cells.map((cell) => ({ cell, form, plasticity: ({ readout, optimizer }) => ostl({ readout }, { optimizer, recurrence }) }));

export const ostlSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'ostl',
  title: 'OSTL',
  approximates:
    'Nothing in one layer, and nothing where the layers above have no memory: then it is BPTT. In deeper networks what goes up a layer and back in time at once is dropped. Without H the recurrent weights are dropped as well, and a synapse keeps one value.',
  cells: 'rate, SNU and sSNU, GRU, LSTM; LIF and ALIF',
  fits: 'Units with memory of their own whose exact gradient is wanted online: with H in small layers (the traces of a synapse grow with the layer), without H in large ones.',
  source: 'Bohnstingl et al. 2022, IEEE TNNLS, eq. 8–10 (traces), 14–16 (layers)',
  examples: [...onEach('all', 'with H'), ...onEach('none', 'without H')],
};

export const osttpSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'osttp',
  title: 'OSTTP',
  approximates:
    'The error: hidden layers are told the target through fixed random weights, whatever the readout answers. Traces are those of OSTL. Not the gradient of a loss of the network.',
  cells: 'rate, SNU and sSNU, GRU, LSTM; LIF and ALIF',
  fits: 'Hardware in which no error can come back down. The target does not shrink as the network learns: bound or decay the weights. The output layer is taught by OSTL or the delta rule.',
  source: 'Ortner et al. 2023, eq. 7',
  examples: (['all', 'none'] as const).map((recurrence) => ({
    cell: 'sSNU',
    form: recurrence === 'all' ? 'with H' : 'without H',
    plasticity: ({ readout: from, feedback, optimizer }) => osttp({ from, feedback, optimizer, recurrence }),
  })),
};
