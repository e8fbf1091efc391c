import { doublePendulum } from '../../worlds/index.ts';
import { gaussianChannels } from '../encoders.ts';
import type { RobotTask } from '../task.ts';

/** Cart, both angles by their sine, and their speeds; the cosines and the force of the rail's end are left out. */
const encoder = () => gaussianChannels({ shown: [0, 1, 2, 5, 6, 7], limits: [1, 0.5, 0.5, 1, 1, 3, 5, 5], count: 12 });

export const doublePendulumTask: RobotTask = {
  name: 'double-pendulum',
  summary: 'keeps two poles standing on each other',
  world: doublePendulum,
  encoder,
  settings: {
    inputs: encoder().size,
    dt: 10,
    actions: { kind: 'gaussian', n: 1, sigma: 0.3 },
    neurons: 100,
    adaptive: 0,
    tau: { membrane: 10, readout: 10, adaptation: 100 },
    beta: 0,
    refractory: 2,
    gain: { input: 1, recurrent: 0.5, value: 0.3, policy: 0.03 },
    discount: 0.98,
    trace: 0.8,
    valueCost: 0.5,
    entropy: 0,
    optimizer: { kind: 'adam', rate: 1e-4 },
    learning: { block: 8 },
  },
  ticks: 5,
  rewardScale: 0.1,
  mark: 1000,
  episodes: 2000,
  controls: ['no-recurrence', 'readout', 'linear', 'frozen'],
};
