import type { NeuronModel } from './network.ts';

const gates: Readonly<Record<NeuronModel['kind'], readonly string[]>> = {
  source: [],
  constant: [],
  lif: ['input', 'output', 'tauMem'],
  alif: ['input', 'output', 'tauMem', 'tauAdapt'],
  rate: ['input', 'tau'],
  delayLine: ['input', 'delay'],
  snu: ['input', 'output'],
  gru: ['reset', 'update', 'candidate', 'memory'],
  lstm: ['input', 'forget', 'cell', 'output'],
  integrator: ['input'],
};

/** Neurons whose values are spikes with a membrane behind them. */
export const spikes = ({ kind }: NeuronModel): boolean => kind === 'lif' || kind === 'alif';

/** The currents that a neuron receives, each with projections of its own. */
export const gatesOf = ({ kind }: NeuronModel): readonly string[] => gates[kind];

/** Whether 'input' is the gate that there always is, and all others are extras. */
export const fedByInput = (neuron: NeuronModel): boolean => spikes(neuron) || neuron.kind === 'rate' || neuron.kind === 'delayLine';

/** The gate that a projection feeds where it names none; undefined where it must name one. */
export const defaultGate = ({ kind }: NeuronModel): string | undefined => (kind === 'gru' || kind === 'lstm' ? undefined : gates[kind][0]);

/** Gates that are there only where a projection feeds them. */
export const optional = (neuron: NeuronModel, gate: string): boolean => fedByInput(neuron) && gate !== 'input';

/** Populations whose values come from outside the network: they receive nothing. */
export const receives = (neuron: NeuronModel): boolean => gatesOf(neuron).length > 0;
