import type { Ms } from '../../units.ts';
import type { Calcium, LearningRule, Modulator, Optimizer, PairRule, SpikePairs } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface StdpOptions extends Omit<SpikePairs, 'reward'> {
  readonly optimizer: Optimizer;
}

/** Triplets in all-to-all pairing as fitted to visual cortex in vitro. (Pfister & Gerstner 2006, all-to-all, as in NEST’s stdp_triplet_synapse) */
export const visualCortexTriplets: Omit<SpikePairs, 'reward'> = {
  pairing: 'all',
  potentiation: { tau: 16.8, pair: 5e-10, triplet: { tau: 125, amount: 6.2e-3 } },
  depression: { tau: 33.7, pair: 7e-3, triplet: { tau: 101, amount: 2.3e-4 } },
};

/**
 * Spike-timing-dependent plasticity, of pairs and triplets (Pfister & Gerstner 2006, eq. 3–4): Δw_ji = η Σ_t z_j r_i (A₂⁺ + A₃⁺ o₂_j) − x_i(t−d) o_j (A₂⁻ + A₃⁻ r₂_i), with traces
 * r, r₂ of presynaptic and o, o₂ of postsynaptic spikes that are read before the spikes of their tick are counted in.
 */
export const stdp = ({ optimizer, ...timing }: StdpOptions): PairRule => ({ terms: [], timing, optimizer });

export interface CalciumStdpOptions extends Omit<Calcium, 'pairing' | 'reward'> {
  readonly optimizer: Optimizer;
}

/** As fitted to slices of cortex, without the delay of 4.6 ms by which a presynaptic spike's calcium follows it. (Graupner & Brunel 2012, table S2) */
export const corticalCalcium: Omit<Calcium, 'pairing' | 'reward'> = {
  ...{ tau: 22.6936, pre: 0.5617539, post: 1.23964, tauWeight: 346_361.5 },
  potentiation: { threshold: 1.3, rate: 725.085 },
  depression: { threshold: 1, rate: 331.909 },
};

/**
 * Calcium-based STDP (Graupner & Brunel 2012, eq. 1, without double well and noise): Δw_ji = η Σ_t (dt/τ_w) (γ_p (W − w_ji) [c_ji > θ_p] − γ_d w_ji [c_ji > θ_d]), c_ji the calcium
 * that the spikes of both sides have brought.
 */
export const calciumStdp = ({ optimizer, ...calcium }: CalciumStdpOptions): LearningRule => ({
  terms: [],
  timing: { pairing: 'calcium', ...calcium },
  optimizer,
});

export interface RewardStdpOptions extends StdpOptions {
  /** M, a temporal difference or a reward above its running mean */
  readonly modulator: Modulator;
  /** τ_c, default 1000 ms */
  readonly tauEligibility?: Ms;
}

/**
 * Reward-modulated STDP (Florian 2007; Izhikevich 2007): c ← c e^(−dt/τ_c) + STDP(t), and at each label event Δw = η M c, M what a reward says: r − r̄ or the temporal difference.
 */
export const rewardStdp = ({ optimizer, modulator, tauEligibility = 1000, ...timing }: RewardStdpOptions): PairRule => ({
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

export const calciumStdpSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'calciumStdp',
  title: 'calcium-based STDP',
  approximates: 'No gradient: how much calcium two neurons have brought, whichever spiked first. Weights stay within soft bounds.',
  cells: 'LIF and ALIF',
  fits: 'What pairs and rates of spikes do to a synapse by one mechanism, from constants that were measured.',
  source: 'Graupner & Brunel 2012, PNAS 109:3991, eq. 1, table S2',
  examples: (['LIF', 'ALIF'] as const).map((cell) => ({
    cell,
    plasticity: ({ optimizer }) => calciumStdp({ ...corticalCalcium, optimizer }),
  })),
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
