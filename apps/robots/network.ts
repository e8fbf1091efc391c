import {
  alif,
  integrator,
  type Learning,
  type LearningRule,
  lif,
  type Ms,
  type Network,
  type Optimizer,
  type Population,
  type Projection,
  rewardEprop,
  rewardReadout,
  source,
} from '../../runtime/index.ts';

/** Which synapses learn, and which there are; 'frozen': all are there, none learns. */
export type Arm = 'eprop' | 'no-recurrence' | 'readout' | 'linear' | 'frozen';

export interface AgentSettings {
  readonly inputs: number;
  /** time of the world that a tick takes */
  readonly dt: Ms;
  /** n actions to choose from, or n numbers with a normal distribution around the network's mean */
  readonly actions:
    | { readonly kind: 'softmax'; readonly n: number }
    | { readonly kind: 'gaussian'; readonly n: number; readonly sigma: number };
  readonly neurons: number;
  /** neurons with an adaptive threshold among them */
  readonly adaptive: number;
  /** time constants in ticks */
  readonly tau: { readonly membrane: number; readonly readout: number; readonly adaptation: number };
  readonly beta: number;
  readonly refractory: number;
  readonly gain: { readonly input: number; readonly recurrent: number; readonly value: number; readonly policy: number };
  /** γ, λ, C_V and c_H */
  readonly discount: number;
  readonly trace: number;
  readonly valueCost: number;
  readonly entropy: number;
  readonly optimizer: Optimizer;
  readonly learning?: Omit<Learning, 'update'>;
}

/** Actor and critic on recurrent spiking neurons, taught by rewards: observation → cells → policy and value. */
export function agentNetwork(settings: AgentSettings, seed: number, arm: Arm = 'eprop'): Network {
  const { inputs, dt, actions, neurons, adaptive, tau, gain, discount, trace, valueCost, entropy, optimizer } = settings;
  const decay = discount * trace;
  const linear = arm === 'linear';
  const common = { tauMem: dt * tau.membrane, refractory: settings.refractory };
  const populations: Record<string, Population> = { input: { size: inputs, neuron: source() } };
  const projections: Record<string, Projection> = {};
  const dense = { kind: 'dense' } as const;
  if (!linear && neurons > adaptive) populations['lif'] = { size: neurons - adaptive, neuron: lif(common) };
  if (!linear && adaptive > 0)
    populations['alif'] = { size: adaptive, neuron: alif({ ...common, tauAdapt: dt * tau.adaptation, beta: settings.beta }) };
  const cells = ['lif', 'alif'].filter((name) => name in populations);
  const leak = linear ? 0 : dt * tau.readout;
  populations['policy'] = {
    size: actions.n,
    neuron: integrator({ tau: leak, loss: actions.kind === 'softmax' ? { kind: 'softmax' } : { kind: 'gaussian', sigma: actions.sigma } }),
  };
  populations['value'] = { size: 1, neuron: integrator({ tau: leak, loss: { kind: 'value', cost: valueCost } }) };
  const own = actions.kind === 'softmax' ? entropy : 0;
  const shared = { value: 'value', decay, optimizer };
  const feedbacks: Record<string, { from: string; to: string; weight: Projection['weight'] }> = {};
  for (const post of cells) {
    const plasticity: LearningRule | undefined =
      arm === 'readout'
        ? undefined
        : rewardEprop({
            ...shared,
            through: { feedback: `value_${post}` },
            policies: [{ from: 'policy', through: { feedback: `policy_${post}` }, entropy: own }],
          });
    if (plasticity !== undefined)
      for (const from of ['policy', 'value'])
        feedbacks[`${from}_${post}`] = { from, to: post, weight: { kind: 'normal', std: 1 / Math.sqrt(neurons) } };
    const learned = plasticity === undefined ? {} : { plasticity };
    projections[`input_${post}`] = {
      pre: 'input',
      post,
      connectivity: dense,
      weight: { kind: 'normal', gain: gain.input },
      delay: 0,
      ...learned,
    };
    if (arm === 'no-recurrence') continue;
    for (const pre of cells)
      projections[`${pre}_${post}`] = {
        pre,
        post,
        connectivity: pre === post ? { kind: 'dense', autapses: false } : dense,
        weight: { kind: 'normal', std: gain.recurrent / Math.sqrt(neurons) },
        delay: 1,
        ...learned,
      };
  }
  const width = linear ? inputs : neurons;
  for (const [post, size] of [
    ['policy', gain.policy],
    ['value', gain.value],
  ] as const) {
    for (const pre of linear ? ['input'] : cells)
      projections[`${pre}_${post}`] = {
        pre,
        post,
        connectivity: dense,
        weight: linear ? { kind: 'constant', value: 0 } : { kind: 'normal', std: size / Math.sqrt(width) },
        delay: 0,
        plasticity: rewardReadout({ ...shared, from: post, entropy: post === 'policy' ? own : 0 }),
      };
  }
  return { dt, seed, populations, projections, feedbacks, learning: { update: 'label', ...settings.learning } };
}
