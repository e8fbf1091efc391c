import {
  type Alif,
  alif,
  type Capabilities,
  exact,
  type Integrator,
  type Lif,
  type Program,
  requireCapabilities,
} from '../../../runtime/index.ts';
import { largestWeight } from '../../quantize.ts';
import { type Layout, layoutOf, notPlain, type PlacedPopulation, type PlacedProjection } from '../layout.ts';
import { HIDDEN_CAP, MAX_DASH, MAX_SHIFT, type XyloNeurons } from './xylo-network.ts';

export type MatrixName = 'input' | 'recurrent' | 'output';

/** A population on the chip, and what the chip's numbers mean. */
export interface MappedNeurons {
  readonly population: PlacedPopulation;
  /** place of its first neuron among the hidden ones (spiking) or the outputs (a readout) */
  readonly first: number;
  readonly dashSyn: number;
  readonly dashMem: number;
  readonly threshold: number;
  /** v of the chip for 1 of the host's potential */
  readonly perUnit: number;
  /** what a host's weight of 1 adds to s, the host's factor on the input current included */
  readonly perWeight: number;
  /** α̂ − α of the membrane: 1 − 2^−dash for e^(−dt/τ) */
  readonly decayError: number;
  /** (1 − α̂)·threshold in the host's units, for a lif: the chip takes the threshold off before the leak, the host behind it */
  readonly resetError: number;
}

export interface XyloMapping {
  readonly layout: Layout;
  /** by place in the layout; sources have none */
  readonly neurons: readonly (MappedNeurons | undefined)[];
  /** matrix of each projection */
  readonly matrices: readonly MatrixName[];
  readonly hidden: XyloNeurons;
  readonly outputs: XyloNeurons;
}

/** Threshold to begin with: 8 of them fit into 16 bits and sign. */
const THRESHOLD = 2 ** 12;
const COUNT = 127;
const READOUT_UNIT = 2 ** 10;

export interface BitShiftLifOptions {
  /** of the membrane, 1 … 15 */
  readonly dash: number;
  /** of a synaptic current before it, 1 … 15; default none */
  readonly synapseDash?: number;
  /** tick, ms */
  readonly dt: number;
  /** θ, default 1 */
  readonly threshold?: number;
}

/**
 * The neuron of the chip in the host's equations: decays of 1 − 2^−dash, and the threshold taken off before the leak, v ← α (v − θ z) + s. That is an alif
 * whose adaptation is its reset: reset 'none', tauAdapt = tauMem, β = α θ. A synaptic current has the factor 1 − decay on its input.
 */
export function bitShiftLif({ dash, synapseDash, dt, threshold = 1 }: BitShiftLifOptions): Alif {
  const tauOf = (shift: number): number => -dt / Math.log(1 - 2 ** -shift);
  const tau = tauOf(dash);
  const synapse = synapseDash === undefined ? {} : { synapse: { tau: tauOf(synapseDash), inputScale: 'oneMinusDecay' as const } };
  return alif({ tauMem: tau, tauAdapt: tau, beta: (1 - 2 ** -dash) * threshold, threshold, reset: 'none', ...synapse });
}

/** Whether the adaptation of an alif is what the chip's own reset does. */
const isReset = ({ tauMem, tauAdapt, beta, threshold = 1, reset, adaptScale = 'one' }: Alif, dt: number): boolean =>
  reset === 'none' &&
  adaptScale === 'one' &&
  Math.abs(tauAdapt / tauMem - 1) < 1e-6 &&
  (typeof beta === 'number' ? [beta] : beta).every((each) => Math.abs(each / (exact.decay(dt, tauMem) * threshold) - 1) < 1e-3);

/** What the chip cannot be told, one line each. */
function refusals(program: Program): string[] {
  const { populations, projections, dt } = program.network;
  const short = notPlain(program, ['subtract', 'none']);
  for (const [name, { neuron }] of Object.entries(populations)) {
    if (neuron.kind === 'lif' && neuron.reset === 'none') short.push(`reset of '${name}': none asked, subtract offered`);
    if (neuron.kind === 'alif' && !isReset(neuron, dt))
      short.push(`adaptation: asked by '${name}', none offered but a reset before the leak`);
    if (neuron.kind !== 'lif' && neuron.kind !== 'alif') continue;
    const { refractory = 0, synapse, comparison = '>=' } = neuron;
    if (refractory > 1) short.push(`refractory of '${name}': ${refractory} asked, 1 offered`);
    if (comparison === '>') short.push(`comparison of '${name}': ${comparison} asked, >= offered`);
    if (synapse?.order === 'tickBefore') short.push(`synapse.order of '${name}': tickBefore asked, sameTick offered`);
    if (synapse?.inputScale === 'unitPeak') short.push(`synapse.inputScale of '${name}': unitPeak asked, one, oneMinusDecay offered`);
  }
  for (const [name, { pre, post, delay }] of Object.entries(projections)) {
    const [from, to] = [populations[pre]!.neuron.kind, populations[post]!.neuron.kind];
    if (from === 'source' && to === 'integrator') short.push(`projection '${name}' from an input to a readout: asked, none offered`);
    const only = from !== 'source' && to !== 'integrator' ? 1 : 0;
    if (delay !== only && from !== 'integrator') short.push(`delay of '${name}': ${delay} asked, ${only} offered`);
  }
  return short;
}

export const isSpiking = ({ neuron }: PlacedPopulation): boolean => neuron.kind !== 'integrator' && neuron.kind !== 'source';
const scaled = (scale: string | undefined, decay: number): number => (scale === 'oneMinusDecay' ? 1 - decay : 1);
const dashOf = (tau: number, dt: number): number => (tau === 0 ? 0 : Math.min(MAX_DASH, Math.max(0, Math.round(Math.log2(tau / dt)))));

function mapNeurons(population: PlacedPopulation, first: number, dt: number, largest: number): MappedNeurons {
  const neuron = population.neuron as Lif | Alif | Integrator;
  const spiking = neuron.kind !== 'integrator';
  const tau = spiking ? neuron.tauMem : neuron.tau;
  const alpha = exact.decay(dt, tau);
  const synapse = spiking ? neuron.synapse : undefined;
  const gain = scaled(neuron.inputScale, alpha) * (synapse === undefined ? 1 : scaled(synapse.inputScale, exact.decay(dt, synapse.tau)));
  const theta = spiking ? (neuron.threshold ?? 1) : 1;
  let threshold = spiking ? THRESHOLD : READOUT_UNIT;
  while (threshold > 1 && ((largest * gain) / theta) * threshold > COUNT * 2 ** MAX_SHIFT) threshold /= 2;
  const dashMem = dashOf(tau, dt);
  const kept = 1 - 2 ** -dashMem;
  return {
    population,
    first,
    dashMem,
    dashSyn: synapse === undefined ? 0 : dashOf(synapse.tau, dt),
    threshold,
    perUnit: threshold / theta,
    perWeight: (threshold / theta) * gain,
    decayError: kept - alpha,
    resetError: neuron.kind === 'lif' ? (1 - kept) * theta : 0,
  };
}

/** Parameters neuron by neuron. */
function laidOut(mapped: readonly (MappedNeurons | undefined)[], spiking: boolean): XyloNeurons {
  const of = mapped.filter((one) => one !== undefined && isSpiking(one.population) === spiking) as MappedNeurons[];
  const each = (value: (neurons: MappedNeurons) => number): number[] =>
    of.flatMap((neurons) => new Array<number>(neurons.population.size).fill(value(neurons)));
  const dashSyn = Uint8Array.from(each(({ dashSyn: dash }) => dash));
  return {
    size: dashSyn.length,
    dashSyn,
    dashMem: Uint8Array.from(each(({ dashMem }) => dashMem)),
    threshold: Int16Array.from(each(({ threshold }) => threshold)),
    cap: Uint8Array.from(each(() => (spiking ? HIDDEN_CAP : 0))),
  };
}

/** Maps a program; throws a CapabilityError that names all that the chip does not offer. */
export function mapOntoXylo(program: Program, floats: Float32Array, offered: Capabilities): XyloMapping {
  requireCapabilities(program, offered, refusals(program));
  const layout = layoutOf(program);
  const places = { hidden: 0, outputs: 0 };
  const neurons = layout.populations.map((population, index) => {
    if (population.neuron.kind === 'source') return undefined;
    const largest = layout.projections.filter(({ post }) => post === index).map((projection) => largestWeight(floats, projection.layout));
    const where = isSpiking(population) ? 'hidden' : 'outputs';
    const first = places[where];
    places[where] += population.size;
    return mapNeurons(population, first, program.network.dt, Math.max(0, ...largest));
  });
  const matrices = layout.projections.map(({ sensory, post }): MatrixName => {
    if (sensory) return 'input';
    return isSpiking(layout.populations[post]!) ? 'recurrent' : 'output';
  });
  return { layout, neurons, matrices, hidden: laidOut(neurons, true), outputs: laidOut(neurons, false) };
}

/** The smallest left shift at which every weight of a matrix is a count of 8 bits; all projections of a matrix share it. */
export function shiftOf({ layout, matrices, neurons }: XyloMapping, matrix: MatrixName, floats: Float32Array): number {
  let largest = 0;
  layout.projections.forEach((projection: PlacedProjection, p) => {
    if (matrices[p] !== matrix) return;
    largest = Math.max(largest, largestWeight(floats, projection.layout) * neurons[projection.post]!.perWeight);
  });
  let shift = 0;
  while (shift < MAX_SHIFT && largest >= (COUNT + 0.5) * 2 ** shift) shift++;
  return shift;
}
