import type { Ms } from '../../units.ts';
import type { LearningRule, Modulator, Optimizer, SpikeTiming } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface StdpOptions extends Omit<SpikeTiming, 'reward'> {
  readonly optimizer: Optimizer;
}

/** Triplets in all-to-all pairing as fitted to visual cortex in vitro. (Pfister & Gerstner 2006, all-to-all, as in NEST’s stdp_triplet_synapse) */
export const visualCortexTriplets: Omit<SpikeTiming, 'reward'> = {
  pairing: 'all',
  potentiation: { tau: 16.8, pair: 5e-10, triplet: { tau: 125, amount: 6.2e-3 } },
  depression: { tau: 33.7, pair: 7e-3, triplet: { tau: 101, amount: 2.3e-4 } },
};

/**
 * Spike-timing-dependent plasticity, of pairs and triplets (Pfister & Gerstner 2006, eq. 3–4): Δw_ji = η Σ_t z_j r_i (A₂⁺ + A₃⁺ o₂_j) − x_i(t−d) o_j (A₂⁻ + A₃⁻ r₂_i), with traces
 * r, r₂ of presynaptic and o, o₂ of postsynaptic spikes that are read before the spikes of their tick are counted in.
 */
export const stdp = ({ optimizer, ...timing }: StdpOptions): LearningRule => ({ terms: [], timing, optimizer });

export interface RewardStdpOptions extends StdpOptions {
  /** M, a temporal difference or a reward above its running mean */
  readonly modulator: Modulator;
  /** τ_c, default 1000 ms */
  readonly tauEligibility?: Ms;
}

/**
 * Reward-modulated STDP (Florian 2007; Izhikevich 2007): c ← c e^(−dt/τ_c) + STDP(t), and at each label event Δw = η M c, M what a reward says: r − r̄ or the temporal difference.
 */
export const rewardStdp = ({ optimizer, modulator, tauEligibility = 1000, ...timing }: RewardStdpOptions): LearningRule => ({
  terms: [],
  timing: { ...timing, reward: { modulator, tauEligibility } },
  optimizer,
});

export const stdpSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'stdp',
  title: 'STDP',
  approximates: 'No gradient: correlations in time, without an aim. Without bounds or homeostasis weights run away.',
  cells: 'LIF and ALIF',
  fits: 'Features and sequences without a teacher. Constants are good for the pairing that they were fitted with alone.',
  source: 'Pfister & Gerstner 2006, J. Neurosci. 26:9673, eq. 3–4; Bi & Poo 1998, J. Neurosci. 18:10464',
  examples: [
    { cell: 'LIF', form: 'triplets', plasticity: ({ optimizer }) => stdp({ ...visualCortexTriplets, optimizer }) },
    {
      cell: 'ALIF',
      form: 'pairs',
      plasticity: ({ optimizer }) =>
        stdp({ pairing: 'nearest', potentiation: { tau: 20, pair: 0.01 }, depression: { tau: 20, pair: 0.0105 }, optimizer }),
    },
  ],
};

export const rewardStdpSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'rewardStdp',
  title: 'reward-modulated STDP',
  approximates:
    'No gradient: that a reward followed a correlation stands for that the correlation brought it. Nothing says which way a neuron mattered.',
  cells: 'LIF and ALIF',
  fits: 'The baseline of reward-based e-prop: the same modulator, and no learning signal of a neuron. A synapse keeps its eligibility.',
  source: 'Florian 2007, Neural Computation 19:1468; Izhikevich 2007, Cerebral Cortex 17:2443',
  examples: (['LIF', 'ALIF'] as const).map((cell) => ({
    cell,
    plasticity: ({ value, optimizer }) =>
      rewardStdp({ ...visualCortexTriplets, modulator: { of: 'temporalDifference', from: value }, optimizer }),
  })),
};
