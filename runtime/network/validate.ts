import { ControllerError, raise } from '../errors.ts';
import { checkBackwardRules } from './backward.ts';
import { checkConvolution } from './convolution.ts';
import { receives } from './gates.ts';
import { raiseIssue } from './issues.ts';
import { resolveModules } from './modules.ts';
import { named, populationNamed } from './names.ts';
import type { Alif, Izhikevich, Lif, Network, Projection } from './network.ts';
import { checkPlain, print, printNames, printPath } from './plain.ts';
import { checkPolicies } from './rewards.ts';
import { checkGate, checkRule } from './rules.ts';
import { networkSchema } from './schema.ts';

/**
 * Checks plain data against every rule of a description and returns it typed, its modules replaced by their parts; throws DescriptionError with the path of the first
 * fault, which in a part of a module is that of the instance and that in the module.
 */
export function validate(data: unknown): Network {
  return located(data).network;
}

/** The same for what is found out later: `locate` puts the place where a part was written into an error about it. */
export function located(data: unknown): { readonly network: Network; readonly locate: (error: unknown) => unknown } {
  checkPlain(data);
  const { data: plain, origins } = resolveModules(data);
  const locate = (error: unknown): unknown => (error instanceof ControllerError ? placed(error, origins) : error);
  try {
    return { network: checked(plain), locate };
  } catch (error) {
    throw locate(error);
  }
}

/** The same error with the path at which the part that is at fault was written. */
function placed(error: ControllerError, origins: ReadonlyMap<string, string>): ControllerError {
  const [part] = /^\w+\.[^.[]+/.exec(error.path ?? '') ?? [];
  const origin = part === undefined ? undefined : origins.get(part);
  if (part === undefined || origin === undefined || origin === part) return error;
  const written = (text: string): string => text.replace(part, () => origin);
  const Kind = error.constructor as typeof ControllerError;
  return new Kind(error.code, written(error.message), error.remedy, written(error.path!), { cause: error });
}

function checked(data: unknown): Network {
  const result = networkSchema.safeParse(data);
  if (!result.success) {
    const [issue] = result.error.issues;
    if (issue!.code === 'too_small' && issue!.origin === 'string') raiseEmpty(printPath(issue!.path));
    raiseIssue(issue!, data);
  }
  const network = result.data as Network;
  checkNames(network);
  checkPopulations(network);
  checkPolicies(network);
  checkFeedbacks(network);
  for (const [name, projection] of Object.entries(network.projections)) checkProjection(network, name, projection);
  checkLearning(network);
  checkBackwardRules(network);
  return network;
}

/** The only text that has a least length is the path of a file. */
function raiseEmpty(path: string): never {
  raise('ERR_OUT_OF_RANGE', { path, bound: 'the path of a file (length ≥ 1)', value: "''", remedy: 'name a .npy file' });
}

/** The regions of a program are named after populations, projections and feedbacks alike. */
function checkNames({ populations, projections, feedbacks = {} }: Network): void {
  const owners = new Map<string, string>();
  for (const [group, members] of Object.entries({ populations, projections, feedbacks })) {
    for (const name of Object.keys(members)) {
      const other = owners.get(name);
      if (other !== undefined) raise('ERR_DUPLICATE_NAME', { path: `${group}.${name}`, other });
      owners.set(name, `${group}.${name}`);
    }
  }
}

function checkPopulations({ populations }: Network): void {
  if (Object.keys(populations).length === 0) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'populations',
      bound: 'at least one population',
      value: '{}',
      remedy: 'a network begins with a source: { input: { size: 1, neuron: { kind: "source" } } }',
    });
  }
  for (const [name, { size, neuron }] of Object.entries(populations)) {
    const path = `populations.${name}.neuron`;
    if (neuron.kind === 'lif' || neuron.kind === 'alif') checkSpiking(path, neuron);
    if (neuron.kind === 'delayLine' && (neuron.delay ?? 0) > neuron.longest)
      raise('ERR_OUT_OF_RANGE', {
        path: `${path}.delay`,
        bound: `at most ${neuron.longest}, the longest,`,
        value: neuron.delay!,
        remedy: 'make longest larger, or the delay shorter',
      });
    if (neuron.kind === 'izhikevich') checkCut(path, neuron);
    if (neuron.kind === 'alif' && typeof neuron.beta !== 'number' && neuron.beta.length !== size) {
      raise('ERR_SHAPE', {
        what: 'an array',
        expected: size,
        path: `${path}.beta`,
        value: neuron.beta.length,
        remedy: 'give one value a neuron, or one number for all',
      });
    }
  }
}

function checkSpiking(path: string, { threshold, surrogate, synapse, tauMem }: Lif | Alif): void {
  if (threshold === 0 && surrogate === undefined)
    raise('ERR_MISSING_FIELD', { path: `${path}.surrogate`, expected: 'the default one has the width of the threshold, which is 0' });
  if (synapse?.inputScale === 'unitPeak' && synapse.tau === tauMem) {
    raise('ERR_OUT_OF_RANGE', {
      path: `${path}.synapse.tau`,
      bound: 'another time constant than tauMem, for a peak between rise and fall,',
      value: synapse.tau,
      remedy: "choose another, or inputScale 'one'",
    });
  }
}

/** A spike is cut above the place where v goes on: else each step were one. */
function checkCut(path: string, { peak = 90, reset = -5 }: Izhikevich): void {
  if (reset < peak) return;
  raise('ERR_OUT_OF_RANGE', {
    path: `${path}.reset`,
    bound: `below peak, ${peak},`,
    value: reset,
    remedy: 'choose a lower reset, or a higher peak',
  });
}

function checkProjection(network: Network, name: string, projection: Projection): void {
  const path = `projections.${name}`;
  const pre = populationNamed(network, `${path}.pre`, projection.pre);
  const post = populationNamed(network, `${path}.post`, projection.post);
  if (!receives(post.neuron)) {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.post`,
      reason: `population '${projection.post}' is a ${post.neuron.kind} and receives nothing`,
      remedy: 'project to a population of neurons or readouts',
    });
  }
  checkGate(path, projection, post, pre);
  const order = Object.keys(network.populations);
  if (projection.delay === 0 && order.indexOf(projection.pre) >= order.indexOf(projection.post)) {
    raise('ERR_BACKWARD_WITHOUT_DELAY', {
      path: `${path}.delay`,
      arrow: `${projection.pre} → ${projection.post}`,
      remedy: `give it a delay of at least 1 tick${projection.pre === projection.post ? '' : `, or declare ${projection.post} after ${projection.pre}`}`,
    });
  }
  const { connectivity } = projection;
  if (connectivity.kind === 'convolution') checkConvolution(network, `${path}.connectivity`, projection, connectivity);
  if (connectivity.kind === 'list') {
    if (connectivity.pre.length !== connectivity.post.length) {
      raise('ERR_SHAPE', {
        what: 'an array',
        expected: connectivity.pre.length,
        path: `${path}.connectivity.post`,
        value: connectivity.post.length,
        remedy: 'give as many post as pre indices',
      });
    }
    checkIndices(connectivity.pre, pre.size, `${path}.connectivity.pre`);
    checkIndices(connectivity.post, post.size, `${path}.connectivity.post`);
    const seen = new Set<number>();
    connectivity.pre.forEach((from, index) => {
      const key = from * post.size + connectivity.post[index]!;
      if (seen.has(key))
        raise('ERR_OUT_OF_RANGE', {
          bound: 'each (pre, post) pair once',
          path: `${path}.connectivity.pre[${index}]`,
          value: `(${from}, ${connectivity.post[index]}) again`,
          remedy: 'merge the two synapses into one weight',
        });
      seen.add(key);
    });
  }
  if (projection.plasticity !== undefined) checkRule(network, `${path}.plasticity`, projection);
}

function checkIndices(indices: readonly number[], size: number, path: string): void {
  const wrong = indices.findIndex((index) => index >= size);
  if (wrong >= 0)
    raise('ERR_OUT_OF_RANGE', { bound: `< ${size}`, path: `${path}[${wrong}]`, value: indices[wrong], remedy: 'indices start at 0' });
}

function checkFeedbacks(network: Network): void {
  for (const [name, feedback] of Object.entries(network.feedbacks ?? {})) {
    const path = `feedbacks.${name}`;
    const from = populationNamed(network, `${path}.from`, feedback.from);
    populationNamed(network, `${path}.to`, feedback.to);
    if (!('loss' in from.neuron) && from.neuron.kind !== 'integrator') {
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.from`,
        reason: `'${feedback.from}' is no readout and has no error to broadcast`,
        remedy: 'name an integrator population, or one with a loss',
      });
    }
    if (feedback.follows === undefined) continue;
    const followed = named(network.projections, feedback.follows);
    if (followed === undefined)
      raise('ERR_UNKNOWN_NAME', {
        path: `${path}.follows`,
        value: print(feedback.follows),
        known: printNames(Object.keys(network.projections)),
      });
    if (
      followed.pre !== feedback.to ||
      followed.post !== feedback.from ||
      followed.plasticity === undefined ||
      followed.connectivity.kind !== 'dense'
    ) {
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.follows`,
        reason: `'${feedback.follows}' is not a plastic dense projection ${feedback.to} → ${feedback.from}`,
        remedy: 'follow the readout projection that this feedback mirrors',
      });
    }
  }
}

function checkLearning({ learning }: Network): void {
  if (learning === undefined) return;
  const { update, updateDelay = 0, traces, window } = learning;
  const block = learning.block ?? 1;
  if (window !== undefined && block > 1) {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: 'learning.block',
      reason: 'a window is the block of gradients that run backwards',
      remedy: 'leave block out, or window where no rule runs backwards',
    });
  }
  if (traces === 'bfloat16' && block === 1) {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: 'learning.traces',
      reason: 'traces that move at every tick need float32: rounded so often to 8 bits, they would stand still',
      remedy: 'set learning.block to 8, 16, 32 or 64, or learning.traces to float32',
    });
  }
  if (updateDelay === 1 && (block === 1 || typeof update !== 'object')) {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: 'learning.updateDelay',
      reason: `weights of one block can act a block later only where there are blocks and they move every so many ticks, not with block ${block} and update ${print(update)}`,
      remedy: 'set learning.block to 8, 16, 32 or 64 and learning.update to {ticks}, or updateDelay to 0',
    });
  }
  if (typeof update !== 'object') return;
  const [unit, name] = window === undefined ? [block, 'block'] : [window, 'window'];
  if (update.ticks % unit !== 0) {
    raise('ERR_OUT_OF_RANGE', {
      bound: `a multiple of learning.${name}, ${unit},`,
      path: 'learning.update.ticks',
      value: update.ticks,
      remedy: `weights move at the ends of ${name}s: choose a multiple, or a shorter ${name}`,
    });
  }
}
