import { raise } from '../../errors.ts';
import type { LoweredRule } from './context.ts';

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
