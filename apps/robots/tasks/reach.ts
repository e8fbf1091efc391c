import { reach } from '../../worlds/index.ts';
import { gaussianChannels } from '../encoders.ts';
import { baseAgent } from '../network.ts';
import type { RobotTask } from '../task.ts';

/** Both joints by cosine and sine, then goal − tip, m. */
const encoder = () => gaussianChannels({ shown: [0, 1, 2, 3, 4, 5], limits: [1, 1, 1, 1, 0.6, 0.6], count: 12 });

/** Standing still is worth −12.5. */
export const reachTask: RobotTask = {
  name: 'reach',
  summary: 'an arm of two joints goes to its goals',
  world: () => reach(),
  encoder,
  settings: {
    ...baseAgent,
    inputs: encoder().size,
    dt: 8,
    actions: { kind: 'gaussian', n: 2, sigma: 0.4 },
    discount: 0.9,
    trace: 0.8,
    optimizer: { kind: 'adam', rate: 1e-4 },
  },
  ticks: 5,
  mark: -4,
  episodes: 400,
  controls: ['no-recurrence', 'readout', 'linear', 'frozen'],
};
