import { raise } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import type { LoweredRule } from './context.ts';
import type { LoweredProjection } from './projections.ts';

/** Bounds of the potential act on the presynaptic trace, which other traces than those of e-prop do not have. */
export function refuseBounds({ lowered, rule }: LoweredRule): void {
  const index = rule.terms.findIndex(({ signal }) => signal.of === 'potential');
  if (index < 0) return;
  raise('ERR_UNSUPPORTED_RULE', {
    path: `projections.${lowered.name}.plasticity.terms[${index}]`,
    what: 'bounds of the potential where a time constant is learned',
    remedy: 'leave the term out',
  });
}

/** The rate of a whole episode has a sum of traces of its own, which only the traces of e-prop keep. */
export function refuseEpisodeRates({ lowered, rule }: LoweredRule): void {
  for (const [index, { signal }] of rule.terms.entries()) {
    if (signal.of !== 'rate' || signal.average !== 'episode') continue;
    raise('ERR_UNSUPPORTED_RULE', {
      path: `projections.${lowered.name}.plasticity.terms[${index}].signal.average`,
      what: 'the firing rate of a whole episode beside a trace that keeps more than e-prop does',
      remedy: 'give it a running mean: average {tau}',
    });
  }
}

/** The tangent of a state goes on to the output, not to other states. */
export const refuseFeeds = ({ lowered }: LoweredRule): never =>
  raise('ERR_UNSUPPORTED_RULE', {
    path: `projections.${lowered.name}.plasticity`,
    what: `uoro on '${lowered.projection.post}', a neuron with a synaptic current or another state that feeds a state`,
    remedy: 'leave the synaptic current and the level reset out, or use rtrl or snap',
  });

/**
 * Where synapses share weights, only a trace of the presynaptic neuron times a factor of the postsynaptic one can be summed over positions: what each synapse
 * would keep by itself is refused, field by field. The delta rule of a readout has such a trace, labels included.
 */
export function refuseShared({ network }: Builder, { lowered, rule }: LoweredRule): void {
  const { neuron } = network.populations[lowered.projection.post]!;
  const path = `projections.${lowered.name}.plasticity.terms`;
  const refuse = (field: string, what: string, remedy: string): never =>
    raise('ERR_UNSUPPORTED_RULE', { path: field, what: `${what} where synapses share their weights`, remedy });
  for (const [index, { trace, filter = 'none', signal }] of rule.terms.entries()) {
    if (filter !== 'none')
      refuse(`${path}[${index}].filter`, 'a filter of traces', "use filter 'none'; behind a readout with tau 0 it is the same");
    if (signal.of === 'window') refuse(`${path}[${index}].signal`, 'a signal from within a window', 'teach it by bptt over the window');
    if (signal.of === 'rate' && signal.average === 'episode')
      refuse(`${path}[${index}].signal.average`, 'the firing rate of a whole episode', 'give it a running mean: average {tau}');
    if (neuron.kind === 'alif' && trace.keep.adaptation)
      refuse(
        `${path}[${index}].trace.keep.adaptation`,
        'a trace that keeps the adaptation',
        'drop it (adaptation: false), use lif, or teach by decolle or bptt',
      );
  }
  if (network.learning!.target === 'label' && neuron.kind !== 'integrator')
    refuse('learning.target', `labels for '${lowered.name}'`, "give the target at every tick (target: 'tick')");
}

/** A trace that each synapse keeps, of a projection whose synapses share weights. */
export function refuseSharedTraces({ name, shared, projection }: LoweredProjection): void {
  if (shared === undefined) return;
  raise('ERR_UNSUPPORTED_RULE', {
    path: `projections.${name}.plasticity`,
    what: `a trace through '${name}' onto '${projection.post}' that each synapse keeps, where synapses share their weights,`,
    remedy: 'use lif neurons and keep neither reset nor recurrence, or teach by bptt',
  });
}
