import { decay as exactDecay, hashName } from '../../exact.ts';
import { isActing } from '../../network/acting.ts';
import { fedByInput, gatesOf, hasSurrogate } from '../../network/gates.ts';
import type { Alif, Critic, DelayLine, Lif, Loss, Policy, Population, Rate, Snu, Surrogate } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Operands, Region } from '../ops.ts';
import { lowerEuler } from './euler.ts';
import { leakOf, membraneOf } from './leaks.ts';
import { lowerChoice } from './policies.ts';
import { type Ring, rowsFor } from './rings.ts';
import { lowerAdaptation, lowerBias, lowerMembrane } from './spiking.ts';

/** Name of the region into which the synapses of a gate add up; neurons that always have one gate need no name for it. */
export const currentName = (population: string, { neuron }: Population, gate: string): string =>
  gatesOf(neuron).length === 1 || (fedByInput(neuron) && gate === 'input') ? `${population}.current` : `${population}.current.${gate}`;

/** What a gate holds before its synapses add to it, where that is not 0: the time constants of the description. */
export function baseOf(builder: Builder, name: string, { size, neuron }: Population, gate: string): Region | undefined {
  const constants: Partial<Record<string, number>> = {
    ...(hasSurrogate(neuron) && { tauMem: (neuron as Lif).tauMem, tauAdapt: (neuron as Partial<Alif>).tauAdapt }),
    ...(neuron.kind === 'rate' && { tau: neuron.tau }),
    ...(neuron.kind === 'delayLine' && { delay: neuron.delay ?? 0 }),
  };
  const base = constants[gate];
  return base === undefined ? undefined : builder.reserve(`${name}.${gate}.base`, 1, size, base);
}

/** Emits what a population does with its input currents, from `load` or the membrane to the tapes. */
export function lowerPopulation(builder: Builder, name: string, population: Population, ring: Ring): void {
  const { size: n, neuron } = population;
  const current = (gate: string): Region => builder.find(currentName(name, population, gate))!;
  switch (neuron.kind) {
    case 'constant':
      return;
    case 'source': {
      const input = builder.reserveTape(`${name}.input`, n);
      builder.emit('forward', 'load', { n, tape: input, tapeStride: input.stride, ...ring });
      return;
    }
    case 'lif':
    case 'alif':
      lowerSpiking(builder, name, n, neuron, ring, current('input'));
      if (neuron.loss !== undefined) lowerOutput(builder, name, n, ring, neuron.loss);
      return;
    case 'theta':
    case 'izhikevich':
      lowerEuler(builder, name, n, neuron, ring, current('input'));
      lowerSpikeTapes(builder, name, n, ring);
      return;
    case 'rate': {
      lowerRate(builder, name, n, neuron, ring, current('input'));
      lowerOutput(builder, name, n, ring, neuron.loss);
      return;
    }
    case 'delayLine':
      lowerDelayLine(builder, name, n, neuron, ring, current('input'));
      return;
    case 'snu':
      lowerSnu(builder, name, n, neuron, ring, current('input'), current('output'));
      return;
    case 'gru':
    case 'lstm':
      lowerGated(builder, name, n, neuron.kind, ring, current);
      return;
    case 'integrator':
      builder.emit('forward', 'integrator', { n, ...ring, current: current('input'), ...leakOf(neuron, builder.network.dt) });
      lowerOutput(builder, name, n, ring, neuron.loss);
  }
}

function lowerOutput(builder: Builder, name: string, n: number, ring: Ring, loss: Loss | Policy | Critic = 'none'): void {
  const output = builder.reserve(`${name}.prediction`, 1, n);
  const tape = builder.reserveTape(`${name}.output`, n);
  if (loss === 'crossEntropy' || (isActing(loss) && loss.kind === 'softmax')) builder.emit('forward', 'softmax', { n, ...ring, p: output });
  else if (loss === 'bernoulli') builder.emit('forward', 'sigmoid', { n, ...ring, p: output });
  else builder.emit('forward', 'recall', { n, ...ring, delay: 0, y: output });
  builder.emit('forward', 'emit', { n, y: output, tape, tapeStride: tape.stride });
  if (isActing(loss)) lowerChoice(builder, name, n, output, loss);
  builder.emit('guard', 'guard', { n, ...ring });
}

/** Regions of (n) that an op of the population writes and reads again, cleared where an episode ends. */
function stateRegions<Role extends string>(builder: Builder, name: string, n: number, roles: readonly Role[]): Record<Role, Region> {
  const regions = roles.map((role) => [role, builder.reserve(`${name}.${role}`, 1, n)] as const);
  for (const [, target] of regions) builder.emit('reset', 'clear', { target });
  return Object.fromEntries(regions) as Record<Role, Region>;
}

/** With one time constant for all in one op; with one a unit, h ← h + (dt/τ_j)(φ(I) − h) and what this does to the state and τ. */
function lowerRate(
  builder: Builder,
  name: string,
  n: number,
  { tau, activation, discretization }: Rate,
  ring: Ring,
  current: Region,
): void {
  const { dt } = builder.network;
  const each = builder.find(`${name}.current.tau`);
  if (each === undefined) {
    const gain = discretization === 'exact' ? 1 - exactDecay(dt, tau) : dt / tau;
    builder.emit('forward', `rate_${activation}`, { n, ...ring, current, gain });
    return;
  }
  const p = builder.reserve(`${name}.activation`, 1, n);
  if (activation === 'linear') builder.emit('forward', 'assign', { x: current, y: p });
  else builder.emit('forward', `activate_${activation}`, { n, current, p });
  builder.emit('forward', 'rate_each', { n, ...ring, p, tau: each, ...stateRegions(builder, name, n, ['gain', 'kept', 'slower']), dt });
}

/** What comes in is kept for as long as the longest delay, and read where the delay of each neuron points; a delay that is no number is seen by the guard. */
function lowerDelayLine(builder: Builder, name: string, n: number, { delay = 0, longest }: DelayLine, ring: Ring, current: Region): void {
  const { reserve, emit } = builder;
  const pastRows = rowsFor(longest + 1);
  const past = reserve(`${name}.inputs`, pastRows, n);
  emit('reset', 'clear', { target: past });
  const lag = builder.find(`${name}.current.delay`) ?? reserve(`${name}.delay`, 1, n, delay);
  const { slope } = stateRegions(builder, name, n, ['slope']);
  emit('forward', 'retain', { n, y: current, x: past, rows: pastRows, stride: past.stride });
  emit('forward', 'delay_line', { n, ...ring, past, pastRows, lag, slope, longest });
  emit('guard', 'guard', { n, x: lag, rows: 1, stride: lag.stride });
}

function lowerSnu(builder: Builder, name: string, n: number, neuron: Snu, ring: Ring, current: Region, bias: Region): void {
  const { state: s, carry, back, slope } = stateRegions(builder, name, n, ['state', 'carry', 'back', 'slope']);
  const operands = { n, ...ring, current, s, carry, back, decay: neuron.decay };
  if (neuron.activation === 'relu') builder.emit('forward', 'snu_relu', { ...operands, ...stateRegions(builder, name, n, ['drive']) });
  else builder.emit('forward', 'snu_linear', operands);
  builder.emit('forward', neuron.output === 'sigmoid' ? 'output_sigmoid' : 'output_step', { n, ...ring, s, current: bias, slope });
  lowerOutput(builder, name, n, ring, neuron.loss);
}

function lowerGated(builder: Builder, name: string, n: number, kind: 'gru' | 'lstm', ring: Ring, current: (gate: string) => Region): void {
  if (kind === 'gru') {
    const [reset, update, candidate, memory] = [current('reset'), current('update'), current('candidate'), current('memory')];
    const slopes = stateRegions(builder, name, n, ['carry', 'driveReset', 'driveUpdate', 'driveCandidate', 'driveMemory']);
    builder.emit('forward', 'gru', { n, ...ring, reset, update, candidate, memory, ...slopes });
  } else {
    const [input, forget, cell, output] = [current('input'), current('forget'), current('cell'), current('output')];
    const { state: c, ...slopes } = stateRegions(builder, name, n, [
      'state',
      'carry',
      'driveInput',
      'driveForget',
      'driveCell',
      'slope',
      'direct',
    ]);
    builder.emit('forward', 'lstm', { n, ...ring, input, forget, cell, output, c, ...slopes });
  }
  lowerOutput(builder, name, n, ring);
}

const surrogateOps = {
  triangle: 'surrogate_triangle',
  fastSigmoid: 'surrogate_fast_sigmoid',
  boxcar: 'surrogate_boxcar',
  exponential: 'surrogate_exponential',
  arctan: 'surrogate_arctan',
  sigmoidDerivative: 'surrogate_sigmoid',
} as const;

function lowerSpikes(builder: Builder, name: string, comparison: Lif['comparison'] = '>=', operands: Operands<'spike_reached'>): void {
  if (typeof comparison === 'object') {
    const { seed } = builder.network;
    builder.emit('forward', 'spike_escape', { ...operands, width: comparison.width ?? 1, seed, group: hashName(name) });
  } else builder.emit('forward', comparison === '>' ? 'spike_exceeded' : 'spike_reached', operands);
}

function lowerSpiking(builder: Builder, name: string, n: number, neuron: Lif | Alif, ring: Ring, current: Region): void {
  const { threshold: theta } = membraneOf(neuron, builder.network.dt);
  const v = builder.reserve(`${name}.membrane`, 1, n);
  const threshold = builder.reserve(`${name}.threshold`, 1, n, theta);
  const r = builder.reserve(`${name}.refractory`, 1, n);
  const psi = builder.reserve(`${name}.surrogate`, 1, n);
  for (const target of [v, r, psi]) builder.emit('reset', 'clear', { target });

  const spiking = { name, n, neuron, ring };
  lowerAdaptation(builder, spiking, threshold);
  lowerMembrane(builder, spiking, current, v, threshold);
  const level = lowerBias(builder, spiking, threshold);
  const surrogate: Surrogate = neuron.surrogate ?? { shape: 'triangle', height: 0.3 / theta, width: theta };
  const count = neuron.refractory ?? 0;
  if (count > 0) builder.emit('forward', 'refractory', { n, r });
  const { height, width } = surrogate;
  if (surrogate.shape === 'multiGaussian') {
    const { lobes = 0.15, spread = 6 } = surrogate;
    builder.emit('forward', 'surrogate_multi_gaussian', { n, v, level, r, psi, height, width, lobes, spread });
  } else builder.emit('forward', surrogateOps[surrogate.shape], { n, v, level, r, psi, height, width });
  lowerSpikes(builder, name, neuron.comparison, { n, v, level, r, ...ring, count });

  lowerSpikeTapes(builder, name, n, ring);
  builder.emit('guard', 'guard', { n, x: v, rows: 1, stride: v.stride });
}

/** Who spiked, tick by tick. */
function lowerSpikeTapes(builder: Builder, name: string, n: number, ring: Ring): void {
  const counts = builder.reserveTape(`${name}.spikeCount`, 1);
  const addresses = builder.reserveTape(`${name}.spikes`, n);
  builder.emit('forward', 'collect', { n, ...ring, counts, addresses, addressStride: addresses.stride });
}
