import {
  alif,
  constant,
  deltaRule,
  integrator,
  type LearningRule,
  type Network,
  type NeuronModel,
  type Optimizer,
  type Projection,
  rate,
  type Schedule,
  source,
} from '../../../../runtime/index.ts';
import { CHANNELS, WAVES } from './sequences.ts';

/** Ticks between updates. */
export const UPDATE = 32;
const dense = { kind: 'dense' } as const;
const population = (size: number, neuron: NeuronModel) => ({ size, neuron });

/** Adaptive neurons of one time scale; times in steps. */
export interface Scale {
  readonly size: number;
  readonly tauMem: number;
  readonly tauAdapt: number;
}

export interface Design {
  readonly scales: readonly Scale[];
  /** the rule of all synapses onto them; none: they are frozen */
  readonly rule?: (options: { readonly from: string; readonly optimizer: Optimizer }) => LearningRule;
  /** ticks whose traces are folded at once; only e-prop's can be */
  readonly block: 1 | 32;
  /** η(n) of update n, every 32nd step, by Adam */
  readonly rate: Schedule;
}

/** The acting weights are a running average over 2,000 updates. */
const adam = (schedule: Schedule): Optimizer => ({ kind: 'adam', rate: schedule, transforms: [{ kind: 'average', window: 2000 }] });

/** 4 spiking inputs and a bias → adaptive neurons of several time scales, all with all → 6 waves. */
export function spikingNetwork(seed: number, { scales, rule, block, rate: schedule }: Design): Network {
  const optimizer = adam(schedule);
  const learned = rule === undefined ? {} : { plasticity: rule({ from: 'out', optimizer }) };
  const output = { plasticity: deltaRule({ from: 'out', optimizer }) };
  const size = scales.reduce((sum, scale) => sum + scale.size, 0);
  const scaled = (gain: number) => ({ kind: 'normal', std: gain / Math.sqrt(size) }) as const;
  const projections: Record<string, Projection> = {
    bias: { pre: 'one', post: 'out', connectivity: dense, weight: { kind: 'constant', value: 0 }, delay: 0, ...output },
  };
  scales.forEach((_, k) => {
    const post = `hidden${k}`;
    projections[`input${k}`] = { pre: 'in', post, connectivity: dense, weight: { kind: 'normal', gain: 2 }, delay: 0, ...learned };
    projections[`offset${k}`] = { pre: 'one', post, connectivity: dense, weight: { kind: 'normal', std: 0.02 }, delay: 0, ...learned };
    scales.forEach((_, l) => {
      projections[`recurrent${l}${k}`] = {
        pre: `hidden${l}`,
        post,
        connectivity: { kind: 'dense', autapses: k !== l },
        weight: scaled(0.7),
        delay: 1,
        ...learned,
      };
    });
    projections[`output${k}`] = { pre: post, post: 'out', connectivity: dense, weight: scaled(0.3), delay: 0, ...output };
  });
  const neurons = scales.map(({ size: own, tauMem, tauAdapt }, k) => [
    `hidden${k}`,
    population(own, alif({ tauMem, tauAdapt, beta: 0.5 })),
  ]);
  return {
    dt: 1,
    seed,
    populations: {
      in: population(CHANNELS, source()),
      one: population(1, constant()),
      ...Object.fromEntries(neurons),
      out: population(WAVES.length, integrator({ tau: 10, loss: 'crossEntropy' })),
    },
    projections,
    learning: { update: { ticks: UPDATE }, episode: 'reset', block },
  };
}

/** Time constants of the leaky traces, in steps. */
const TRACES = [3, 8, 20, 50, 120, 300];

/** Softmax regression on leaky traces of the inputs, 6 a channel: what needs no neuron. */
export function leakyTraces(seed: number, schedule: Schedule): Network {
  const optimizer = adam(schedule);
  const output = { plasticity: deltaRule({ from: 'out', optimizer }) };
  const each = Array.from({ length: CHANNELS }, (_, k) => k);
  const own = { kind: 'list', pre: each, post: each } as const;
  const projections: Record<string, Projection> = {
    bias: { pre: 'one', post: 'out', connectivity: dense, weight: { kind: 'constant', value: 0 }, delay: 0, ...output },
  };
  for (const tau of TRACES) {
    // Fluctuations of a trace fall with the root of its time constant.
    const weight = { kind: 'constant', value: Math.sqrt(tau) } as const;
    projections[`input${tau}`] = { pre: 'in', post: `trace${tau}`, connectivity: own, weight, delay: 0 };
    projections[`output${tau}`] = {
      pre: `trace${tau}`,
      post: 'out',
      connectivity: dense,
      weight: { kind: 'constant', value: 0 },
      delay: 0,
      ...output,
    };
  }
  const traces = TRACES.map((tau) => [`trace${tau}`, population(CHANNELS, rate({ tau, activation: 'linear', discretization: 'exact' }))]);
  return {
    dt: 1,
    seed,
    populations: {
      in: population(CHANNELS, source()),
      one: population(1, constant()),
      ...Object.fromEntries(traces),
      out: population(WAVES.length, integrator({ tau: 0, loss: 'crossEntropy' })),
    },
    projections,
    learning: { update: { ticks: UPDATE }, episode: 'reset', block: 1 },
  };
}
