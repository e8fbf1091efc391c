import { pong, pongCourt } from '../../worlds/index.ts';
import { changedPixels } from '../encoders.ts';
import type { RobotTask } from '../task.ts';

const encoder = () => changedPixels({ count: pongCourt.width * pongCourt.height });

/** A game lost without a point is worth −5, one won so 5. */
export const pongTask: RobotTask = {
  name: 'pong',
  summary: 'plays from pixels that change',
  world: pong,
  encoder,
  settings: {
    inputs: encoder().size,
    dt: 10,
    actions: { kind: 'softmax', n: 3 },
    neurons: 100,
    adaptive: 0,
    tau: { membrane: 10, readout: 10, adaptation: 100 },
    beta: 0,
    refractory: 2,
    gain: { input: 8, recurrent: 0.5, value: 0.3, policy: 0.03 },
    discount: 0.97,
    trace: 0.9,
    valueCost: 0.5,
    entropy: 0,
    optimizer: { kind: 'adam', rate: 2e-4 },
    learning: { block: 8 },
  },
  ticks: 5,
  mark: 0,
  episodes: 2000,
  controls: ['no-recurrence', 'readout', 'linear', 'frozen'],
};
