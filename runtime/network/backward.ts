import { raise } from '../errors.ts';
import type { LearningRule, Term } from '../learning/rule.ts';
import { hasSurrogate } from './gates.ts';
import type { BorderPart, Network, NeuronModel, Projection } from './network.ts';
import { printNames } from './plain.ts';

/** What rules that run backwards in time (trace 'adjoint', signal 'window') ask of the network, and through which populations they run. */

export const runsBackward = (rule: LearningRule | undefined): boolean =>
  rule?.terms.some(({ trace, signal }) => trace.kind === 'adjoint' || signal.of === 'window') ?? false;

/** Rules that take no more than a learning signal from the backward pass. */
export const takesWindow = ({ terms }: LearningRule): boolean => terms.some(({ signal }) => signal.of === 'window');

/** The most ticks of a window that is folded into traces: what a block has. */
const MOST_FOLDED = 64;

/** Neurons whose tick is differentiated. */
const differentiated: readonly NeuronModel['kind'][] = ['lif', 'alif', 'rate', 'delayLine', 'snu', 'gru', 'lstm', 'integrator'];

/** The populations whose errors the backward rules of a network propagate. */
export const backwardErrors = ({ projections }: Network): readonly string[] => {
  const terms = Object.values(projections).flatMap(({ plasticity }) => (runsBackward(plasticity) ? plasticity!.terms : []));
  return [...new Set(terms.flatMap(({ signal }) => (signal.of === 'error' || signal.of === 'window' ? [signal.from] : [])))];
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
    const field = (['window', 'border'] as const).find((one) => learning?.[one] !== undefined);
    if (field === undefined) return;
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `learning.${field}`,
      reason: 'no rule of the network runs backwards',
      remedy: 'leave it out, or teach by bptt or eprop3',
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
  checkBorder(network);
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

/** What a term says whose learning signal is that of a window. */
export function checkWindowTerm(
  network: Network,
  path: string,
  { post, gate }: Projection,
  { trace: { kind, keep }, filter = 'none' }: Term,
): void {
  const refuse = (field: string, what: string, remedy: string): never =>
    raise('ERR_UNSUPPORTED_RULE', { path: `${path}.${field}`, what, remedy });
  const { neuron } = network.populations[post]!;
  if (!hasSurrogate(neuron) || (gate ?? 'input') !== 'input')
    refuse('signal', `the learning signal of a window for synapses that do not feed spikes ('${post}')`, 'teach these by bptt');
  if (kind !== 'influence' || keep.reset || keep.recurrence !== 'none' || !keep.adaptation)
    refuse('trace', 'the learning signal of a window with another trace than that of e-prop', 'keep the adaptation, and nothing else');
  if (filter !== 'none') refuse('filter', 'a filter where the leak of the readout is differentiated', 'leave filter out');
  const window = network.learning?.window ?? 0;
  if (window > MOST_FOLDED)
    raise('ERR_OUT_OF_RANGE', {
      path: 'learning.window',
      bound: `at most ${MOST_FOLDED} ticks where traces are carried over its border`,
      value: window,
      remedy: 'choose a shorter window, or teach by bptt',
    });
}

/** Parts of a population that later ticks can charge. */
function partsOf({ kind, ...neuron }: NeuronModel): readonly BorderPart[] {
  if (kind === 'lif' || kind === 'alif')
    return [
      'output',
      'membrane',
      ...('synapse' in neuron ? (['current'] as const) : []),
      ...(kind === 'alif' ? (['adaptation'] as const) : []),
    ];
  if (kind === 'delayLine') return ['output'];
  return kind === 'integrator' ? ['state'] : ['output', 'state'];
}

/** What stands for the ticks behind a window is a population of the right size, and reaches no further back than a tick. */
function checkBorder(network: Network): void {
  const path = backwardPath(network);
  for (const [name, border] of Object.entries(network.learning!.border ?? {})) {
    const at = `learning.border.${name}`;
    if (!path.includes(name)) raise('ERR_UNKNOWN_NAME', { path: at, value: `'${name}'`, known: printNames(path) });
    const { neuron, size } = network.populations[name]!;
    for (const [part, module] of Object.entries(border) as [BorderPart, string][]) {
      if (!partsOf(neuron).includes(part))
        raise('ERR_UNKNOWN_NAME', { path: `${at}.${part}`, value: `'${part}'`, known: printNames(partsOf(neuron)) });
      const told = network.populations[module];
      if (told === undefined)
        raise('ERR_UNKNOWN_NAME', { path: `${at}.${part}`, value: `'${module}'`, known: printNames(Object.keys(network.populations)) });
      if (told.size !== size)
        raise('ERR_SHAPE', {
          what: 'a population',
          expected: size,
          path: `${at}.${part}`,
          value: told.size,
          remedy: `it predicts a value for each neuron of '${name}'`,
        });
    }
    const timed = (['tauMem', 'tauAdapt', 'tau'] as const).find((gate) =>
      Object.values(network.projections).some((projection) => projection.post === name && projection.gate === gate),
    );
    if (timed !== undefined)
      raise('ERR_UNSUPPORTED_RULE', {
        path: at,
        what: 'a border of neurons whose time constants are learned',
        remedy: 'leave it out, or the projections into their time constants',
      });
    const late = Object.entries(network.projections).find(([, { pre, post, delay }]) => pre === name && path.includes(post) && delay > 1);
    if (late !== undefined && border.output !== undefined)
      raise('ERR_UNSUPPORTED_RULE', {
        path: `projections.${late[0]}.delay`,
        what: `a border of '${name}', whose spikes are on their way for more than a tick,`,
        remedy: 'use delays of at most 1, or leave the output of the border out',
      });
  }
}
