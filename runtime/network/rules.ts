import { raise } from '../errors.ts';
import type { EntropySignal, ErrorSignal, LearningRule, TargetSignal, Term, Transform } from '../learning/rule.ts';
import { checkBackwardTerm, checkWindowTerm } from './backward.ts';
import { gatesOf, hasSurrogate, turns } from './gates.ts';
import { named, populationNamed } from './names.ts';
import type { Network, NeuronModel, Population, Projection } from './network.ts';
import { checkPerturbation } from './perturbations.ts';
import { print, printNames } from './plain.ts';
import { checkOwnAction, checkReward } from './rewards.ts';
import { checkTiming } from './timing.ts';

/** What a learning rule asks of the network that it stands in. */

const hasError = (neuron: NeuronModel): boolean => 'loss' in neuron && (neuron.loss ?? 'none') !== 'none';

export function checkRule(network: Network, path: string, projection: Projection): void {
  const rule = projection.plasticity!;
  if (network.learning === undefined)
    raise('ERR_MISSING_FIELD', { path: 'learning', expected: `when weights move, since ${path} is plastic` });
  const transforms = rule.optimizer.kind === 'rls' ? [] : (rule.optimizer.transforms ?? []);
  for (const [index, transform] of transforms.entries()) {
    if (transform.kind === 'average' && transforms.findIndex(({ kind }) => kind === 'average') < index) {
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.optimizer.transforms[${index}]`,
        reason: 'one running average is kept for each projection',
        remedy: 'leave the second out',
      });
    }
    if (transform.kind === 'bounds' && transform.min > transform.max) {
      raise('ERR_OUT_OF_RANGE', {
        bound: 'min ≤ max',
        path: `${path}.optimizer.transforms[${index}]`,
        value: `${transform.min} > ${transform.max}`,
        remedy: 'swap them',
      });
    }
  }
  checkScaling(network, path, projection, transforms);
  checkPerturbation(network, path, projection);
  checkTiming(network, path, projection);
  for (const [index, term] of rule.terms.entries()) checkBackwardTerm(`${path}.terms[${index}]`, term);
  for (const [index, term] of rule.terms.entries()) checkTerm(network, `${path}.terms[${index}]`, projection, term);
  checkTogether(network, path, projection, rule);
}

/** What is scaled neuron by neuron has weights of its own, and nobody who mirrors them synapse by synapse. */
function checkScaling(network: Network, path: string, projection: Projection, transforms: readonly Transform[]): void {
  const index = transforms.findIndex(({ kind }) => kind === 'scaling');
  if (index < 0) return;
  const at = `${path}.optimizer.transforms[${index}]`;
  if (projection.connectivity.kind === 'convolution')
    raise('ERR_UNSUPPORTED_RULE', {
      path: at,
      what: 'scaling where synapses share their weights',
      remedy: 'give each synapse a weight of its own, or leave scaling out',
    });
  const followed = Object.entries(network.feedbacks ?? {}).find(
    ([, { follows }]) => follows !== undefined && network.projections[follows] === projection,
  );
  if (followed !== undefined)
    raise('ERR_UNSUPPORTED_RULE', {
      path: at,
      what: `scaling of what the feedback '${followed[0]}' follows`,
      remedy: 'leave out follows or scaling',
    });
}

/** What terms ask of each other. */
function checkTogether(network: Network, path: string, projection: Projection, { terms }: LearningRule): void {
  const { neuron } = network.populations[projection.post]!;
  const direct = terms.findIndex(({ signal }) => neuron.kind === 'integrator' && 'through' in signal && signal.through === 'direct');
  const others = terms.filter(({ signal }) => !(signal.of === 'entropy' && signal.through === 'direct'));
  if (direct >= 0 && (others.length > 1 || (others.length < 1 && terms.length > 1)))
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.terms`,
      what: 'a second term beside the direct error of a readout',
      remedy: 'keep one term',
    });
  const kept = new Set(
    terms.map(({ trace }) =>
      JSON.stringify({ kind: trace.kind, ...trace.keep, adaptation: neuron.kind === 'alif' && trace.keep.adaptation }),
    ),
  );
  if (kept.size > 1) {
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.terms`,
      what: 'a rule whose terms keep different parts of the influence',
      remedy: 'give trace.keep the same fields in all terms',
    });
  }
  const modulated = terms.filter(({ modulator }) => modulator !== undefined);
  const different = modulated.find(
    ({ modulator, tag }) => JSON.stringify([modulator, tag]) !== JSON.stringify([modulated[0]!.modulator, modulated[0]!.tag]),
  );
  if (different !== undefined)
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.terms[${terms.indexOf(different)}]`,
      what: 'a second modulator or tag in one rule',
      remedy: 'give its modulated terms the same modulator and the same tag',
    });
  const readouts = new Set(terms.flatMap(({ filter, signal }) => ('from' in signal && filter === 'readout' ? [signal.from] : [])));
  for (const [index, { filter, signal }] of terms.entries()) {
    if (signal.of !== 'rate' || filter === undefined || filter === 'none') continue;
    if (signal.average === 'episode')
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.terms[${index}].filter`,
        reason: 'the rate of a whole episode acts on the unfiltered trace',
        remedy: 'leave filter out',
      });
    if (filter === 'readout' && readouts.size !== 1)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.terms[${index}].filter`,
        reason: `the filter of a rate is that of the one readout whose filtered error teaches beside it, there are ${readouts.size}`,
        remedy: "use filter 'none'",
      });
  }
}

function checkTerm(network: Network, path: string, projection: Projection, term: Term): void {
  const { trace, filter = 'none', signal } = term;
  const post = network.populations[projection.post]!.neuron;
  if (turns(post))
    raise('ERR_UNSUPPORTED_RULE', {
      path,
      what: `a term that teaches the synapses onto '${projection.post}' of kind ${post.kind}, which has no pseudo-derivative,`,
      remedy: 'pair spikes there (stdp), perturb weights, teach what reads its spikes, or use lif or alif',
    });
  checkGateRule(path, projection, post, term);
  checkReward(network, path, term);
  checkKernels(network, path, post, term);
  if (signal.of === 'rate') {
    if (!hasSurrogate(post))
      raise('ERR_INCOMPATIBLE_RULE', {
        path,
        reason: `a firing rate is asked of '${projection.post}', which does not spike`,
        remedy: 'regularize lif or alif populations',
      });
    return;
  }
  if (signal.of === 'potential') {
    checkPotential(network, path, projection, term);
    return;
  }
  const from = populationNamed(network, `${path}.signal.from`, signal.from);
  if (signal.of === 'value') {
    const { size } = network.populations[projection.post]!;
    if (from.size === size) return;
    raise('ERR_SHAPE', {
      what: 'a population',
      expected: size,
      path: `${path}.signal.from`,
      value: from.size,
      remedy: `a learning signal has a value for each neuron of '${projection.post}'`,
    });
  }
  if (signal.of === 'signal') {
    checkBackSignal(network, path, projection, signal.from);
    return;
  }
  if (filter === 'readout' && from.neuron.kind !== 'integrator')
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.filter`,
      reason: `'${signal.from}' is no integrator and has no leak to filter by`,
      remedy: 'leave filter out',
    });
  if (!hasError(from.neuron)) {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.signal.from`,
      reason: `'${signal.from}' has no error`,
      remedy: "name a population with loss 'squared', 'crossEntropy' or 'bernoulli'",
    });
  }
  if (signal.of === 'entropy' || signal.of === 'target') checkOwnAction(path, from, signal);
  if (signal.of === 'window') {
    checkWindowTerm(network, path, projection, term);
    return;
  }
  if (signal.through === 'direct') {
    if (signal.from !== projection.post)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.signal.through`,
        reason: `'direct' takes the error of the projection's own post population, which is '${projection.post}', not '${signal.from}'`,
        remedy: "use 'transpose' or a feedback",
      });
    if (filter === 'readout' || (filter !== 'none' && post.kind === 'integrator'))
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.filter`,
        reason: 'the trace of a readout already carries its leak',
        remedy: 'leave filter out',
      });
    return;
  }
  if (post.kind === 'integrator' && trace.kind !== 'adjoint') {
    raise('ERR_UNSUPPORTED_RULE', {
      path,
      what: `learning into '${projection.post}' of kind ${post.kind} by a broadcast error`,
      remedy: "give it a neuron with an output of its own, or use the 'direct' error of a readout",
    });
  }
  if (trace.kind !== 'adjoint') checkThrough(network, path, projection, signal);
}

/** A kernel has a rise and a fall; a filtered error has its target at every tick. */
function checkKernels(network: Network, path: string, { kind }: NeuronModel, { filter, signal }: Term): void {
  const ofError = signal.of === 'error' ? signal.filter : undefined;
  for (const [place, kernel] of [
    ['filter', filter],
    ['signal.filter', ofError],
  ] as const) {
    if (typeof kernel === 'object' && kernel.kind === 'doubleExponential' && kernel.rise === kernel.decay)
      raise('ERR_OUT_OF_RANGE', {
        path: `${path}.${place}.rise`,
        bound: 'another time constant than decay',
        value: kernel.rise,
        remedy: "choose another, or a 'lowPass'",
      });
  }
  if (ofError === undefined) return;
  if (kind === 'integrator')
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.signal.filter`,
      what: 'a filtered error of a readout, whose delta rule takes the error of the tick,',
      remedy: 'leave signal.filter out',
    });
  if (network.learning?.target === 'label')
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.signal.filter`,
      what: 'a filtered error of targets that come with labels',
      remedy: "give the target at every tick (target: 'tick')",
    });
}

/** Bounds of the potential act on a trace of the presynaptic value alone, at every tick. */
function checkPotential(network: Network, path: string, { post }: Projection, { filter = 'none', trace: { keep } }: Term): void {
  const { neuron } = network.populations[post]!;
  if (!hasSurrogate(neuron))
    raise('ERR_INCOMPATIBLE_RULE', {
      path,
      reason: `a potential is asked of '${post}', which does not spike`,
      remedy: 'bound lif or alif populations',
    });
  const adapts = neuron.kind === 'alif' && keep.adaptation;
  if (adapts || keep.reset || keep.recurrence !== 'none' || filter !== 'none')
    raise('ERR_UNSUPPORTED_RULE', {
      path,
      what: 'bounds of the potential beside a filter, or a trace that keeps adaptation, reset or recurrence,',
      remedy: 'keep none of them and leave filter out',
    });
}

/** What a gate asks of the rule that teaches the synapses into it. */
function checkGateRule(path: string, { gate, post }: Projection, { kind }: NeuronModel, { trace }: Term): void {
  if (kind === 'delayLine' && trace.kind !== 'adjoint') {
    if (gate !== 'delay')
      raise('ERR_UNSUPPORTED_RULE', {
        path,
        what: `synapses into '${post}', whose values arrive after a delay of its own, taught forwards in time,`,
        remedy: 'teach them by bptt, or leave them frozen and teach the delays and what lies behind them',
      });
    if (trace.kind !== 'influence' || trace.keep.recurrence !== 'none')
      raise('ERR_UNSUPPORTED_RULE', {
        path: `${path}.trace`,
        what: 'the influence of a delay by way of a recurrence',
        remedy: "keep no recurrence (recurrence: 'none'), or teach by bptt",
      });
  }
  if (kind === 'alif' && gate === 'tauAdapt' && !trace.keep.adaptation)
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.trace.keep.adaptation`,
      reason: 'a time constant of the adaptation acts on nothing but what is dropped',
      remedy: 'keep the adaptation',
    });
}

/** A signal from above runs through projections of the same tick into a population that is taught, without going round. */
function checkBackSignal(network: Network, path: string, { post: lower }: Projection, upper: string): void {
  const projections = Object.values(network.projections);
  if (!projections.some(({ pre, post, delay }) => pre === lower && post === upper && delay === 0))
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.signal.from`,
      reason: `no projection of delay 0 leads up from '${lower}' to '${upper}'`,
      remedy: 'name a population above, which this one feeds in the same tick',
    });
  if (network.populations[upper]!.neuron.kind === 'delayLine')
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.signal.from`,
      what: `a learning signal that comes down through '${upper}', whose values are late by delays of their own,`,
      remedy: 'teach by bptt, or by a feedback from the readout',
    });
  if (!projections.some(({ post, plasticity }) => post === upper && (plasticity?.terms.length ?? 0) > 0))
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.signal.from`,
      reason: `'${upper}' has no learning signal, since no projection into it is plastic`,
      remedy: 'make one plastic, or take the error of a readout',
    });
}

function checkThrough(
  network: Network,
  path: string,
  projection: Projection,
  { from, through }: ErrorSignal | TargetSignal | EntropySignal,
): void {
  if (through === 'direct') return;
  if (through === 'transpose') {
    const outputs = Object.values(network.projections).filter((other) => other.pre === projection.post && other.post === from);
    if (outputs.length !== 1)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.signal.through`,
        reason: `'transpose' needs exactly one projection ${projection.post} → ${from}, there are ${outputs.length}`,
        remedy: 'add it, or name a feedback',
      });
    return;
  }
  if ('projection' in through) {
    checkThroughProjection(network, `${path}.signal.through.projection`, projection, from, through.projection);
    return;
  }
  const { feedback } = through;
  const found = named(network.feedbacks, feedback);
  if (found === undefined)
    raise('ERR_UNKNOWN_NAME', {
      path: `${path}.signal.through.feedback`,
      value: print(feedback),
      known: `${printNames(Object.keys(network.feedbacks ?? {}))}; feedbacks stand under 'feedbacks'`,
    });
  if (found.from !== from || found.to !== projection.post) {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.signal.through.feedback`,
      reason: `'${feedback}' runs ${found.from} → ${found.to}, the rule needs ${from} → ${projection.post}`,
      remedy: 'name a feedback with these ends',
    });
  }
}

/** An error through a projection has a presynaptic neuron for each output and a weight of its own for each pair. */
function checkThroughProjection(network: Network, path: string, { post }: Projection, from: string, name: string): void {
  const back = named(network.projections, name);
  if (back === undefined) raise('ERR_UNKNOWN_NAME', { path, value: print(name), known: printNames(Object.keys(network.projections)) });
  const [rows, outputs] = [network.populations[back.pre]?.size, network.populations[from]!.size];
  const reason =
    back.post !== post
      ? `'${name}' runs ${back.pre} → ${back.post}, the rule needs one onto '${post}'`
      : rows !== outputs
        ? `'${name}' comes from ${rows} neurons, '${from}' has ${outputs} outputs`
        : back.connectivity.kind !== 'dense'
          ? `'${name}' is ${back.connectivity.kind}, a broadcast is dense`
          : undefined;
  if (reason !== undefined)
    raise('ERR_INCOMPATIBLE_RULE', {
      path,
      reason,
      remedy: `name a dense projection onto '${post}' from ${outputs} neurons, one for each output`,
    });
}

/** A projection feeds a gate that its post population has, and says which where there is no first one. */
export function checkGate(path: string, { pre, post, gate }: Projection, { neuron }: Population, from: Population): void {
  const gates = gatesOf(neuron);
  if (gate !== undefined && !gates.includes(gate))
    raise('ERR_UNKNOWN_NAME', { path: `${path}.gate`, value: print(gate), known: printNames(gates) });
  if (gate === 'delay' && from.neuron.kind !== 'constant')
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.gate`,
      reason: `a delay stands still from update to update, and '${pre}' is no constant`,
      remedy: 'feed it from a population of kind constant, and make that projection plastic',
    });
  if (gate === 'tauMem' && 'reset' in neuron && neuron.reset === 'zero')
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.gate`,
      what: 'a time constant of each neuron beside a reset to zero',
      remedy: "use reset 'subtract', 'level' or 'none'",
    });
  if (gate === 'tau' && neuron.kind === 'rate' && neuron.discretization === 'exact')
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.gate`,
      what: 'a time constant of each unit beside the exact discretization',
      remedy: "use discretization 'euler'",
    });
  if (gate === undefined && (neuron.kind === 'gru' || neuron.kind === 'lstm'))
    raise('ERR_MISSING_FIELD', { path: `${path}.gate`, expected: `the gate of '${post}' that it feeds, one of ${printNames(gates)}` });
}
