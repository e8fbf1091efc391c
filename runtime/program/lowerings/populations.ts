import { decay as exactDecay } from '../../exact.ts';
import type { Alif, Integrator, Lif, Network, Population, Scale } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';

/** The last values of a population: what its projections read. */
export interface Ring {
  readonly x: Region;
  readonly rows: number;
  readonly stride: number;
}

const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(least));

/** Rows that the longest delay out of a population needs; two at least, for the spike of the previous tick. */
function ringRows(network: Network, name: string): number {
  const delays = Object.values(network.projections).filter(({ pre }) => pre === name);
  return powerOfTwo(Math.max(2, ...delays.map(({ delay }) => delay + 1)));
}

export const scaleOf = (scale: Scale | undefined, decay: number): number => (scale === 'oneMinusDecay' ? Math.fround(1 - decay) : 1);

/** α of a spiking population and c on its input. */
export function membraneOf(neuron: Lif | Alif, dt: number): { readonly alpha: number; readonly scale: number; readonly threshold: number } {
  const alpha = exactDecay(dt, neuron.tauMem);
  return { alpha, scale: scaleOf(neuron.inputScale, alpha), threshold: neuron.threshold ?? 1 };
}

/** κ of a readout and g on its input. */
export function leakOf(neuron: Integrator, dt: number): { readonly kappa: number; readonly gain: number } {
  const kappa = exactDecay(dt, neuron.tau);
  return { kappa, gain: scaleOf(neuron.inputScale, kappa) };
}

export function declareRing(builder: Builder, name: string, { size }: Population): Ring {
  const rows = ringRows(builder.network, name);
  const x = builder.reserve(`${name}.value`, rows, size);
  builder.emit('reset', 'clear', { target: x });
  return { x, rows, stride: x.stride };
}

/** Emits what a population does with its input current, from `load` or the membrane to the tapes. */
export function lowerPopulation(
  builder: Builder,
  name: string,
  { size: n, neuron }: Population,
  ring: Ring,
  current: Region | undefined,
): void {
  if (neuron.kind === 'source') {
    const input = builder.reserveTape(`${name}.input`, n);
    builder.emit('forward', 'load', { n, tape: input, tapeStride: input.stride, ...ring });
    return;
  }
  switch (neuron.kind) {
    case 'lif':
    case 'alif':
      lowerSpiking(builder, name, n, neuron, ring, current!);
      break;
    case 'rate': {
      const step = builder.network.dt / neuron.tau;
      const gain = neuron.discretization === 'exact' ? 1 - exactDecay(builder.network.dt, neuron.tau) : step;
      builder.emit('forward', `rate_${neuron.activation}`, { n, ...ring, current: current!, gain });
      lowerOutput(builder, name, n, ring, false);
      break;
    }
    case 'integrator':
      builder.emit('forward', 'integrator', { n, ...ring, current: current!, ...leakOf(neuron, builder.network.dt) });
      lowerOutput(builder, name, n, ring, neuron.loss === 'crossEntropy');
      break;
  }
}

function lowerOutput(builder: Builder, name: string, n: number, ring: Ring, softmax: boolean): void {
  const output = builder.reserve(`${name}.prediction`, 1, n);
  const tape = builder.reserveTape(`${name}.output`, n);
  if (softmax) builder.emit('forward', 'softmax', { n, ...ring, p: output });
  else builder.emit('forward', 'copy', { n, ...ring, y: output });
  builder.emit('forward', 'emit', { n, y: output, tape, tapeStride: tape.stride });
  builder.emit('guard', 'guard', { n, ...ring });
}

const surrogateOps = {
  triangle: 'surrogate_triangle',
  fastSigmoid: 'surrogate_fast_sigmoid',
  boxcar: 'surrogate_boxcar',
  exponential: 'surrogate_exponential',
} as const;

function lowerSpiking(builder: Builder, name: string, n: number, neuron: Lif | Alif, ring: Ring, current: Region): void {
  const { alpha, scale, threshold } = membraneOf(neuron, builder.network.dt);
  const v = builder.reserve(`${name}.membrane`, 1, n);
  const level = builder.reserve(`${name}.threshold`, 1, n, threshold);
  const r = builder.reserve(`${name}.refractory`, 1, n);
  const psi = builder.reserve(`${name}.surrogate`, 1, n);
  for (const target of [v, r, psi]) builder.emit('reset', 'clear', { target });

  if (neuron.reset === 'zero') builder.emit('forward', 'membrane_zero', { n, ...ring, current, v, alpha, scale });
  else builder.emit('forward', 'membrane_subtract', { n, ...ring, current, v, alpha, scale, threshold });
  if (neuron.kind === 'alif') {
    const rho = exactDecay(builder.network.dt, neuron.tauAdapt);
    const a = builder.reserve(`${name}.adaptation`, 1, n);
    const beta = builder.reserve(`${name}.beta`, 1, n);
    const values = typeof neuron.beta === 'number' ? new Array<number>(n).fill(neuron.beta) : neuron.beta;
    builder.onInitialize((arena) => arena.write(beta.name, values));
    builder.emit('reset', 'clear', { target: a });
    builder.emit('forward', 'adapt', { n, ...ring, a, beta, level, rho, scale: scaleOf(neuron.adaptScale, rho), threshold });
  }
  const { shape, height, width } = neuron.surrogate ?? { shape: 'triangle', height: 0.3 / threshold, width: threshold };
  const count = neuron.refractory ?? 0;
  if (count > 0) builder.emit('forward', 'refractory', { n, r });
  builder.emit('forward', surrogateOps[shape], { n, v, level, r, psi, height, width });
  builder.emit('forward', neuron.comparison === '>' ? 'spike_exceeded' : 'spike_reached', { n, v, level, r, ...ring, count });

  const counts = builder.reserveTape(`${name}.spikeCount`, 1);
  const addresses = builder.reserveTape(`${name}.spikes`, n);
  builder.emit('forward', 'collect', { n, ...ring, counts, addresses, addressStride: addresses.stride });
  builder.emit('guard', 'guard', { n, x: v, rows: 1, stride: v.stride });
}
