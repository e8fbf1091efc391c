import type { NeuronModel } from './network.ts';

const gates: Readonly<Record<NeuronModel['kind'], readonly string[]>> = {
  source: [],
  constant: [],
  lif: ['input'],
  alif: ['input'],
  rate: ['input'],
  snu: ['input', 'output'],
  gru: ['reset', 'update', 'candidate', 'memory'],
  lstm: ['input', 'forget', 'cell', 'output'],
  integrator: ['input'],
};

/** The currents that a neuron receives, each with projections of its own. */
export const gatesOf = ({ kind }: NeuronModel): readonly string[] => gates[kind];

/** The gate that a projection feeds where it names none; undefined where it must name one. */
export const defaultGate = ({ kind }: NeuronModel): string | undefined => (kind === 'gru' || kind === 'lstm' ? undefined : gates[kind][0]);

/** Populations whose values come from outside the network: they receive nothing. */
export const receives = (neuron: NeuronModel): boolean => gatesOf(neuron).length > 0;
