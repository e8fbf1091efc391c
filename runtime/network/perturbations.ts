import { raise } from '../errors.ts';
import { defaultGate } from './gates.ts';
import type { Network, Projection } from './network.ts';

/** What a rule that perturbs asks of the network, and of the other rules that do. */
export function checkPerturbation(network: Network, path: string, projection: Projection): void {
  const { terms, perturbation, timing } = projection.plasticity!;
  if (perturbation === undefined) {
    if (terms.length === 0 && timing === undefined)
      raise('ERR_OUT_OF_RANGE', {
        path: `${path}.terms`,
        bound: 'at least one term',
        value: '[]',
        remedy: 'add a term, or a perturbation or timing beside the empty list',
      });
    return;
  }
  if (terms.length > 0)
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.terms`,
      reason: 'a perturbation stands in the place of terms',
      remedy: 'leave the list empty, or the perturbation out',
    });
  const { target, delay = 0 } = network.learning!;
  const refuse = (field: string, what: string, remedy: string): never => raise('ERR_UNSUPPORTED_RULE', { path: field, what, remedy });
  if (target === 'label')
    refuse('learning.target', 'targets that come with labels beside a score, which comes with them too,', "set learning.target to 'tick'");
  if (delay !== 0) refuse('learning.delay', 'late signals beside a score', 'leave learning.delay out: a score judges its whole pass');
  const gateOf = ({ gate, post }: Projection): string | undefined => gate ?? defaultGate(network.populations[post]!.neuron);
  for (const [name, { plasticity, ...other }] of Object.entries(network.projections)) {
    const theirs = plasticity?.perturbation;
    if (theirs === undefined) continue;
    if (JSON.stringify(theirs.against) !== JSON.stringify(perturbation.against))
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.perturbation.against`,
        reason: `'${name}' is perturbed against something else, and passes are those of the whole network`,
        remedy: 'give all perturbations of a network the same',
      });
    const sameNodes = other.post === projection.post && gateOf(other) === gateOf(projection);
    if (sameNodes && perturbation.of === 'nodes' && theirs.of === 'nodes' && JSON.stringify(theirs) !== JSON.stringify(perturbation))
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.perturbation`,
        reason: `'${name}' feeds the same nodes, whose noise is another`,
        remedy: 'give the projections into one population the same perturbation',
      });
  }
}
