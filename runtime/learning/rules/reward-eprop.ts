import type { ErrorSignal, Filter, LearningRule, Modulator, Optimizer, Term } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';
import { epropTrace } from './eprop.ts';

/** What actor and critic share. */
export interface RewardOptions {
  /** the readout V, with loss {kind: 'value'} */
  readonly value: string;
  /** γλ: what a tag keeps from one reward to the next; γ itself comes with the reward, on the tape */
  readonly decay: number;
  readonly optimizer: Optimizer;
}

export interface RewardEpropOptions extends RewardOptions {
  /** the readouts that act, with loss softmax, gaussian or spread, and how what their actions say is broadcast */
  readonly policies: readonly Acting[];
  /** feedback from the value: the live readout weights ('transpose', default) or the name of a feedback */
  readonly through?: ErrorSignal['through'];
  /** F: 'readout' (default) filters the trace with the leak of the readouts, which is the same for all of them; 'none' drops it */
  readonly filter?: Filter;
}

export interface Acting {
  readonly from: string;
  /** default 'transpose' */
  readonly through?: ErrorSignal['through'];
  /** c_H, the strength of the entropy; default 0 */
  readonly entropy?: number;
}

const judged = ({ value, decay }: RewardOptions): { readonly modulator: Modulator; readonly tag: { readonly decay: number } } => ({
  modulator: { of: 'temporalDifference', from: value },
  tag: { decay },
});

const actingTerms = (
  { from, through = 'transpose', entropy = 0 }: Acting,
  filter: Filter,
  reward: Pick<Term, 'modulator' | 'tag'>,
): Term[] => {
  const error: Term = { trace: epropTrace, filter, signal: { of: 'error', from, through }, ...reward };
  return entropy === 0 ? [error] : [error, { trace: epropTrace, filter, signal: { of: 'entropy', from, through, strength: entropy } }];
};

/**
 * Reward-based e-prop (Bellec et al. 2020, eq. 34–38): G = Σ δ T, δ = r + γ V − V′, T ← γλ T + L ē, with one tag T for each synapse and
 * L_j = −C_V B^V_j + Σ_k B_kj (π_k − 1[k = a]), counted in the ticks that decide; beside it the entropy of the policy, c_H Σ_k B_kj π_k (log π_k + H), which no reward
 * modulates. The reward of an action comes with the tick of the next decision, so δ meets the tags of before.
 */
export function rewardEprop(options: RewardEpropOptions): LearningRule {
  const { value, through = 'transpose', filter = 'readout', policies, optimizer } = options;
  const reward = judged(options);
  const critic: Term = { trace: epropTrace, filter, signal: { of: 'error', from: value, through }, ...reward };
  return { terms: [critic, ...policies.flatMap((policy) => actingTerms(policy, filter, reward))], optimizer };
}

/** The same on the weights of a readout that acts or judges, by its own error: G = Σ δ T, T ← γλ T + e x̄. */
export function rewardReadout(
  options: RewardOptions & {
    /** the readout itself */
    readonly from: string;
    /** c_H of a policy, default 0 */
    readonly entropy?: number;
  },
): LearningRule {
  const { from, entropy = 0, optimizer } = options;
  return { terms: actingTerms({ from, through: 'direct', entropy }, 'none', judged(options)), optimizer };
}

export const rewardEpropSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'rewardEprop',
  title: 'reward-based e-prop',
  approximates: 'As e-prop; beside it the value of a state stands for what is still to come, and is itself learned.',
  cells: 'LIF and ALIF',
  fits: 'Decisions whose reward comes later: robots. Feedback may be the live readout weights, random, or adaptive. A synapse keeps a tag beside its trace.',
  source: 'Bellec et al. 2020, Nature Communications 11:3625, eq. 34–38',
  examples: (['LIF', 'ALIF'] as const).map((cell) => ({
    cell,
    plasticity: ({ readout, value, feedback, optimizer }) =>
      rewardEprop({ policies: [{ from: readout, through: { feedback }, entropy: 0.01 }], value, decay: 0.79, optimizer }),
  })),
};

export const rewardReadoutSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'rewardReadout',
  title: 'rewarded delta rule',
  approximates: 'As the delta rule; beside it the value of a state stands for what is still to come.',
  cells: 'integrator',
  fits: 'Policies and values, below which any rule may learn. Alone it is actor-critic on random features, the control of reward-based e-prop; on the inputs it is linear TD(λ).',
  source: 'Bellec et al. 2020, Nature Communications 11:3625, eq. 34–38; TD(λ) Sutton 1988',
  examples: [
    {
      cell: 'readout',
      synapses: 'feedforward',
      plasticity: ({ readout, value, optimizer }) => rewardReadout({ from: readout, value, decay: 0.79, optimizer }),
    },
  ],
};
