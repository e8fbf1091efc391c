import { raise } from '../../errors.ts';
import type { LoweredRule } from './context.ts';

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
