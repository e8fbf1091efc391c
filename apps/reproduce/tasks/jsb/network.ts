import {
  constant,
  deltaRule,
  gatesOf,
  integrator,
  type Learning,
  type LearningRule,
  type Network,
  type NeuronModel,
  type Optimizer,
  type Projection,
  source,
} from '../../../../runtime/index.ts';
import { episodes, feedbackFor } from '../../description.ts';
import { KEYS, LONGEST } from './pieces.ts';

const UNITS = 150;

/** What tells one network from another. */
export interface Composer {
  readonly neuron: NeuronModel;
  /** of everything below the readout; it may name `out` and the feedback `broadcast`. Undefined: the readout alone learns */
  readonly rule: ((optimizer: Optimizer) => LearningRule) | undefined;
  readonly optimizer: Optimizer;
  readonly update: Learning['update'];
}

/** 88 keys → 150 units, recurrent, with biases → 88 logits without a memory. */
export function composer({ neuron, rule, optimizer, update }: Composer, seed: number): Network {
  const learned = rule?.(optimizer);
  const hidden = learned === undefined ? {} : { plasticity: learned };
  const output = { plasticity: deltaRule({ from: 'out', optimizer }) };
  const dense = { kind: 'dense' } as const;
  const projections: Record<string, Projection> = {};
  const add = (name: string, rest: Omit<Projection, 'connectivity'>): void => {
    projections[name] = { connectivity: dense, ...rest };
  };
  for (const gate of gatesOf(neuron)) {
    const onOutput = neuron.kind === 'snu' && gate === 'output';
    const bias = onOutput ? -1 : 0;
    add(`bias_${gate}`, { pre: 'one', post: 'hidden', gate, weight: { kind: 'constant', value: bias }, delay: 0, ...hidden });
    if (onOutput) continue;
    if (gate !== 'memory')
      add(`input_${gate}`, { pre: 'keys', post: 'hidden', gate, weight: { kind: 'normal', gain: 1 }, delay: 0, ...hidden });
    add(`recurrent_${gate}`, { pre: 'hidden', post: 'hidden', gate, weight: { kind: 'normal', gain: 1 }, delay: 1, ...hidden });
  }
  add('output', { pre: 'hidden', post: 'out', weight: { kind: 'normal', gain: 1 }, delay: 0, ...output });
  add('bias', { pre: 'one', post: 'out', weight: { kind: 'constant', value: 0 }, delay: 0, ...output });
  return {
    dt: 1,
    seed,
    populations: {
      keys: { size: KEYS, neuron: source() },
      one: { size: 1, neuron: constant() },
      hidden: { size: UNITS, neuron },
      out: { size: KEYS, neuron: integrator({ tau: 0, loss: 'bernoulli' }) },
    },
    projections,
    ...feedbackFor(learned, { kind: 'normal', std: 1 / Math.sqrt(UNITS) }),
    learning: { ...episodes(learned, LONGEST), update },
  };
}
