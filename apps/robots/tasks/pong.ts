import type { ObservationEncoder } from '../../../runtime/index.ts';
import { pong, pongCourt } from '../../worlds/index.ts';
import { baseAgent } from '../network.ts';
import type { RobotTask } from '../task.ts';

const { width, height } = pongCourt;

/**
 * The court in three pools of pixels, as a fixed convolution: the player's column pixel by pixel, and of all pixels in between the number lit in each row and in
 * each column; what went dark there just now, by row and column too, tells where the ball came from. Lit is the sum of the changes since the game began.
 * Constant currents; the last neuron is a bias of 1.
 */
function encoder(): ObservationEncoder {
  const lit = new Float64Array(width * height);
  const [player, rows, columns, darkRows, darkColumns] = [0, height, 2 * height, 2 * height + width, 3 * height + width];
  const size = 3 * height + 2 * width + 1;
  return {
    size,
    encode(changes, into) {
      into.fill(0);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          lit[i] = lit[i]! + changes[i]!;
          if (x === width - 1) into[player + y] = lit[i]!;
          else if (x > 0) {
            into[rows + y] = into[rows + y]! + lit[i]!;
            into[columns + x] = into[columns + x]! + lit[i]!;
            if (changes[i]! < 0) {
              into[darkRows + y] = 1;
              into[darkColumns + x] = 1;
            }
          }
        }
      }
      into[size - 1] = 1;
    },
    reset: () => void lit.fill(0),
  };
}

/** A game lost without a point is worth −5, one won so 5. */
export const pongTask: RobotTask = {
  name: 'pong',
  summary: 'plays from pixels that change',
  world: pong,
  encoder,
  settings: {
    ...baseAgent,
    inputs: encoder().size,
    dt: 10,
    actions: { kind: 'softmax', n: 3 },
    gain: { input: 1.5, recurrent: 0.2, value: 0.3, policy: 0.03 },
    discount: 0.97,
    trace: 0.9,
    entropy: 0.01,
    optimizer: { kind: 'adam', rate: 3e-4 },
  },
  ticks: 5,
  mark: 0,
  episodes: 120,
  controls: ['readout', 'linear', 'frozen'],
};
