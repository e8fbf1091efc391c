import type { NeuronModel } from './network.ts';

const gates: Readonly<Record<NeuronModel['kind'], readonly string[]>> = {
  source: [],
  constant: [],
  lif: ['input', 'output', 'tauMem'],
  alif: ['input', 'output', 'tauMem', 'tauAdapt'],
  theta: ['input'],
  izhikevich: ['input'],
  rate: ['input', 'tau'],
  delayLine: ['input', 'delay'],
  snu: ['input', 'output'],
  gru: ['reset', 'update', 'candidate', 'memory'],
  lstm: ['input', 'forget', 'cell', 'output'],
  integrator: ['input'],
};

/** Neurons whose values are spikes. */
export const spikes = (neuron: NeuronModel): boolean => hasSurrogate(neuron) || turns(neuron);

/** Neurons that spike at a threshold and have a pseudo-derivative there. */
export const hasSurrogate = ({ kind }: NeuronModel): boolean => kind === 'lif' || kind === 'alif';

/** Neurons that run through their spike by steps of Euler, and have no pseudo-derivative. */
export const turns = ({ kind }: NeuronModel): boolean => kind === 'theta' || kind === 'izhikevich';

/** The currents that a neuron receives, each with projections of its own. */
export const gatesOf = ({ kind }: NeuronModel): readonly string[] => gates[kind];

/** Whether 'input' is the gate that there always is, and all others are extras. */
export const fedByInput = (neuron: NeuronModel): boolean => hasSurrogate(neuron) || neuron.kind === 'rate' || neuron.kind === 'delayLine';

/** The gate that a projection feeds where it names none; undefined where it must name one. */
export const defaultGate = ({ kind }: NeuronModel): string | undefined => (kind === 'gru' || kind === 'lstm' ? undefined : gates[kind][0]);

/** Gates that are there only where a projection feeds them. */
export const optional = (neuron: NeuronModel, gate: string): boolean => fedByInput(neuron) && gate !== 'input';

/** Populations whose values come from outside the network: they receive nothing. */
export const receives = (neuron: NeuronModel): boolean => gatesOf(neuron).length > 0;
