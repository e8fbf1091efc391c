import { raise } from '../../errors.ts';
import type { LearningRule, Rls } from '../../learning/rule.ts';
import type { Integrator } from '../../network/network.ts';
import { pad } from '../arena.ts';
import type { Builder } from '../builder.ts';
import { declareTrace, type LearningContext } from './context.ts';
import { reserveState } from './optimizers.ts';
import type { LoweredProjection } from './projections.ts';
import { lowerError } from './signals.ts';

/** Words of an upper triangle of n columns without its diagonal: column j has j values in whole lines. */
export function triangleWords(n: number): number {
  let words = 0;
  for (let j = 0; j < n; j++) words += pad(j);
  return words;
}

/** A readout whose weights are those of ridge regression after each update: presynaptic values and error of its tick go straight into the walk over P. */
export function lowerLeastSquares(
  builder: Builder,
  lowered: LoweredProjection,
  rule: LearningRule,
  { ridge }: Rls,
  context: LearningContext,
): void {
  refuse(builder, lowered, rule);
  const { name, pre, weights } = lowered;
  const { error, importance } = lowerError(builder, lowered.projection.post);
  const trace = declareTrace(builder, { lowered }, context, 0, 1);
  builder.emit('update', 'rls', {
    pre,
    eStride: weights.stride,
    trace,
    error,
    importance,
    state: reserveState(builder, name),
    triangle: builder.reserveFlat(`${name}.triangle`, Math.max(1, triangleWords(pre))),
    diagonal: builder.reserve(`${name}.diagonal`, 1, pre, 1 / ridge),
    gain: builder.reserve(`${name}.gain`, 1, pre),
    weights,
  });
}

/** Least squares are those of a readout that is a linear function of what its synapses carry in the tick of the update, and of nothing else that learns. */
function refuse({ network }: Builder, lowered: LoweredProjection, { terms }: LearningRule): void {
  const path = `projections.${lowered.name}`;
  const deny = (field: string, what: string, remedy: string): never => raise('ERR_UNSUPPORTED_RULE', { path: field, what, remedy });
  const { post } = lowered.projection;
  const { neuron } = network.populations[post]!;
  const own =
    terms.length === 1 &&
    terms.every(
      ({ signal, modulator }) => signal.of === 'error' && signal.from === post && signal.through === 'direct' && modulator === undefined,
    );
  if (neuron.kind !== 'integrator' || !own)
    deny(
      `${path}.plasticity.optimizer`,
      'recursive least squares of other weights than those of a readout',
      'use the delta rule of an integrator',
    );
  const { tau, loss } = neuron as Integrator;
  if (tau !== 0)
    deny(
      `populations.${post}.neuron.tau`,
      `recursive least squares of '${post}', which remembers what older weights gave,`,
      'set tau to 0 and filter in front of the synapses',
    );
  if (loss !== 'squared')
    deny(`populations.${post}.neuron.loss`, `recursive least squares with the loss of '${post}'`, "use loss 'squared'");
  if (lowered.stored !== undefined || lowered.shared !== undefined || lowered.masked)
    deny(
      `${path}.connectivity`,
      'recursive least squares of synapses that are not dense, whose outputs would each have a P of their own,',
      'make the projection dense',
    );
  const other = Object.entries(network.projections).find(
    ([name, { plasticity }]) => name !== lowered.name && network.projections[name]!.post === post && plasticity !== undefined,
  );
  if (other !== undefined)
    deny(
      `projections.${other[0]}.plasticity`,
      `a second plastic projection into '${post}' beside recursive least squares, which solve for all weights at once,`,
      'bring its inputs into the same presynaptic population, or freeze it',
    );
  const { update, delay = 0, block = 1, window, target = 'tick' } = network.learning!;
  if (typeof update !== 'object')
    deny('learning.update', 'recursive least squares at labels or ends of episodes', 'set learning.update to {ticks}');
  if (delay > 0 || target === 'label')
    deny(delay > 0 ? 'learning.delay' : 'learning.target', 'recursive least squares of targets that come late', 'teach every tick in time');
  if (block > 1 || window !== undefined)
    deny(
      window === undefined ? 'learning.block' : 'learning.window',
      'recursive least squares in blocks',
      'leave it out: samples are as rare as updates',
    );
  const follower = Object.entries(network.feedbacks ?? {}).find(([, { follows }]) => follows === lowered.name);
  if (follower !== undefined)
    deny(
      `feedbacks.${follower[0]}.follows`,
      'a feedback that repeats steps of recursive least squares',
      "leave follows out, or teach through 'transpose'",
    );
}
