import { type Capabilities, exact, type Integrator, type Lif, type Program, requireCapabilities } from '../../../runtime/index.ts';
import { largestCount, largestWeight } from '../../quantize.ts';
import { type Layout, layoutOf, notPlain, type PlacedPopulation } from '../layout.ts';
import { NEURONS } from './core.ts';

/** Which memory a projection lives in. */
export type Matrix = 'input' | 'recurrent' | 'output';

/** A population on the chip. */
export interface MappedPopulation {
  readonly population: PlacedPopulation;
  /** index of its first input, neuron or output on the chip */
  readonly first: number;
  /** membrane counts of 1 of the host's potential */
  readonly perUnit: number;
  /** host's factor on the input current */
  readonly gain: number;
}

/** A program on the chip, but for its weights. */
export interface ReckonMapping {
  readonly layout: Layout;
  readonly populations: readonly MappedPopulation[];
  /** matrix of each projection */
  readonly matrices: readonly Matrix[];
  /** neurons in use, padding between populations counted */
  readonly sizes: { readonly inputs: number; readonly neurons: number; readonly outputs: number };
  /** of each pair of neurons in use */
  readonly threshold: Int16Array;
  readonly alpha: Uint16Array;
  readonly kappa: number;
  readonly resetToZero: boolean;
  /** |α − α̂| of membranes and |κ − κ̂| of readouts, at most */
  readonly decayError: number;
}

/** Threshold to begin with: a membrane then reaches eight of them up and down. */
const THRESHOLD = 4096;
/** Counts of a readout for the largest of its weights, so that 64 of them fit. */
const READOUT = 508;
export const MAX_SHIFT = 7;
/** Least and largest leak: the top four bits are 7 or 8. */
const LEAST_ALPHA = 0x7000 / 0x8000;
const COUNT = largestCount(8);

const factor = (scale: string | undefined, decay: number): number => (scale === 'oneMinusDecay' ? 1 - decay : 1);
const even = (size: number): number => size + (size & 1);
const fixedKappa = (dt: number, tau: number): number => Math.round(exact.decay(dt, tau) * 128);

/** What the chip cannot be told of a program, one line each. */
function refusals(program: Program, offered: Capabilities): string[] {
  const { network } = program;
  const short = notPlain(program, ['subtract', 'zero']);
  const entries = Object.entries(network.populations);
  const neurons = entries.flatMap(([name, { size, neuron }]) => (neuron.kind === 'lif' ? [{ name, size, neuron }] : []));
  for (const { name, neuron } of neurons) {
    const { refractory = 0, synapse, tauMem } = neuron;
    const alpha = exact.decay(network.dt, tauMem);
    if (refractory > 1) short.push(`refractory of '${name}': ${refractory} asked, 1 offered`);
    if (synapse !== undefined) short.push(`synaptic current of '${name}': asked, none offered`);
    if (alpha < LEAST_ALPHA)
      short.push(`leak of '${name}': ${alpha.toFixed(4)} asked, ${LEAST_ALPHA} or more offered (tauMem of 7.5 ticks)`);
  }
  const resets = new Map(neurons.map(({ name, neuron }) => [neuron.reset ?? 'subtract', name]));
  if (resets.size > 1)
    short.push(`one reset for all neurons offered, ${[...resets].map(([reset, name]) => `${reset} asked by '${name}'`).join(', ')}`);
  const leaks = new Map(
    entries.flatMap(([name, { neuron }]) => (neuron.kind === 'integrator' ? [[fixedKappa(network.dt, neuron.tau), name] as const] : [])),
  );
  if (leaks.size > 1)
    short.push(`one leak for all readouts offered, several asked by ${[...leaks.values()].map((name) => `'${name}'`).join(', ')}`);
  const padded = neurons.reduce((sum, { size }) => sum + even(size), 0);
  const asked = neurons.reduce((sum, { size }) => sum + size, 0);
  // Neighbours share threshold and leak, so that a population begins at an even neuron.
  if (asked <= offered.neurons && padded > offered.neurons) short.push(`neurons: ${padded} asked in pairs, ${offered.neurons} offered`);
  const pairs = new Map<string, string>();
  for (const [name, { pre, post, delay }] of Object.entries(network.projections)) {
    const [from, to] = [network.populations[pre]!.neuron.kind, network.populations[post]!.neuron.kind];
    const other = pairs.get(`${pre} → ${post}`);
    pairs.set(`${pre} → ${post}`, name);
    if (other !== undefined) short.push(`'${name}' beside '${other}' from ${pre} to ${post}: one projection offered`);
    if (from === 'source' && to === 'integrator') short.push(`'${name}' from inputs to a readout: asked, none offered`);
    else if (from === 'source' && delay !== 0) short.push(`delay of '${name}': ${delay} asked, 0 offered from inputs`);
    else if (from !== 'source' && to !== 'integrator' && delay !== 1)
      short.push(`delay of '${name}': ${delay} asked, 1 offered between neurons`);
  }
  return short;
}

/** max |w| of all projections into a population. */
function largestInto(layout: Layout, floats: Float32Array, post: number): number {
  return Math.max(0, ...layout.projections.filter((projection) => projection.post === post).map((p) => largestWeight(floats, p.layout)));
}

function place(population: PlacedPopulation, first: number, dt: number, largest: number): MappedPopulation {
  if (population.neuron.kind === 'source') return { population, first, perUnit: 1, gain: 1 };
  const neuron = population.neuron as Lif | Integrator;
  const gain = factor(neuron.inputScale, exact.decay(dt, neuron.kind === 'lif' ? neuron.tauMem : neuron.tau));
  if (neuron.kind === 'integrator') return { population, first, perUnit: largest === 0 ? READOUT : READOUT / (largest * gain), gain };
  const threshold = neuron.threshold ?? 1;
  let counts = THRESHOLD;
  // Coarser where the largest weight would need a larger shift than there is.
  while (counts > 1 && ((largest * gain) / threshold) * counts > COUNT * 2 ** MAX_SHIFT) counts /= 2;
  return { population, first, perUnit: counts / threshold, gain };
}

/** Maps a program; throws a CapabilityError that names all that the chip does not offer. */
export function mapOntoReckon(program: Program, floats: Float32Array, offered: Capabilities): ReckonMapping {
  requireCapabilities(program, offered, refusals(program, offered));
  const layout = layoutOf(program);
  const { dt } = program.network;
  const sizes = { inputs: 0, neurons: 0, outputs: 0 };
  const threshold = new Int16Array(NEURONS / 2);
  const alpha = new Uint16Array(NEURONS / 2);
  let kappa = 0;
  let resetToZero = false;
  let decayError = 0;
  const populations = layout.populations.map((population, index) => {
    const { neuron, size } = population;
    const what = neuron.kind === 'source' ? 'inputs' : neuron.kind === 'integrator' ? 'outputs' : 'neurons';
    const placed = place(population, sizes[what], dt, largestInto(layout, floats, index));
    if (neuron.kind === 'lif') {
      const decay = exact.decay(dt, neuron.tauMem);
      const fixed = Math.round(decay * 0x8000);
      decayError = Math.max(decayError, Math.abs(decay - fixed / 0x8000));
      // In integers, to exceed is to reach one more.
      const level = Math.round(placed.perUnit * (neuron.threshold ?? 1)) + (neuron.comparison === '>' ? 1 : 0);
      alpha.fill(fixed, sizes.neurons >> 1, (sizes.neurons + even(size)) >> 1);
      threshold.fill(level, sizes.neurons >> 1, (sizes.neurons + even(size)) >> 1);
      resetToZero = neuron.reset === 'zero';
    } else if (neuron.kind === 'integrator') {
      kappa = fixedKappa(dt, neuron.tau);
      decayError = Math.max(decayError, Math.abs(exact.decay(dt, neuron.tau) - kappa / 128));
    }
    sizes[what] += what === 'neurons' ? even(size) : size;
    return placed;
  });
  const matrices = layout.projections.map(
    ({ sensory, post }): Matrix => (sensory ? 'input' : layout.populations[post]!.neuron.kind === 'integrator' ? 'output' : 'recurrent'),
  );
  // Pairs without neurons leak too where there are more inputs, and spike unless they have a threshold.
  threshold.fill(0x7fff, sizes.neurons >> 1);
  return { layout, populations, matrices, sizes, threshold, alpha, kappa, resetToZero, decayError };
}

/** The shift of a matrix at which the largest weights of its projections are counts of eight bits, and the host's weight of one count. */
export function shiftOf(mapping: ReckonMapping, floats: Float32Array, matrix: Matrix): number {
  let shift = 0;
  mapping.layout.projections.forEach(({ layout, post }, p) => {
    if (mapping.matrices[p] !== matrix) return;
    const largest = largestWeight(floats, layout);
    while (shift < MAX_SHIFT && largest >= stepOf(mapping.populations[post]!, shift) * (COUNT + 0.5)) shift++;
  });
  return shift;
}

/** The host's weight of one count at a shift. */
export const stepOf = ({ perUnit, gain }: MappedPopulation, shift: number): number => 2 ** shift / (perUnit * gain);
