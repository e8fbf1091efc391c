import type { LearningRule, Optimizer, Term } from '../../../runtime/learning/rule.ts';
import { deltaRule, eprop, epropTrace } from '../../../runtime/learning/rules/eprop.ts';
import type { Connectivity, Learning, Network, NeuronModel } from '../../../runtime/network/network.ts';
import { alif, integrator, lif, source } from '../../../runtime/network/neurons.ts';
import { type Driven, difference, type Given, times } from './drive.ts';

export const optimizer: Optimizer = { kind: 'sgd', rate: 0.01 };
export const slow: NeuronModel = alif({ tauMem: 15, tauAdapt: 60, beta: 0.2, threshold: 0.4 });
export const fast: NeuronModel = lif({ tauMem: 15, threshold: 0.4 });

export interface Shape {
  readonly neuron?: NeuronModel;
  readonly rule?: LearningRule;
  readonly learning?: Learning;
  readonly connectivity?: Connectivity;
  readonly tauB?: number;
}

/** 4 inputs → 6 spiking neurons, recurrent → readouts a (2) and b (1); what is plastic learns by `rule`. */
export function network({
  neuron = slow,
  rule,
  learning = { update: 'episode' },
  connectivity = { kind: 'dense' },
  tauB = 10,
}: Shape = {}): Network {
  const hidden = rule ?? eprop({ from: 'a', optimizer });
  const normal = (gain: number) => ({ kind: 'normal', gain }) as const;
  return {
    dt: 1,
    seed: 9,
    populations: {
      in: { size: 4, neuron: source() },
      hidden: { size: 6, neuron },
      a: { size: 2, neuron: integrator({ tau: 10, loss: 'squared' }) },
      b: { size: 1, neuron: integrator({ tau: tauB, loss: 'squared' }) },
    },
    projections: {
      sensory: { pre: 'in', post: 'hidden', connectivity, weight: normal(1.5), delay: 0, plasticity: hidden },
      recurrent: { pre: 'hidden', post: 'hidden', connectivity, weight: normal(0.5), delay: 2, plasticity: hidden },
      outA: {
        pre: 'hidden',
        post: 'a',
        connectivity: { kind: 'dense' },
        weight: normal(1),
        delay: 0,
        plasticity: deltaRule({ from: 'a', optimizer }),
      },
      outB: {
        pre: 'hidden',
        post: 'b',
        connectivity: { kind: 'dense' },
        weight: normal(1),
        delay: 0,
        plasticity: deltaRule({ from: 'b', optimizer }),
      },
    },
    feedbacks: { fromA: { from: 'a', to: 'hidden', weight: normal(1) }, fromB: { from: 'b', to: 'hidden', weight: normal(1) } },
    learning,
  };
}

export const plastic = ['sensory', 'recurrent', 'outA', 'outB'];
export const TARGETS = { a: [0.7, -0.3], b: [1.1] };
export const input = (tick: number): number[] => times(4, (i) => ((tick * 7 + i * 3) % 5 === 0 ? 1 : 0.2));
export const taught = (tick: number, more: Given = {}): Given => ({
  inputs: { in: input(tick) },
  targets: TARGETS,
  importance: { a: 1, b: 1 },
  ...more,
});
export const gradients = (driven: Driven): number[][] => plastic.map((name) => driven.read(`${name}.gradient`));
export const largest = (lists: readonly (readonly number[])[]): number => Math.max(...lists.flat().map(Math.abs));
export const worst = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number =>
  Math.max(...a.map((list, k) => difference(list, b[k]!)));

export const term = (signal: Term['signal'], filter?: Term['filter']): Term => ({ trace: epropTrace, signal, ...(filter && { filter }) });
export const errorOf = (from: 'a' | 'b', through: 'transpose' | { feedback: string } = 'transpose', filter?: Term['filter']): Term =>
  term({ of: 'error', from, through }, filter);
export const running = (target: number, filter?: Term['filter']): Term =>
  term({ of: 'rate', target, strength: 0.3, average: { tau: 20 } }, filter);
export const episodic = (target: number): Term => term({ of: 'rate', target, strength: 0.3, average: 'episode' });
