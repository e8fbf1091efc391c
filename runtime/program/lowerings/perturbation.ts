import { hashName } from '../../exact.ts';
import type { Perturbation } from '../../learning/rule.ts';
import type { Builder } from '../builder.ts';
import type { Operands, Region } from '../ops.ts';
import { declareTrace, emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import { inBlocks } from './fold.ts';
import { foldReadout } from './forms.ts';
import { type LoweredProjection, reserveLike } from './projections.ts';
import { lowerPropagation } from './propagation.ts';
import type { Ring } from './rings.ts';

/** Noise in the forward pass, and what a score says of it: perturbation of weights and of nodes. */

/** The sign of the noise in each pass of a trial. */
const signsOf = ({ against }: Perturbation): readonly [one: number, two: number] =>
  against === 'unperturbed' ? [0, 1] : against === 'opposite' ? [1, -1] : [1, 1];

const passesOf = ({ against }: Perturbation): number => (typeof against === 'object' ? 1 : 2);

/** What all perturbations of a network share: where it stands in a trial, and which trial it is. */
function clockOf(builder: Builder): { readonly pass: Region; readonly trial: Region } {
  return {
    pass: builder.find('perturbation.pass') ?? builder.reserveFlat('perturbation.pass', 2),
    trial: builder.find('perturbation.trial') ?? builder.reserveFlat('perturbation.trial', 1),
  };
}

function drawn(builder: Builder, group: string, perturbation: Perturbation) {
  const [one, two] = signsOf(perturbation);
  return { ...clockOf(builder), seed: builder.network.seed, group: hashName(group), sigma: perturbation.sigma, one, two };
}

const shapeOf = ({ rows, columns, stride }: Region) => ({ rows, columns, stride });

/** Makes the noisy weights of a pass: out of those that learn, or by themselves where the noise is to be credited to nodes. */
export function perturbWeights(builder: Builder, lowered: LoweredProjection): void {
  const { name, projection, masked, pre } = lowered;
  const perturbation = projection.plasticity?.perturbation;
  if (perturbation === undefined || perturbation.of === 'nodes') return;
  const made = builder.reserveFlat(`${name}.made`, 1);
  const alone = perturbation.of === 'both';
  const weights = alone ? reserveLike(builder, lowered, 'still') : lowered.weights;
  const acting = alone ? reserveLike(builder, lowered, 'noise') : lowered.acting;
  const operands = { ...shapeOf(weights), weights, acting, made, ...drawn(builder, name, perturbation) };
  if (perturbation.noise === 'signs') builder.emit('forward', 'perturb_weights_signs', operands);
  else builder.emit('forward', 'perturb_weights_normal', operands);
  if (masked) builder.emit('forward', 'mask_diagonal', { n: pre, eStride: acting.stride, gradient: acting });
}

/** Adds ν, what the noise of a projection's weights makes of its presynaptic values, to the current. */
export function perturbThroughWeights(builder: Builder, lowered: LoweredProjection, ring: Ring, current: Region): void {
  const { name, post, projection } = lowered;
  if (projection.plasticity?.perturbation?.of !== 'both') return;
  const pushed = builder.reserve(`${name}.pushed`, 1, post);
  builder.emit('forward', 'clear', { target: pushed });
  lowerPropagation(builder, { ...lowered, acting: builder.find(`${name}.noise`)! }, ring, pushed);
  builder.emit('forward', 'add', { x: pushed, y: current });
}

/** What a node is credited with at every tick: −ξ_j/σ, or what came through noisy weights, −ν_j/(s σ²). */
function emitFactor(builder: Builder, { name, post: n, projection, gate }: LoweredProjection, perturbation: Perturbation): Region {
  if (perturbation.of === 'nodes') return builder.find(factorName(projection.post, gate))!;
  const [, s] = signsOf(perturbation);
  const scale = builder.reserve(`${name}.perPush`, 1, n, -1 / (s * perturbation.sigma ** 2));
  const factor = builder.reserve(`${name}.credited`, 1, n);
  builder.emit('learn', 'multiply', { n, a: builder.find(`${name}.pushed`)!, b: scale, p: factor });
  return factor;
}

const factorName = (population: string, gate: string): string => `${population}.pushed.${gate}`;

/** Adds noise to a current where a projection into it asks for it, and keeps what learning needs of it. */
export function perturbNodes(
  builder: Builder,
  population: string,
  gate: string,
  current: Region,
  projections: Iterable<LoweredProjection>,
): void {
  for (const { projection, gate: fed } of projections) {
    const perturbation = projection.plasticity?.perturbation;
    if (projection.post !== population || fed !== gate || perturbation?.of !== 'nodes') continue;
    const n = builder.network.populations[population]!.size;
    const factor = builder.reserve(factorName(population, gate), 1, n);
    const operands: Operands<'perturb_nodes_normal'> = {
      ...{ n, current, factor, passes: passesOf(perturbation) },
      ...drawn(builder, factor.name, perturbation),
    };
    if (perturbation.noise === 'signs') builder.emit('forward', 'perturb_nodes_signs', operands);
    else builder.emit('forward', 'perturb_nodes_normal', operands);
    return;
  }
}

/** M of all perturbations of a network. */
function lowerScore(builder: Builder, { against }: Perturbation): Region {
  const tape = builder.find('reward') ?? builder.reserveTape('reward', 2);
  const modulator = builder.reserve('perturbation.modulator', 1, 1);
  const given = { tape, tapeStride: tape.stride, modulator };
  const first = builder.reserve('perturbation.before', 1, 1);
  if (typeof against === 'object') builder.emit('label', 'reward_difference', { ...given, mean: first, rate: against.mean });
  else builder.emit('label', 'score_pair', { ...given, pass: clockOf(builder).pass, first, span: against === 'opposite' ? -2 : 1 });
  return modulator;
}

/** Lowers the rules that perturb; returns what has to begin anew where learning is switched on. */
export function lowerPerturbations(builder: Builder, rules: readonly LoweredRule[], context: LearningContext): readonly Region[] {
  const [first] = rules;
  if (first === undefined) return [];
  const { pass, trial } = clockOf(builder);
  const begun: Region[] = [pass];
  builder.emit('learn', 'pass_tick', { pass });
  const modulator = lowerScore(builder, first.rule.perturbation!);
  for (const rule of rules) {
    const { lowered, gradient } = rule;
    const perturbation = rule.rule.perturbation!;
    if (perturbation.of === 'weights') {
      const { seed, group, sigma } = drawn(builder, lowered.name, perturbation);
      const operands = { ...shapeOf(lowered.weights), gradient, modulator, trial, seed, group, sigma };
      if (perturbation.noise === 'signs') builder.emit('label', 'credit_weights_signs', operands);
      else builder.emit('label', 'credit_weights_normal', operands);
      continue;
    }
    const { fresh } = rule;
    begun.push(fresh);
    const factor = emitFactor(builder, lowered, perturbation);
    // Σ_t L_j(t)·x_i(t−d) is what a delta rule sums up without a leak, its error being L.
    if (inBlocks(builder, lowered)) foldReadout(builder, rule, context, { kappa: 0, gain: 1 }, { modulated: true, signal: factor }, []);
    else
      emitSynapses(builder, 'learn', 'rank_one', lowered, { factor, trace: declareTrace(builder, rule, context, 0, 1), gradient: fresh });
    builder.emit('label', 'credit_nodes', { modulator, fresh, gradient });
  }
  builder.emit('label', 'next_pass', { pass, trial, passes: passesOf(first.rule.perturbation!) });
  return begun;
}
