import type { NeuronModel, Program } from '../../runtime/index.ts';
import type { WeightLayout } from '../quantize.ts';

/** A population at its place. */
export interface PlacedPopulation {
  readonly name: string;
  readonly size: number;
  readonly neuron: NeuronModel;
  /** address of its first neuron among the inputs (a source) or the spikes (lif, alif); a readout has none, 0 */
  readonly first: number;
}

/** A projection between two populations, by their place in the list. */
export interface PlacedProjection {
  readonly name: string;
  readonly pre: number;
  readonly post: number;
  readonly delay: number;
  /** whether it comes from a source */
  readonly sensory: boolean;
  /** where the host keeps the weights */
  readonly layout: WeightLayout;
}

/** What every mapping onto a chip starts from: who is where, and who reaches whom. */
export interface Layout {
  readonly populations: readonly PlacedPopulation[];
  readonly projections: readonly PlacedProjection[];
  /** addresses of all sources, and of all spiking populations */
  readonly inputs: number;
  readonly neurons: number;
}

export function layoutOf({ network, weights, regions }: Program): Layout {
  let inputs = 0;
  let neurons = 0;
  const populations = Object.entries(network.populations).map(([name, { size, neuron }]): PlacedPopulation => {
    const first = neuron.kind === 'source' ? inputs : neuron.kind === 'integrator' ? 0 : neurons;
    if (neuron.kind === 'source') inputs += size;
    else if (neuron.kind !== 'integrator') neurons += size;
    return { name, size, neuron, first };
  });
  const names = populations.map(({ name }) => name);
  const projections = Object.entries(network.projections).map(([name, { pre, post, delay }]): PlacedProjection => {
    const [from, to] = [names.indexOf(pre), names.indexOf(post)];
    const { acting, stored } = weights.get(name)!;
    const { offset, stride } = regions.get(acting)!;
    const layout = { offset, stride, stored, rows: populations[from]!.size, columns: populations[to]!.size };
    return { name, pre: from, post: to, delay, sensory: populations[from]!.neuron.kind === 'source', layout };
  });
  return { populations, projections, inputs, neurons };
}

/** What a description may say of neurons and projections beyond the plain LIF or ALIF of a chip, one line for each that it does. */
export function notPlain({ network }: Program, resets: readonly ('subtract' | 'zero' | 'none')[]): string[] {
  const short: string[] = [];
  for (const [name, { neuron }] of Object.entries(network.populations)) {
    if (neuron.kind !== 'lif' && neuron.kind !== 'alif') continue;
    const { reset = 'subtract', threshold = 1, comparison } = neuron;
    if (typeof comparison === 'object') short.push(`comparison of '${name}': ${comparison.kind} asked, >=, > offered`);
    if (!(resets as readonly string[]).includes(reset)) short.push(`reset of '${name}': ${reset} asked, ${resets.join(', ')} offered`);
    if (threshold === 0) short.push(`threshold of '${name}': 0 asked, more offered`);
  }
  for (const [name, { gate = 'input', pre }] of Object.entries(network.projections)) {
    if (gate !== 'input') short.push(`gate of '${name}': ${gate} asked, input offered`);
    if (network.populations[pre]!.neuron.kind === 'integrator') short.push(`projections out of a readout: '${name}' asked, none offered`);
  }
  return short;
}
