import { type ImagePopulation, type NetworkImage, networkBytes, weightRegionBytes } from '../../firmware-bridge/index.ts';
import { type Capabilities, exact, type NeuronModel, type Program, raise, requireCapabilities, type Scale } from '../../runtime/index.ts';
import { DECAY_ONE, fixedDecay, fixedPotential, lsbOf, type WeightLayout } from '../quantize.ts';

/** A projection on its way to a board. */
export interface PlannedProjection {
  readonly name: string;
  readonly region: number;
  /** bytes of the region: one a pair of neurons */
  readonly bytes: number;
  /** where the host keeps the weights */
  readonly layout: WeightLayout;
  /** host's weight of one count of the membrane: a weight of count q is q · 2^shift · unit */
  readonly unit: number;
}

/** How a program becomes the network of a board; what depends on its weights (the shifts) is left open. */
export interface Plan {
  readonly projections: readonly PlannedProjection[];
  /** id on the wire of each input address */
  readonly inputs: Uint32Array;
  /** spike address of each id on the wire, -1 where no spikes come from */
  readonly spikes: Int32Array;
  /** neurons and inputs on the wire */
  readonly ids: number;
  /** spiking neurons */
  readonly neurons: number;
  image(shifts: readonly number[]): NetworkImage;
}

const factor = (scale: Scale | undefined, decay: number): number => (scale === 'oneMinusDecay' ? Math.fround(1 - decay) : 1);

/**
 * What the rounding of a decay does to the sum of all that one spike adds while it fades, to be made up for by its strength: 0.06 % at
 * 700 ms and 120 Hz, which would be a constant error of the threshold. A decay too slow for 16 bits is taken as it comes.
 */
function fadeOf(fixed: number, decay: number): number {
  const ratio = (1 - fixed / DECAY_ONE) / (1 - decay);
  return ratio > 0.9 && ratio < 1.1 ? ratio : 1;
}

const silent = { reset: 'subtract', report: false, refractory: 0, threshold: 0, leak: 0, leakSynapse: 0, leakAdapt: 0, beta: 0 } as const;

/** A population in integers, and the host's current (before its factor c) of one count of the membrane. */
function population(size: number, neuron: NeuronModel, dt: number): { readonly image: ImagePopulation; readonly unit: number } {
  switch (neuron.kind) {
    case 'lif':
    case 'alif': {
      const { threshold = 1, reset = 'subtract', refractory = 0 } = neuron;
      const lsb = lsbOf(threshold);
      const alpha = exact.decay(dt, neuron.tauMem);
      const adaptive = neuron.kind === 'alif';
      const rho = adaptive ? exact.decay(dt, neuron.tauAdapt) : 0;
      const leakAdapt = fixedDecay(rho);
      // The factor on the spike that feeds the adaptation goes into its strength.
      const fed = adaptive ? factor(neuron.adaptScale, rho) * fadeOf(leakAdapt, rho) : 0;
      const strength = (beta: number): number => fixedPotential(beta * fed, lsb);
      const image: ImagePopulation = {
        kind: neuron.kind,
        size,
        reset: reset === 'zero' ? 'zero' : 'subtract',
        report: true,
        // The host counts the tick of the spike too.
        refractory: Math.max(0, refractory - 1),
        // In integers, to exceed is to reach one more.
        threshold: fixedPotential(threshold, lsb) + (neuron.comparison === '>' ? 1 : 0),
        leak: fixedDecay(alpha),
        leakSynapse: 0,
        leakAdapt,
        beta: !adaptive ? 0 : typeof neuron.beta === 'number' ? strength(neuron.beta) : neuron.beta.map(strength),
      };
      return { image, unit: lsb / factor(neuron.inputScale, alpha) };
    }
    case 'integrator': {
      const kappa = exact.decay(dt, neuron.tau);
      return { image: { ...silent, kind: 'integrator', size, leak: fixedDecay(kappa) }, unit: lsbOf(1) / factor(neuron.inputScale, kappa) };
    }
    default:
      // Sources have nothing but a size; what is neither was refused for its kind.
      return { image: { ...silent, kind: 'source', size }, unit: 1 };
  }
}

/** What `requireCapabilities` cannot know: how weights are stored, and that only spikes travel on a board. */
function requireRoom({ network }: Program, offered: Capabilities, total: number, image: NetworkImage): void {
  const short: string[] = [];
  if (offered.networkBytes !== undefined) {
    const asked = networkBytes(image, offered.maxGrade);
    if (asked > offered.networkBytes)
      short.push(`networkBytes: ${asked} asked (image, weights and what populations sent), ${offered.networkBytes} offered`);
  }
  // Weights travel dense, so that synapses which are not there take their room too.
  if (total > offered.synapses) short.push(`synapses: ${total} asked (dense, as boards store them), ${offered.synapses} offered`);
  if (offered.weightBits < 2) short.push(`weightBits: 2 asked, ${offered.weightBits} offered`);
  for (const [name, { pre, connectivity }] of Object.entries(network.projections)) {
    if (connectivity.kind === 'convolution') short.push(`shared weights of '${name}': asked, weights of its own for each synapse offered`);
    if (network.populations[pre]!.neuron.kind === 'integrator') short.push(`projections out of a readout: '${name}' asked, none offered`);
  }
  if (short.length > 0) raise('ERR_BOARD_TOO_SMALL', { board: offered.model, shortfalls: short.join('; ') });
}

/** A board's neurons are the plain ones: anything else that a description can say of a neuron is refused before a byte is sent. */
function requirePlainNeurons({ network }: Program, offered: Capabilities): void {
  const short: string[] = [];
  for (const [name, { neuron }] of Object.entries(network.populations)) {
    if (neuron.kind !== 'lif' && neuron.kind !== 'alif') continue;
    const { reset = 'subtract', synapse, threshold = 1, comparison } = neuron;
    if (typeof comparison === 'object') short.push(`comparison of '${name}': ${comparison.kind} asked, >=, > offered`);
    if (reset !== 'subtract' && reset !== 'zero') short.push(`reset of '${name}': ${reset} asked, subtract, zero offered`);
    if (synapse !== undefined) short.push(`synaptic current of '${name}': asked, none offered`);
    if (threshold === 0) short.push(`threshold of '${name}': 0 asked, more offered`);
  }
  for (const [name, { gate = 'input' }] of Object.entries(network.projections))
    if (gate !== 'input') short.push(`gate of '${name}': ${gate} asked, input offered`);
  if (short.length > 0) raise('ERR_BOARD_TOO_SMALL', { board: offered.model, shortfalls: short.join('; ') });
}

/** Plans a program for a board; throws a CapabilityError when the board offers less than the program asks. */
export function planFor(program: Program, offered: Capabilities): Plan {
  requireCapabilities(program, offered);
  requirePlainNeurons(program, offered);
  const { network, weights, regions } = program;
  const entries = Object.entries(network.populations);
  const names = entries.map(([name]) => name);
  const built = entries.map(([, { size, neuron }]) => population(size, neuron, network.dt));
  const populations = built.map(({ image }) => image);
  const open = Object.values(network.projections).map(({ pre, post, delay }, index) => ({
    pre: names.indexOf(pre),
    post: names.indexOf(post),
    region: index + 1,
    delay,
    shift: 0,
  }));
  const tickUs = Math.round(network.dt * 1000);
  const bytes = open.map((projection) => weightRegionBytes({ tickUs, populations, projections: open }, projection));
  requireRoom(
    program,
    offered,
    bytes.reduce((sum, count) => sum + count, 0),
    { tickUs, populations, projections: open },
  );

  const projections = Object.keys(network.projections).map((name, index): PlannedProjection => {
    const { acting, stored } = weights.get(name)!;
    const { offset, stride } = regions.get(acting)!;
    const { pre, post, region } = open[index]!;
    const layout = { offset, stride, stored, rows: populations[pre]!.size, columns: populations[post]!.size };
    return { name, region, bytes: bytes[index]!, layout, unit: built[post]!.unit };
  });

  const ids = populations.reduce((sum, { size }) => sum + size, 0);
  const spikes = new Int32Array(ids).fill(-1);
  const inputs: number[] = [];
  let id = 0;
  let neurons = 0;
  for (const { kind, size } of populations) {
    for (let j = 0; j < size; j++, id++) {
      if (kind === 'source') inputs.push(id);
      else if (kind !== 'integrator') spikes[id] = neurons++;
    }
  }
  return {
    projections,
    inputs: Uint32Array.from(inputs),
    spikes,
    ids,
    neurons,
    image: (shifts) => ({ tickUs, populations, projections: open.map((projection, index) => ({ ...projection, shift: shifts[index]! })) }),
  };
}
