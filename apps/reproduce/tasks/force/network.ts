import {
  constant,
  deltaRule,
  exact,
  integrator,
  izhikevich,
  lif,
  type Network,
  type NeuronModel,
  type Projection,
  theta,
} from '../../../../runtime/index.ts';

/** What a reservoir is made of. */
export interface Cells {
  readonly neuron: NeuronModel;
  /** what drives every cell */
  readonly drive: number;
}

/** A spiking reservoir whose readout is fed back, taught by recursive least squares (Nicola & Clopath 2017; sheet 6.18). Times in ms. */
export interface Reservoir {
  readonly of: Cells;
  readonly cells: number;
  readonly outputs: number;
  readonly dt: number;
  /** G of the chaotic recurrent weights, by which a rate in Hz drives a cell, and Q of the feedback: readout units to those of the drive */
  readonly recurrent: number;
  readonly feedback: number;
  readonly ridge: number;
  /** ms between two steps of recursive least squares */
  readonly every: number;
  readonly seed: number;
}

/** Of the recurrent synapses that could be. */
const DENSITY = 0.1;
const TAU = { membrane: 10, refractory: 2, rise: 2, decay: 20 } as const;

/** Potentials in mV above the reset; what drives every cell is a little more than the threshold, so that it fires at some 40 Hz by itself and no push need start it. */
export const integrateAndFire = (dt: number): Cells => ({
  neuron: lif({
    tauMem: TAU.membrane,
    threshold: 25,
    inputScale: 'oneMinusDecay',
    reset: 'zero',
    refractory: Math.round(TAU.refractory / dt) + 1,
  }),
  drive: 28,
});

/** Currents in pA; what drives every cell is a little above the rheobase, 1000. A step of Euler is that of the paper, 0.04 ms, in ticks of 1 ms. */
export const izhikevichCells: Cells = { neuron: izhikevich({ steps: 25 }), drive: 1200 };

/** Currents in Hz²: a steady one makes a cell fire at its root, here 10 Hz. In ticks of 1 ms there are steps of 0.04 ms, in which a feedback of 1000 turns a phase by less than a radian. */
export const thetaCells: Cells = { neuron: theta({ steps: 25 }), drive: 100 };

/** The fixed recurrent synapses: G N(0, 1)/(p √N), those onto a neuron with mean 0. */
function chaos({ cells: n, recurrent, seed }: Reservoir) {
  const random = exact.randomStream(seed, 'chaos');
  const incoming = Array.from({ length: n }, (_, post) => {
    const sources = Array.from({ length: n }, (__, pre) => pre).filter((pre) => random.uniform(post * n + pre) < DENSITY);
    const drawn = sources.map((pre) => (recurrent * random.normal(post * n + pre)) / (DENSITY * Math.sqrt(n)));
    const mean = drawn.reduce((sum, w) => sum + w, 0) / drawn.length;
    return sources.map((pre, k) => ({ pre, post, w: drawn[k]! - mean }));
  });
  const synapses = incoming.flat().sort((a, b) => a.pre - b.pre || a.post - b.post);
  return {
    connectivity: { kind: 'list', pre: synapses.map(({ pre }) => pre), post: synapses.map(({ post }) => post) },
    weight: { kind: 'inline', values: synapses.map(({ w }) => w) },
  } as const;
}

/**
 * cell spikes → two leaks in a row, so that a spike is a double exponential of area 1 and a rate is in Hz: once behind the recurrent synapses, where they drive the
 * membrane (which goes on under the refractory count, unlike the paper's), and once in front of the readout, which is a linear function of them. The readout comes back a tick late, through fixed random weights.
 */
export function reservoir(parts: Reservoir): Network {
  const { of, cells, outputs, dt, feedback, ridge, every, seed } = parts;
  const each = Array.from({ length: cells }, (_, j) => j);
  const onePerCell = (weight: number): Pick<Projection, 'connectivity' | 'weight' | 'delay'> => ({
    connectivity: { kind: 'list', pre: each, post: each },
    weight: { kind: 'constant', value: weight },
    delay: 0,
  });
  const dense = { kind: 'dense' } as const;
  const impulse = (1000 * dt) / (TAU.rise * TAU.decay);
  const filtered = (tau: number) => ({ size: cells, neuron: integrator({ tau }) });
  const { connectivity, weight } = chaos(parts);
  return {
    dt,
    seed,
    populations: {
      one: { size: 1, neuron: constant(of.drive) },
      arriving: filtered(TAU.decay),
      synaptic: filtered(TAU.rise),
      cells: { size: cells, neuron: of.neuron },
      sent: filtered(TAU.decay),
      rates: filtered(TAU.rise),
      out: { size: outputs, neuron: integrator({ tau: 0, loss: 'squared' }) },
    },
    projections: {
      chaos: {
        pre: 'cells',
        post: 'arriving',
        connectivity,
        weight: { ...weight, values: weight.values.map((w) => impulse * w) },
        delay: 1,
      },
      rising: { pre: 'arriving', post: 'synaptic', ...onePerCell(1) },
      driving: { pre: 'synaptic', post: 'cells', ...onePerCell(1) },
      bias: { pre: 'one', post: 'cells', connectivity: dense, weight: { kind: 'constant', value: 1 }, delay: 0 },
      feedback: {
        pre: 'out',
        post: 'cells',
        connectivity: dense,
        weight: { kind: 'uniform', std: feedback / Math.sqrt(3) },
        delay: 1,
      },
      sending: { pre: 'cells', post: 'sent', ...onePerCell(impulse) },
      smoothing: { pre: 'sent', post: 'rates', ...onePerCell(1) },
      readout: {
        pre: 'rates',
        post: 'out',
        connectivity: dense,
        weight: { kind: 'constant', value: 0 },
        delay: 0,
        plasticity: deltaRule({ from: 'out', optimizer: { kind: 'rls', ridge } }),
      },
    },
    learning: { update: { ticks: Math.round(every / dt) }, episode: 'carry' },
  };
}
