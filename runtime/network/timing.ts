import { raise } from '../errors.ts';
import { spikes } from './gates.ts';
import type { Network, Projection } from './network.ts';
import { checkModulator } from './rewards.ts';

/** What a rule that pairs spikes asks of the network. */
export function checkTiming(network: Network, path: string, { post, plasticity, connectivity }: Projection): void {
  const { terms, perturbation, timing } = plasticity!;
  if (timing === undefined) return;
  if (terms.length > 0 || perturbation !== undefined)
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.timing`,
      reason: 'the timing of spikes stands in the place of terms and of a perturbation',
      remedy: 'leave the list empty and the perturbation out, or leave out timing',
    });
  if (!spikes(network.populations[post]!.neuron))
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.timing`,
      reason: `spikes are asked of '${post}', which has none`,
      remedy: 'pair spikes onto lif, alif, theta or izhikevich populations',
    });
  if (connectivity.kind === 'convolution')
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.timing`,
      what: 'pairs of spikes where synapses share their weights',
      remedy: 'give each synapse a weight of its own',
    });
  if ((network.learning!.delay ?? 0) !== 0)
    raise('ERR_UNSUPPORTED_RULE', {
      path: 'learning.delay',
      what: 'late signals beside the timing of spikes, which waits for none,',
      remedy: 'leave learning.delay out',
    });
  if ((network.learning!.updateDelay ?? 0) !== 0)
    raise('ERR_UNSUPPORTED_RULE', {
      path: 'learning.updateDelay',
      what: 'a learner beside the ticks with the timing of spikes, which each tick sums itself,',
      remedy: 'set updateDelay to 0',
    });
  if (timing.reward !== undefined) checkModulator(network, `${path}.timing.reward`, timing.reward.modulator);
}
