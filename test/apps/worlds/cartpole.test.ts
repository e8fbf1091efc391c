import test from 'ava';
import { cartpole } from '../../../apps/worlds/index.ts';
import { environmentChecks } from '../../../runtime/conformance/index.ts';

/**
 * Gymnasium's CartPole, restated from its documentation and the equations of Florian (2007) without friction, which it names:
 * solving (M+m)ẍ + mℓ(θ̈ cos θ − θ̇² sin θ) = F and (4/3)mℓ²θ̈ + mℓẍ cos θ = mgℓ sin θ as two linear equations for ẍ and θ̈.
 */
function next([x, v, angle, turn]: readonly number[], push: number): number[] {
  const [M, m, l, g, tau] = [1, 0.1, 0.5, 9.8, 0.02];
  const F = push === 1 ? 10 : -10;
  const [a, b, c] = [M + m, m * l * Math.cos(angle!), F + m * l * turn! ** 2 * Math.sin(angle!)];
  const [d, e, f] = [m * l * Math.cos(angle!), (4 / 3) * m * l ** 2, m * g * l * Math.sin(angle!)];
  const determinant = a * e - b * d;
  const linear = (c * e - b * f) / determinant;
  const angular = (a * f - c * d) / determinant;
  return [x! + tau * v!, v! + tau * linear, angle! + tau * turn!, turn! + tau * angular];
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

/** mulberry32: not one of ours. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const version of ['v0', 'v1'] as const) {
  test(`${version}: 1,000 steps are those of the published equations to 1e-12, with their rewards and ends`, (t) => {
    const world = cartpole(version);
    const draw = generator(5);
    let expected = [...world.reset({ seed: 3 }).observation];
    let wrong = 0;
    for (let k = 0; k < 1000; k++) {
      const push = draw() < 0.5 ? 0 : 1;
      wrong = Math.max(wrong, difference(next(expected, 1 - push), next(expected, push)));
      expected = next(expected, push);
      const step = world.step(push);
      t.true(difference(step.observation, expected) <= 1e-12, `step ${k}`);
      t.is(step.reward, 1);
      t.is(step.terminated, Math.abs(expected[0]!) > 2.4 || Math.abs(expected[2]!) > (12 * Math.PI) / 180);
      t.false(step.truncated);
      if (step.terminated) {
        expected = [...world.reset().observation];
        t.true(expected.every((x) => Math.abs(x) <= 0.05));
        t.true(new Set(expected).size === 4, 'every number is drawn for itself');
      }
    }
    t.true(wrong > 0.1, 'the other push is seen');
  });

  test(`${version}: a pole that is kept up is cut at the limit`, (t) => {
    const world = cartpole(version);
    let step = world.reset({ seed: 1 });
    let steps = 0;
    while (!step.terminated && !step.truncated) {
      const [x, v, angle, turn] = step.observation as unknown as [number, number, number, number];
      step = world.step(angle + 0.3 * turn + 0.02 * x + 0.05 * v > 0 ? 1 : 0);
      steps++;
    }
    t.deepEqual(
      { steps, truncated: step.truncated, terminated: step.terminated },
      { steps: world.limit, truncated: true, terminated: false },
    );
    t.is(world.limit, version === 'v0' ? 200 : 500);
  });

  for (const { name, run } of environmentChecks(() => cartpole(version))) test(`${version}: ${name}`, async (t) => t.notThrowsAsync(run()));
}
