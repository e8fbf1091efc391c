import { acrobot } from '../../worlds/index.ts';
import { gaussianChannels } from '../encoders.ts';
import { baseAgent } from '../network.ts';
import type { RobotTask } from '../task.ts';

/** Both angles by cosine and sine, and their speeds, rad/s; faster ones are cut. */
const encoder = () => gaussianChannels({ shown: [0, 1, 2, 3, 4, 5], limits: [1, 1, 1, 1, 6, 10], count: 12 });

/** Each step costs 1 until the tip is up; an episode in which it never is costs 500. */
export const acrobotTask: RobotTask = {
  name: 'acrobot-v1',
  summary: 'swings two links up by a torque between them',
  world: () => acrobot(),
  encoder,
  settings: {
    ...baseAgent,
    inputs: encoder().size,
    dt: 40,
    actions: { kind: 'softmax', n: 3 },
    discount: 0.99,
    trace: 0.9,
    entropy: 0.01,
    optimizer: { kind: 'adam', rate: { kind: 'linear', initial: 3e-4, final: 5e-5, updates: 60_000 } },
  },
  ticks: 5,
  rewardScale: 0.1,
  mark: -100,
  episodes: 400,
  controls: ['no-recurrence', 'readout', 'linear', 'frozen'],
};
