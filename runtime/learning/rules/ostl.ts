import type { Keep, LearningRule, Optimizer, TeachingSignal } from '../rule.ts';

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
