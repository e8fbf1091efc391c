import { cartpole, cartpoleVersions } from '../../worlds/index.ts';
import { gaussianChannels } from '../encoders.ts';
import { type AgentSettings, baseAgent } from '../network.ts';
import type { RobotTask } from '../task.ts';

/** Observations beyond these are cut: m, m/s, rad, rad/s. */
const LIMITS = [2.4, 2.5, 0.21, 2.5];

export const cartpoleEncoder = (shown: readonly number[] = [0, 1, 2, 3]) => gaussianChannels({ shown, limits: LIMITS, count: 16 });

export const cartpoleSettings: AgentSettings = {
  ...baseAgent,
  inputs: cartpoleEncoder().size,
  dt: 4,
  actions: { kind: 'softmax', n: 2 },
  discount: 0.99,
  trace: 0.8,
  // Quick while the pole falls, slow once it stands: a rate that stays high unlearns what was good.
  optimizer: { kind: 'adam', rate: { kind: 'linear', initial: 3e-4, final: 5e-5, updates: 60_000 } },
  others: {
    'reward-stdp': { pairing: 'all', potentiation: { tau: 20, pair: 1 }, depression: { tau: 20, pair: 1.05 }, tauEligibility: 300 },
    'weight-perturbation': { sigma: 0.02, against: { mean: 0.1 }, optimizer: { kind: 'adam', rate: 3e-3 } },
    'node-perturbation': { sigma: 0.2, against: { mean: 0.1 }, optimizer: { kind: 'adam', rate: 3e-4 } },
  },
};

/** Position and angle alone: what moves must be told from what was. */
const STILL = [0, 2];

/** A threshold that rises for long with every spike answers to change: the memory of what is not shown. */
const hiddenSettings: AgentSettings = {
  ...cartpoleSettings,
  inputs: cartpoleEncoder(STILL).size,
  adaptive: 100,
  beta: 2,
};

/** Episodes in which each version is to be solved. */
const EPISODES = { v0: 800, v1: 1200 } as const;

export const cartpoleTask = (version: keyof typeof cartpoleVersions, hiddenVelocities = false): RobotTask => ({
  name: `cartpole-${version}${hiddenVelocities ? '-hidden-velocities' : ''}`,
  summary: `balances a pole by reward${hiddenVelocities ? ', and sees no velocity' : ''}`,
  world: () => cartpole(version),
  encoder: () => cartpoleEncoder(hiddenVelocities ? STILL : undefined),
  settings: hiddenVelocities ? hiddenSettings : cartpoleSettings,
  ticks: 5,
  mark: cartpoleVersions[version].solved,
  episodes: EPISODES[version],
  controls: ['no-recurrence', 'readout', 'reward-stdp', 'linear', 'weight-perturbation', 'node-perturbation'],
});
