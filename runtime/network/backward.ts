import { raise } from '../errors.ts';
import type { LearningRule, Term } from '../learning/rule.ts';
import type { Network, NeuronModel } from './network.ts';
import { printNames } from './plain.ts';

/** What rules that run backwards in time (trace 'adjoint') ask of the network, and through which populations they run. */

export const runsBackward = (rule: LearningRule | undefined): boolean => rule?.terms.some(({ trace }) => trace.kind === 'adjoint') ?? false;

/** Neurons whose tick is differentiated. */
const differentiated: readonly NeuronModel['kind'][] = ['lif', 'alif', 'rate', 'snu', 'gru', 'lstm', 'integrator'];

/** The populations whose errors the backward rules of a network propagate. */
export const backwardErrors = ({ projections }: Network): readonly string[] => {
  const terms = Object.values(projections).flatMap(({ plasticity }) => (runsBackward(plasticity) ? plasticity!.terms : []));
  return [...new Set(terms.flatMap(({ signal }) => (signal.of === 'error' ? [signal.from] : [])))];
};

/** All that is reached from some populations over projections, in one direction or the other. */
function reached({ projections }: Network, start: readonly string[], from: 'pre' | 'post', to: 'pre' | 'post'): ReadonlySet<string> {
  const found = new Set(start);
  for (const name of found) for (const projection of Object.values(projections)) if (projection[from] === name) found.add(projection[to]);
  return found;
}

/** The populations between the synapses that are taught backwards and the errors, both ends among them, in the order of the description. */
export function backwardPath(network: Network): readonly string[] {
  const taught = Object.values(network.projections).flatMap(({ post, plasticity }) => (runsBackward(plasticity) ? [post] : []));
  const above = reached(network, taught, 'pre', 'post');
  const below = reached(network, backwardErrors(network), 'post', 'pre');
  return Object.keys(network.populations).filter((name) => above.has(name) && below.has(name));
}

/** What a term says that runs backwards. */
export function checkBackwardTerm(path: string, { trace: { kind, keep }, filter = 'none', signal }: Term): void {
  if (kind !== 'adjoint') return;
  const refuse = (field: string, what: string, remedy: string): never =>
    raise('ERR_UNSUPPORTED_RULE', { path: `${path}.${field}`, what, remedy });
  if (signal.of !== 'error' || signal.through !== 'transpose')
    refuse(
      'signal',
      'a gradient that runs backwards from anything but an error, through the live weights,',
      "use an error through 'transpose'",
    );
  if (signal.of === 'error' && signal.filter !== undefined)
    refuse('signal.filter', 'a filtered error of a gradient that runs backwards', 'leave signal.filter out');
  if (filter !== 'none') refuse('filter', 'a filter where the leak of the readout is differentiated', 'leave filter out');
  if (keep.recurrence !== 'all')
    refuse('trace.keep.recurrence', 'a gradient that runs backwards without all of the recurrence', "keep 'all'");
}

/** What the backward rules of a network ask of each other, of the other rules and of `learning`. */
export function checkBackwardRules(network: Network): void {
  const { projections, learning } = network;
  const plastic = Object.entries(projections).filter(([, { plasticity }]) => plasticity !== undefined);
  const backward = plastic.filter(([, { plasticity }]) => runsBackward(plasticity));
  if (backward.length === 0) {
    if (learning?.window === undefined) return;
    raise('ERR_INCOMPATIBLE_RULE', {
      path: 'learning.window',
      reason: 'no rule of the network runs backwards',
      remedy: 'leave it out, or teach by bptt',
    });
  }
  if (learning!.window === undefined)
    raise('ERR_MISSING_FIELD', { path: 'learning.window', expected: 'the ticks over which gradients run backwards, 1 to 65536' });
  if (learning!.target === 'label')
    raise('ERR_UNSUPPORTED_RULE', {
      path: 'learning.target',
      what: 'labels for a gradient that runs backwards',
      remedy: "give the target at every tick (target: 'tick'), with importance 0 where it does not count",
    });
  if ((learning!.delay ?? 0) !== 0)
    raise('ERR_UNSUPPORTED_RULE', {
      path: 'learning.delay',
      what: 'late targets for a gradient that runs backwards',
      remedy: 'shift the targets of the recorded data, and leave the delay out',
    });
  checkAlike(plastic);
  checkPath(network, backward);
}

/** One backward pass serves all projections. */
function checkAlike(plastic: readonly (readonly [string, Network['projections'][string]])[]): void {
  const first = plastic.find(([, { plasticity }]) => runsBackward(plasticity))!;
  const meaning = (rule: LearningRule) => JSON.stringify(rule.terms.map(({ trace, signal }) => [trace, signal]));
  for (const [name, { plasticity: rule }] of plastic) {
    const delta = rule!.terms.every(({ signal }) => signal.of === 'error' && signal.through === 'direct');
    if (delta || meaning(rule!) === meaning(first[1].plasticity!)) continue;
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `projections.${name}.plasticity`,
      reason: `'${first[0]}' is taught backwards in time, and what teaches here is something else`,
      remedy: 'teach all projections by the same bptt, but those into a readout, which may keep the delta rule',
    });
  }
}

function checkPath(network: Network, backward: readonly (readonly [string, Network['projections'][string]])[]): void {
  const path = backwardPath(network);
  for (const [name, { post }] of backward) {
    if (path.includes(post)) continue;
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `projections.${name}.plasticity`,
      reason: `no projection leads from '${post}' to ${printNames(backwardErrors(network))}, whose error teaches`,
      remedy: 'add one, name another error, or leave the projection frozen',
    });
  }
  for (const name of path) {
    const { kind } = network.populations[name]!.neuron;
    if (differentiated.includes(kind)) continue;
    raise('ERR_UNSUPPORTED_RULE', {
      path: `populations.${name}.neuron`,
      what: `a gradient that runs backwards through a population of kind ${kind}`,
      remedy: `use ${differentiated.join(', ')}`,
    });
  }
}
