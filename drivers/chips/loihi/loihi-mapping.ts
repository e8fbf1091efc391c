import { type Capabilities, exact, type Integrator, type Lif, type Program, requireCapabilities } from '../../../runtime/index.ts';
import { largestWeight } from '../../quantize.ts';
import { type Layout, layoutOf, notPlain, type PlacedPopulation } from '../layout.ts';
import { type LoihiGroup, MAX_VTH, WEIGHT_EXPONENT } from './loihi-network.ts';

/** A population of compartments, and what the chip's numbers mean. */
export interface MappedGroup {
  readonly population: PlacedPopulation;
  readonly group: LoihiGroup;
  /** v of the chip for 1 of the host's potential */
  readonly perUnit: number;
  /** host's factor c on the input current of this population */
  readonly gain: number;
  /** |α − α̂| of the membrane's decay */
  readonly decayError: number;
}

/** A program on the chip, but for its weights. */
export interface LoihiMapping {
  readonly layout: Layout;
  readonly groups: readonly MappedGroup[];
  /** place in `groups` of each population; −1 a source */
  readonly groupOf: readonly number[];
}

const ONE = 4096;
/** Threshold to begin with, in units of v·2^−6: 16 thresholds fit below the clip of v and the wrap of u. */
const VTH = 2 ** 13;
const COUNT = 127;
const DV_MAX = ONE - 1;

const shareLost = (decay: number): number => Math.min(DV_MAX, Math.max(0, Math.round(ONE * (1 - decay))));

/** What the chip cannot be told of a neuron, one line each. */
function refusals(program: Program): string[] {
  const short = notPlain(program, ['zero']);
  for (const [name, { neuron }] of Object.entries(program.network.populations)) {
    if (neuron.kind !== 'lif') continue;
    const { refractory = 0, synapse } = neuron;
    if (refractory > 1) short.push(`refractory of '${name}': ${refractory} asked, 1 offered`);
    if (synapse?.order === 'tickBefore') short.push(`synapse.order of '${name}': tickBefore asked, sameTick offered`);
    if (synapse?.inputScale === 'unitPeak') short.push(`synapse.inputScale of '${name}': unitPeak asked, one, oneMinusDecay offered`);
  }
  for (const [name, { pre, post, delay }] of Object.entries(program.network.projections)) {
    const [from, to] = [program.network.populations[pre]!.neuron.kind, program.network.populations[post]!.neuron.kind];
    if (from !== 'source' && to !== 'integrator' && delay < 1) short.push(`delay of '${name}': 0 asked, 1 or more offered between neurons`);
  }
  return short;
}

/** Host's factor on a current that feeds a leak of this decay. */
const scaled = (scale: string | undefined, decay: number): number => (scale === 'oneMinusDecay' ? 1 - decay : 1);

/** max |w| of all projections into a population. */
function largestInto(layout: Layout, floats: Float32Array, post: number): number {
  const into = layout.projections.filter((projection) => projection.post === post);
  return Math.max(0, ...into.map((projection) => largestWeight(floats, projection.layout)));
}

function mapGroup(population: PlacedPopulation, dt: number, largest: number): MappedGroup {
  const neuron = population.neuron as Lif | Integrator;
  const spiking = neuron.kind === 'lif';
  const alpha = exact.decay(dt, spiking ? neuron.tauMem : neuron.tau);
  const beta = spiking && neuron.synapse !== undefined ? exact.decay(dt, neuron.synapse.tau) : 0;
  const gain = scaled(neuron.inputScale, alpha) * (spiking ? scaled(neuron.synapse?.inputScale, beta) : 1);
  const threshold = spiking ? (neuron.threshold ?? 1) : 1;
  // Coarser where the largest weight would need a larger exponent than there is.
  let vth = VTH;
  while (vth > 1 && ((largest * gain) / threshold) * vth > 2 * COUNT * 2 ** WEIGHT_EXPONENT.most) vth /= 2;
  const dv = shareLost(alpha);
  // u keeps 4096 − (du + 1) parts of 4096.
  const du = Math.max(0, shareLost(beta) - 1);
  const group = { size: population.size, du: beta === 0 ? DV_MAX : du, dv, vth: spiking ? vth : MAX_VTH };
  return { population, group, gain, perUnit: (vth * 64) / threshold, decayError: Math.abs(alpha - (1 - dv / ONE)) };
}

/** Maps a program; throws a CapabilityError that names all that the chip does not offer. */
export function mapOntoLoihi(program: Program, floats: Float32Array, offered: Capabilities): LoihiMapping {
  requireCapabilities(program, offered, refusals(program));
  const layout = layoutOf(program);
  const groups: MappedGroup[] = [];
  const groupOf = layout.populations.map((population, index) => {
    if (population.neuron.kind === 'source') return -1;
    groups.push(mapGroup(population, program.network.dt, largestInto(layout, floats, index)));
    return groups.length - 1;
  });
  return { layout, groups, groupOf };
}

/** Weight exponent for a largest weight, and the host's weight of one count: two of the chip's, since a mixed sign takes the lowest bit. */
export function weightScale({ perUnit, gain }: MappedGroup, largest: number): { readonly exponent: number; readonly step: number } {
  const stepAt = (exponent: number): number => (2 * 2 ** exponent * 64) / (perUnit * gain);
  let exponent: number = WEIGHT_EXPONENT.least;
  while (exponent < WEIGHT_EXPONENT.most && largest >= stepAt(exponent) * (COUNT + 0.5)) exponent++;
  return { exponent, step: stepAt(exponent) };
}
