import {
  alif,
  integrator,
  type Learning,
  type LearningRule,
  lif,
  type Ms,
  type Network,
  nodePerturbation,
  type Optimizer,
  type PerturbationOptions,
  type Population,
  type Projection,
  type RewardStdpOptions,
  rewardEprop,
  rewardReadout,
  rewardStdp,
  source,
  weightPerturbation,
} from '../../runtime/index.ts';

/** What teaches which synapses, and which there are; 'frozen': all are there, none learns. */
export type Arm = 'eprop' | 'no-recurrence' | 'readout' | 'reward-stdp' | 'linear' | 'weight-perturbation' | 'node-perturbation' | 'frozen';

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
  /** of the agents beside it that learn by other rules */
  readonly others?: {
    readonly 'reward-stdp': Omit<RewardStdpOptions, 'modulator' | 'optimizer'>;
    readonly 'weight-perturbation': PerturbationOptions;
    readonly 'node-perturbation': PerturbationOptions;
  };
}

/** What tasks start from: a tick is a tenth of the time constants, and a neuron has one silent tick behind a spike. */
export const baseAgent = {
  neurons: 100,
  adaptive: 0,
  tau: { membrane: 10, readout: 10, adaptation: 100 },
  beta: 0,
  refractory: 2,
  gain: { input: 1, recurrent: 0.5, value: 0.3, policy: 0.03 },
  valueCost: 0.5,
  entropy: 0,
  learning: { block: 8 },
} as const satisfies Partial<AgentSettings>;

/** Agents without a critic: the return of an episode is their score, and noise of weights or nodes explores, not their actions. */
export const perturbs = (arm: Arm): arm is 'weight-perturbation' | 'node-perturbation' =>
  arm === 'weight-perturbation' || arm === 'node-perturbation';

/** What teaches the synapses into `post`, a population of cells or a readout; undefined: nothing. */
function ruleOf(settings: AgentSettings, arm: Arm, post: string): LearningRule | undefined {
  const { actions, discount, trace, entropy, optimizer, others } = settings;
  const shared = { value: 'value', decay: discount * trace, optimizer };
  const own = actions.kind === 'softmax' ? entropy : 0;
  const readout = post === 'policy' || post === 'value';
  if (perturbs(arm)) return (arm === 'weight-perturbation' ? weightPerturbation : nodePerturbation)(given(others, arm));
  if (readout) return rewardReadout({ ...shared, from: post, entropy: post === 'policy' ? own : 0 });
  if (arm === 'readout') return undefined;
  if (arm === 'reward-stdp')
    return rewardStdp({ ...given(others, arm), modulator: { of: 'temporalDifference', from: 'value' }, optimizer });
  return rewardEprop({
    ...shared,
    through: { feedback: `value_${post}` },
    policies: [{ from: 'policy', through: { feedback: `policy_${post}` }, entropy: own }],
  });
}

function given<Name extends keyof NonNullable<AgentSettings['others']>>(others: AgentSettings['others'], name: Name) {
  if (others === undefined) throw new RangeError(`settings.others required for the agent '${name}'`);
  return others[name];
}

/** Actor and critic on recurrent spiking neurons, taught by rewards: observation → cells → policy and value. */
export function agentNetwork(settings: AgentSettings, seed: number, arm: Arm = 'eprop'): Network {
  const { inputs, dt, actions, neurons, adaptive, tau, gain, valueCost } = settings;
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
  if (!perturbs(arm)) populations['value'] = { size: 1, neuron: integrator({ tau: leak, loss: { kind: 'value', cost: valueCost } }) };
  const feedbacks: Record<string, { from: string; to: string; weight: Projection['weight'] }> = {};
  for (const post of cells) {
    const plasticity = ruleOf(settings, arm, post);
    if ((plasticity?.terms.length ?? 0) > 0)
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
  for (const post of ['policy', 'value'] as const) {
    if (!(post in populations)) continue;
    for (const pre of linear ? ['input'] : cells)
      projections[`${pre}_${post}`] = {
        pre,
        post,
        connectivity: dense,
        weight: linear ? { kind: 'constant', value: 0 } : { kind: 'normal', std: gain[post] / Math.sqrt(width) },
        delay: 0,
        plasticity: ruleOf(settings, arm, post)!,
      };
  }
  return { dt, seed, populations, projections, feedbacks, learning: { update: 'label', ...settings.learning } };
}
