import { tmaze } from '../../worlds/index.ts';
import { signedChannels } from '../encoders.ts';
import { baseAgent } from '../network.ts';
import type { RobotTask } from '../task.ts';

const encoder = () => signedChannels({ count: 3 });

/** Half of the neurons adapt, slowly enough to remember the cues over the corridor. Turning by chance is worth 0.5. */
export const tmazeTask: RobotTask = {
  name: 'tmaze',
  summary: 'counts cues and turns to the side that had more',
  world: () => tmaze(),
  encoder,
  settings: {
    ...baseAgent,
    inputs: encoder().size,
    dt: 30,
    actions: { kind: 'softmax', n: 2 },
    adaptive: 50,
    tau: { membrane: 2, readout: 2, adaptation: 70 },
    beta: 0.2,
    refractory: 1,
    gain: { input: 1.2, recurrent: 0.5, value: 0.3, policy: 0.03 },
    discount: 1,
    // what earlier steps did is worth nothing: the memory is in the eligibility traces
    trace: 0,
    entropy: 0.01,
    optimizer: { kind: 'adam', rate: 3e-4 },
  },
  ticks: 5,
  mark: 0.85,
  episodes: 2400,
  controls: ['no-recurrence', 'readout', 'frozen'],
};
