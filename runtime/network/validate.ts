import { raise } from '../errors.ts';
import type { LearningRule, Term } from '../learning/rule.ts';
import { raiseIssue } from './issues.ts';
import type { Network, Projection } from './network.ts';
import { checkPlain, print, printNames, printPath } from './plain.ts';
import { networkSchema } from './schema.ts';

/** Checks plain data against every rule of a description and returns it typed; throws DescriptionError with the path of the first fault. */
export function validate(data: unknown): Network {
  checkPlain(data);
  const result = networkSchema.safeParse(data);
  if (!result.success) {
    const [issue] = result.error.issues;
    if (issue!.code === 'too_small' && issue!.origin === 'string') raiseEmpty(printPath(issue!.path));
    raiseIssue(issue!, data);
  }
  const network = result.data as Network;
  checkNames(network);
  checkPopulations(network);
  checkFeedbacks(network);
  for (const [name, projection] of Object.entries(network.projections)) checkProjection(network, name, projection);
  checkLearning(network);
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

/** The field of that name, and nothing that every object inherits. */
const named = <T>(fields: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;

function checkPopulations({ populations }: Network): void {
  for (const [name, { size, neuron }] of Object.entries(populations)) {
    const path = `populations.${name}.neuron`;
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

function population(network: Network, path: string, name: string) {
  const found = named(network.populations, name);
  if (found === undefined) raise('ERR_UNKNOWN_NAME', { path, value: print(name), known: printNames(Object.keys(network.populations)) });
  return found;
}

function checkProjection(network: Network, name: string, projection: Projection): void {
  const path = `projections.${name}`;
  const pre = population(network, `${path}.pre`, projection.pre);
  const post = population(network, `${path}.post`, projection.post);
  if (post.neuron.kind === 'source') {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.post`,
      reason: `population '${projection.post}' is a source and receives nothing`,
      remedy: 'project to a lif, alif, rate or integrator population',
    });
  }
  const order = Object.keys(network.populations);
  if (projection.delay === 0 && order.indexOf(projection.pre) >= order.indexOf(projection.post)) {
    raise('ERR_BACKWARD_WITHOUT_DELAY', {
      path: `${path}.delay`,
      arrow: `${projection.pre} → ${projection.post}`,
      remedy: `give it a delay of at least 1 tick${projection.pre === projection.post ? '' : `, or declare ${projection.post} after ${projection.pre}`}`,
    });
  }
  const { connectivity } = projection;
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

function checkRule(network: Network, path: string, projection: Projection): void {
  const rule = projection.plasticity!;
  if (network.learning === undefined)
    raise('ERR_MISSING_FIELD', { path: 'learning', expected: `when weights move, since ${path} is plastic` });
  const transforms = rule.optimizer.transforms ?? [];
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
  for (const [index, term] of rule.terms.entries()) checkTerm(network, `${path}.terms[${index}]`, projection, term);
  checkTogether(network, path, projection, rule);
}

/** What terms ask of each other. */
function checkTogether(network: Network, path: string, projection: Projection, { terms }: LearningRule): void {
  const direct = terms.findIndex(({ signal }) => signal.of === 'error' && signal.through === 'direct');
  if (direct >= 0 && terms.length > 1)
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.terms`,
      what: 'a second term beside the direct error of a readout',
      remedy: 'keep one term',
    });
  const kept = new Set(terms.map(({ trace }) => trace.keep.adaptation));
  if (kept.size > 1 && network.populations[projection.post]!.neuron.kind === 'alif') {
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.terms`,
      what: 'a rule of which some terms keep the adaptation and some do not',
      remedy: 'set trace.keep.adaptation alike in all terms',
    });
  }
  const readouts = new Set(terms.flatMap(({ filter, signal }) => (signal.of === 'error' && filter === 'readout' ? [signal.from] : [])));
  for (const [index, { filter, signal }] of terms.entries()) {
    if (signal.of !== 'rate' || filter !== 'readout') continue;
    if (signal.average === 'episode')
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.terms[${index}].filter`,
        reason: 'the rate of a whole episode acts on the unfiltered trace',
        remedy: 'leave filter out',
      });
    if (readouts.size !== 1)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.terms[${index}].filter`,
        reason: `the filter of a rate is that of the one readout whose filtered error teaches beside it, there are ${readouts.size}`,
        remedy: "use filter 'none'",
      });
  }
}

function checkTerm(network: Network, path: string, projection: Projection, { trace, filter = 'none', signal }: Term): void {
  const post = network.populations[projection.post]!.neuron;
  if (trace.keep.reset || trace.keep.recurrence !== 'none') {
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.trace.keep`,
      what: 'a trace that keeps the reset or the explicit recurrence',
      remedy: "use {adaptation, reset: false, recurrence: 'none'}, which is e-prop",
    });
  }
  if (signal.of === 'rate') {
    if (post.kind !== 'lif' && post.kind !== 'alif')
      raise('ERR_INCOMPATIBLE_RULE', {
        path,
        reason: `a firing rate is asked of '${projection.post}', which does not spike`,
        remedy: 'regularize lif or alif populations',
      });
    return;
  }
  const from = population(network, `${path}.signal.from`, signal.from);
  if (from.neuron.kind !== 'integrator' || (from.neuron.loss ?? 'none') === 'none') {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.signal.from`,
      reason: `'${signal.from}' has no error`,
      remedy: "name an integrator with loss 'squared' or 'crossEntropy'",
    });
  }
  if (signal.through === 'direct') {
    if (signal.from !== projection.post)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.signal.through`,
        reason: `'direct' takes the error of the projection's own post population, which is '${projection.post}', not '${signal.from}'`,
        remedy: "use 'transpose' or a feedback",
      });
    if (filter !== 'none')
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.filter`,
        reason: 'the trace of a readout already carries its leak',
        remedy: 'leave filter out',
      });
    return;
  }
  if (post.kind !== 'lif' && post.kind !== 'alif') {
    raise('ERR_UNSUPPORTED_RULE', {
      path,
      what: `learning into '${projection.post}' of kind ${post.kind} by a broadcast error`,
      remedy: "make it lif or alif, or use the 'direct' error of a readout",
    });
  }
  if (signal.through === 'transpose') {
    const outputs = Object.values(network.projections).filter((other) => other.pre === projection.post && other.post === signal.from);
    if (outputs.length !== 1)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.signal.through`,
        reason: `'transpose' needs exactly one projection ${projection.post} → ${signal.from}, there are ${outputs.length}`,
        remedy: 'add it, or name a feedback',
      });
    return;
  }
  const { feedback } = signal.through;
  const found = named(network.feedbacks, feedback);
  if (found === undefined)
    raise('ERR_UNKNOWN_NAME', {
      path: `${path}.signal.through.feedback`,
      value: print(feedback),
      known: `${printNames(Object.keys(network.feedbacks ?? {}))}; feedbacks stand under 'feedbacks'`,
    });
  if (found.from !== signal.from || found.to !== projection.post) {
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `${path}.signal.through.feedback`,
      reason: `'${feedback}' runs ${found.from} → ${found.to}, the rule needs ${signal.from} → ${projection.post}`,
      remedy: 'name a feedback with these ends',
    });
  }
}

function checkFeedbacks(network: Network): void {
  for (const [name, feedback] of Object.entries(network.feedbacks ?? {})) {
    const path = `feedbacks.${name}`;
    const from = population(network, `${path}.from`, feedback.from);
    population(network, `${path}.to`, feedback.to);
    if (from.neuron.kind !== 'integrator') {
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.from`,
        reason: `'${feedback.from}' is no readout and has no error to broadcast`,
        remedy: 'name an integrator population',
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
  const { block = 1, update, updateDelay = 0, traces } = learning;
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
  if (update.ticks % block !== 0) {
    raise('ERR_OUT_OF_RANGE', {
      bound: `a multiple of learning.block, ${block},`,
      path: 'learning.update.ticks',
      value: update.ticks,
      remedy: 'weights move at the ends of blocks: choose a multiple, or a shorter block',
    });
  }
}
