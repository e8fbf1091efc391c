import { decay as exactDecay } from '../../exact.ts';
import type { Alif, Lif } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { membraneOf, scaleOf, synapseOf } from './leaks.ts';

/** What a spiking population does before it decides to spike; its spikes are in `ring`. */
export interface Spiking {
  readonly name: string;
  readonly n: number;
  readonly neuron: Lif | Alif;
  readonly ring: { readonly x: Region; readonly rows: number; readonly stride: number };
}

/** A leak with a number for each neuron. */
interface EachLeak {
  readonly decay: Region;
  readonly gain: Region;
}

/**
 * decay and gain of each neuron: constants or, where synapses feed the gate of the time constant, e^(−dt/τ) of the tick, with ∂s/∂τ as a region `slope`.
 * `state` is the state of the tick before, `input` what it leaks towards where its input is scaled by one minus the decay.
 */
function eachLeak(
  builder: Builder,
  { name, n }: Spiking,
  gate: string,
  decay: number,
  gain: number,
  state: Region,
  input: Region,
): EachLeak {
  const tau = builder.find(`${name}.current.${gate}`);
  const kept = builder.reserve(`${name}.${gate}.decay`, 1, n, tau === undefined ? decay : 0);
  const towards = gain !== 1;
  const constant = tau === undefined || !towards;
  const scale = builder.reserve(`${name}.${gate}.gain`, 1, n, constant ? gain : 0);
  if (tau === undefined) return { decay: kept, gain: scale };
  const { dt } = builder.network;
  const unused = towards ? scale : builder.reserve(`${name}.${gate}.complement`, 1, n);
  const x = towards ? input : builder.reserve(`${name}.${gate}.nothing`, 1, n);
  const drive = builder.reserve(`${name}.${gate}.slope`, 1, n);
  builder.emit('forward', 'leak', { n, tau, decay: kept, gain: unused, dt });
  builder.emit('forward', 'slope_leak', { n, tau, decay: kept, s: state, x, drive, dt });
  return { decay: kept, gain: scale };
}

/** z(t − 1) as a vector, declared once. */
function spikedBefore(builder: Builder, { name, n, ring }: Spiking): Region {
  const existing = builder.find(`${name}.spiked`);
  if (existing !== undefined) return existing;
  const y = builder.reserve(`${name}.spiked`, 1, n);
  builder.emit('forward', 'recall', { n, ...ring, delay: 1, y });
  return y;
}

/** a and A of the tick. */
export function lowerAdaptation(builder: Builder, spiking: Spiking, level: Region): void {
  const { name, n, neuron, ring } = spiking;
  if (neuron.kind !== 'alif') return;
  const { threshold } = membraneOf(neuron, builder.network.dt);
  const rho = exactDecay(builder.network.dt, neuron.tauAdapt);
  const scale = scaleOf(neuron.adaptScale, rho);
  const a = builder.reserve(`${name}.adaptation`, 1, n);
  const beta = builder.reserve(`${name}.beta`, 1, n);
  const values = typeof neuron.beta === 'number' ? new Array<number>(n).fill(neuron.beta) : neuron.beta;
  builder.onInitialize((arena) => arena.write(beta.name, values));
  builder.emit('reset', 'clear', { target: a });
  if (neuron.reset === 'level') spikedBefore(builder, spiking);
  if (builder.find(`${name}.current.tauAdapt`) === undefined) {
    builder.emit('forward', 'adapt', { n, ...ring, a, beta, level, rho, scale, threshold });
    return;
  }
  const leak = eachLeak(builder, spiking, 'tauAdapt', rho, scale, a, spikedBefore(builder, spiking));
  builder.emit('forward', 'adapt_each', { n, ...ring, a, beta, level, rho: leak.decay, scale: leak.gain, threshold });
}

/** The synaptic current, if there is one, and v of the tick; `level` is A of the tick. */
export function lowerMembrane(builder: Builder, spiking: Spiking, current: Region, v: Region, level: Region): void {
  const { neuron, name, n } = spiking;
  if (neuron.synapse === undefined) {
    lowerPotential(builder, spiking, current, v, level);
    return;
  }
  const { beta, gain, order } = synapseOf(neuron, builder.network.dt);
  const synaptic = builder.reserve(`${name}.synaptic`, 1, n);
  builder.emit('reset', 'clear', { target: synaptic });
  if (order === 'tickBefore') lowerPotential(builder, spiking, synaptic, v, level);
  builder.emit('forward', 'filter', { eligibility: current, filtered: synaptic, kappa: beta, gain });
  if (order === 'sameTick') lowerPotential(builder, spiking, synaptic, v, level);
}

function lowerPotential(builder: Builder, spiking: Spiking, current: Region, v: Region, level: Region): void {
  const { name, n, neuron, ring } = spiking;
  const { alpha, scale, threshold } = membraneOf(neuron, builder.network.dt);
  const { reset = 'subtract' } = neuron;
  // Without an adaptation the level is the threshold.
  const byLevel = reset === 'level' && neuron.kind === 'alif';
  const taken = reset === 'none' ? 0 : threshold;
  if (byLevel || builder.find(`${name}.current.tauMem`) !== undefined) {
    const leak = eachLeak(builder, spiking, 'tauMem', alpha, scale, v, current);
    const amount = byLevel ? level : builder.reserve(`${name}.taken`, 1, n, taken);
    builder.emit('forward', 'membrane_each', { n, ...ring, current, v, level: amount, alpha: leak.decay, scale: leak.gain });
  } else if (reset === 'zero') {
    const [carry, back] = ['carry', 'back'].map((role) => builder.reserve(`${name}.${role}`, 1, n)) as [Region, Region];
    for (const target of [carry, back]) builder.emit('reset', 'clear', { target });
    builder.emit('forward', 'carry_zero', { n, ...ring, v, carry, back, alpha });
    builder.emit('forward', 'membrane_zero', { n, ...ring, current, v, alpha, scale });
  } else builder.emit('forward', 'membrane_subtract', { n, ...ring, current, v, alpha, scale, threshold: taken });
}

/** What v is compared with: A, less what the gate 'output' receives. */
export function lowerBias(builder: Builder, { name, n }: Spiking, level: Region): Region {
  const bias = builder.find(`${name}.current.output`);
  if (bias === undefined) return level;
  const biased = builder.reserve(`${name}.biased`, 1, n);
  builder.emit('forward', 'assign', { x: level, y: biased });
  builder.emit('forward', 'subtract', { x: bias, y: biased });
  return biased;
}
