import {
  alif,
  compile,
  deltaRule,
  type Executable,
  eprop,
  integrator,
  lif,
  type Network,
  type Optimizer,
  source,
} from '../../runtime/index.ts';

export const INPUTS = 40;
export const OUTPUTS = 2;
const optimizer: Optimizer = { kind: 'sgd', rate: 1e-4 };

/** A dense recurrent network that learns by e-prop and updates every tick. */
export function learningNetwork(neuron: 'lif' | 'alif', n: number): Network {
  const hidden = neuron === 'lif' ? lif({ tauMem: 20 }) : alif({ tauMem: 20, tauAdapt: 200, beta: 0.1 });
  const plasticity = eprop({ from: 'readout', optimizer });
  return {
    dt: 1,
    seed: 1,
    populations: {
      input: { size: INPUTS, neuron: source() },
      hidden: { size: n, neuron: hidden },
      readout: { size: OUTPUTS, neuron: integrator({ tau: 20, loss: 'squared' }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 3 }, delay: 0, plasticity },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 0.7 },
        delay: 1,
        plasticity,
      },
      output: {
        pre: 'hidden',
        post: 'readout',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 0.3 },
        delay: 0,
        plasticity: deltaRule({ from: 'readout', optimizer }),
      },
    },
    learning: { update: { ticks: 1 } },
  };
}

/** Frames of the benchmark, in ticks. */
export const FRAME = 10;

/** Gives every row of the tapes an input of about 5 % spikes and a moving target; called once, the rows repeat. */
export function fillTapes({ arena }: Executable): void {
  const input = arena.view('input.input');
  const target = arena.view('readout.target');
  const importance = arena.view('readout.importance');
  for (let row = 0; row < FRAME; row++) {
    for (let i = 0; i < INPUTS; i++) input[row * (input.length / FRAME) + i] = (row * 7 + i * 13) % 19 === 0 ? 1 : 0;
    for (let k = 0; k < OUTPUTS; k++) target[row * (target.length / FRAME) + k] = Math.sin(row + k);
    importance[row] = 1;
  }
}

export const load = (backend: { load(program: ReturnType<typeof compile>): Executable }, network: Network): Executable => {
  const executable = backend.load(compile(network, { maxTicks: FRAME }));
  fillTapes(executable);
  return executable;
};
