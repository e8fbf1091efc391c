import { doublePendulum } from '../../worlds/index.ts';
import { gaussianChannels } from '../encoders.ts';
import { baseAgent } from '../network.ts';
import type { RobotTask } from '../task.ts';

/** Cart, both angles by their sine, and their speeds; the cosines and the force of the rail's end are left out. */
const encoder = () => gaussianChannels({ shown: [0, 1, 2, 5, 6, 7], limits: [1, 0.5, 0.5, 1, 1, 3, 5, 5], count: 12 });

export const doublePendulumTask: RobotTask = {
  name: 'double-pendulum',
  summary: 'keeps two poles standing on each other',
  world: doublePendulum,
  encoder,
  settings: {
    ...baseAgent,
    inputs: encoder().size,
    dt: 10,
    actions: { kind: 'gaussian', n: 1, sigma: 0.2 },
    discount: 0.98,
    trace: 0.9,
    optimizer: { kind: 'adam', rate: 1e-4 },
  },
  ticks: 5,
  rewardScale: 0.1,
  mark: 1000,
  episodes: 400,
  controls: ['readout', 'linear', 'frozen'],
};
