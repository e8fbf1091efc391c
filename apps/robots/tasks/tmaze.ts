import { tmaze } from '../../worlds/index.ts';
import { signedChannels } from '../encoders.ts';
import type { RobotTask } from '../task.ts';

const encoder = () => signedChannels({ count: 3 });

/** Half of the neurons adapt, slowly enough to remember the cues over the corridor. Turning by chance is worth 0.5. */
export const tmazeTask: RobotTask = {
  name: 'tmaze',
  summary: 'counts cues and turns to the side that had more',
  world: () => tmaze(),
  encoder,
  settings: {
    inputs: encoder().size,
    dt: 30,
    actions: { kind: 'softmax', n: 2 },
    neurons: 100,
    adaptive: 50,
    tau: { membrane: 2, readout: 2, adaptation: 70 },
    beta: 0.1,
    refractory: 1,
    gain: { input: 1.2, recurrent: 1, value: 0.3, policy: 0.03 },
    discount: 1,
    trace: 0.9,
    valueCost: 0.5,
    entropy: 0,
    optimizer: { kind: 'adam', rate: 1e-3 },
    learning: { block: 8 },
  },
  ticks: 5,
  mark: 0.9,
  episodes: 3000,
  controls: ['no-recurrence', 'readout', 'linear', 'frozen'],
};
