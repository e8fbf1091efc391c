import test from 'ava';
import { reach, reachRadius } from '../../../apps/worlds/index.ts';
import { environmentChecks } from '../../../runtime/conformance/index.ts';

/** Two unit rotations as complex numbers: the tip of links of 0.5 m. */
function tip(a: number, b: number): [number, number] {
  const [x, y] = [Math.cos(a), Math.sin(a)];
  const [u, v] = [Math.cos(b), Math.sin(b)];
  return [0.5 * (x + x * u - y * v), 0.5 * (y + y * u + x * v)];
}

test('joints move at the speeds that are asked for; the reward is minus the distance', (t) => {
  const world = reach();
  const first = world.reset({ seed: 4 }).observation;
  const goal = [first[4]! + 0.5, first[5]! + 0.5];
  t.true(Math.abs(Math.hypot(first[4]!, first[5]!) - 0.25) < 1e-12, 'a goal is 0.25 m away');
  let [a, b] = [0, Math.PI / 2];
  for (let k = 0; k < 50; k++) {
    const speeds = Float64Array.of(Math.sin(k), Math.cos(2 * k));
    a += 0.04 * 4 * speeds[0]!;
    b += 0.04 * 4 * speeds[1]!;
    const [x, y] = tip(a, b);
    const step = world.step(speeds);
    const expected = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), goal[0]! - x, goal[1]! - y];
    t.true(expected.every((value, i) => Math.abs(value - step.observation[i]!) < 1e-12));
    t.true(Math.abs(step.reward + Math.hypot(goal[0]! - x, goal[1]! - y)) < 1e-12);
    t.is(step.truncated, k === 49);
    t.false(step.terminated);
  }
});

test('all eight goals are drawn, and the transposed Jacobian reaches each; standing still reaches none', (t) => {
  const world = reach();
  const goals = new Set<string>();
  for (let episode = 0; episode < 100; episode++) {
    for (const gain of [10, 0]) {
      let step = world.reset({ seed: episode });
      goals.add(Array.from(step.observation.slice(4), (x) => x.toFixed(6)).join());
      let [a, b] = [0, Math.PI / 2];
      while (!step.truncated) {
        const [dx, dy] = [step.observation[4]!, step.observation[5]!];
        const [x, y] = tip(a, b);
        const [ex, ey] = [x - 0.5 * Math.cos(a), y - 0.5 * Math.sin(a)];
        const clip = (speed: number): number => Math.max(-1, Math.min(1, gain * speed));
        const speeds = Float64Array.of(clip(-y * dx + x * dy), clip(-ey * dx + ex * dy));
        a += 0.16 * speeds[0]!;
        b += 0.16 * speeds[1]!;
        step = world.step(speeds);
      }
      t.is(-step.reward < reachRadius, gain > 0, `${step.reward}`);
    }
  }
  t.is(goals.size, 8);
});

for (const { name, run } of environmentChecks(reach)) test(name, async (t) => t.notThrowsAsync(run()));

test('goals may be named: only those are drawn', (t) => {
  const world = reach({ goals: [2, 2, 6] });
  world.reset({ seed: 1 });
  const heights = Array.from({ length: 40 }, () => world.reset().observation[5]!);
  t.true(heights.every((y) => Math.abs(Math.abs(y) - 0.25) < 1e-12));
  t.true(heights.some((y) => y > 0) && heights.some((y) => y < 0));
});
