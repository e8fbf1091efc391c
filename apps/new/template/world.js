/**
 * The world of the robot: a cart on a rail, and a light that it should stand under. Put your simulation, or your robot, in its place: `ganglion/conformance` holds
 * an Environment to its contract.
 */
const [LENGTH, SPEED, STEPS] = [1, 0.1, 40];

/** @returns {import('ganglion').Environment<number>} */
export function cart() {
  let [seed, position, light, steps, running] = [1, 0, 0, 0, false];
  const step = { observation: new Float64Array(1), reward: 0, terminated: false, truncated: false };

  /** A number from −1 to 1 (xorshift32): the world is determined by its seed and the actions. */
  function draw() {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed / 2 ** 31;
  }

  function show(reward) {
    step.observation[0] = light - position;
    step.reward = reward;
    step.truncated = steps === STEPS;
    running = !step.truncated;
    return step;
  }

  return {
    name: 'cart',
    observation: { kind: 'box', low: [-2 * LENGTH], high: [2 * LENGTH] },
    action: { kind: 'discrete', n: 3 }, // left, stay, right
    period: 20,
    limit: STEPS,
    reset(options) {
      if (options?.seed !== undefined) seed = options.seed | 0 || 1;
      [position, light, steps] = [draw() * LENGTH, draw() * LENGTH, 0];
      return show(0);
    },
    step(action) {
      if (!running) throw new Error('reset first');
      if (![0, 1, 2].includes(action)) throw new RangeError(`0, 1 or 2 required, got ${action}`);
      position = Math.max(-LENGTH, Math.min(LENGTH, position + SPEED * (action - 1)));
      steps++;
      return show(-Math.abs(light - position));
    },
    close() {
      running = false;
    },
  };
}
