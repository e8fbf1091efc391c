import test from 'ava';
import { acrobot } from '../../../apps/worlds/index.ts';
import { environmentChecks } from '../../../runtime/conformance/index.ts';

/**
 * The two-link arm restated from its Lagrangian, M(θ)θ̈ + c(θ, θ̇) + g(θ) = [0, τ], with θ1 from hanging down and θ2 relative to link 1:
 * 2×2 equations solved by Cramer's rule. Constants of Gymnasium's documentation: lengths and masses 1, centers 0.5, inertia 1, g 9.8.
 * The NIPS variant leaves the centrifugal torque of link 1 upon link 2 out.
 */
function acceleration([a, b, va, vb]: readonly number[], torque: number, centrifugal: boolean): [number, number] {
  const [m, l, c, I, g] = [1, 1, 0.5, 1, 9.8];
  const m22 = I + m * c * c;
  const m12 = m22 + m * l * c * Math.cos(b!);
  const m11 = I + m * c * c + m * l * l + m22 + 2 * m * l * c * Math.cos(b!);
  const h = m * l * c * Math.sin(b!);
  const right1 = h * (2 * va! * vb! + vb! * vb!) - m * c * g * Math.sin(a!) - m * g * (l * Math.sin(a!) + c * Math.sin(a! + b!));
  const right2 = torque - (centrifugal ? h * va! * va! : 0) - m * g * c * Math.sin(a! + b!);
  const determinant = m11 * m22 - m12 * m12;
  return [(right1 * m22 - right2 * m12) / determinant, (m11 * right2 - m12 * right1) / determinant];
}

/** Classical Runge–Kutta over 0.2 s, then angles into [−π, π] and speeds within 4π and 9π. */
function next(state: readonly number[], torque: number, centrifugal = true): number[] {
  const slope = (s: readonly number[]): number[] => [s[2]!, s[3]!, ...acceleration(s, torque, centrifugal)];
  const along = (k: readonly number[], time: number): number[] => state.map((x, i) => x + time * k[i]!);
  const k1 = slope(state);
  const k2 = slope(along(k1, 0.1));
  const k3 = slope(along(k2, 0.1));
  const k4 = slope(along(k3, 0.2));
  const [a, b, va, vb] = state.map((x, i) => x + 0.2 * (k1[i]! / 6 + k2[i]! / 3 + k3[i]! / 3 + k4[i]! / 6)) as [
    number,
    number,
    number,
    number,
  ];
  const wrap = (x: number): number => x - 2 * Math.PI * Math.round(x / (2 * Math.PI));
  const clip = (x: number, most: number): number => Math.max(-most, Math.min(most, x));
  return [wrap(a), wrap(b), clip(va, 4 * Math.PI), clip(vb, 9 * Math.PI)];
}

const shown = ([a, b, va, vb]: readonly number[]): number[] => [Math.cos(a!), Math.sin(a!), Math.cos(b!), Math.sin(b!), va!, vb!];
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

for (const dynamics of ['book', 'nips'] as const) {
  test(`${dynamics}: each of 1,000 steps is that of the equations to 1e-12, with its reward and end`, (t) => {
    const world = acrobot({ dynamics });
    const angles = (): number[] => [...(world.state!()['angles'] as Float64Array)];
    world.reset({ seed: 11 });
    let [ends, fast, other] = [0, 0, 0];
    for (let k = 0; k < 1000; k++) {
      const before = angles();
      // Torque with the motion of the elbow swings it up now and then: long enough a course for ends, wraps and high speeds.
      const action = k % 7 === 0 ? 1 : before[3]! > 0 ? 2 : 0;
      const expected = next(before, action - 1, dynamics === 'book');
      other = Math.max(other, difference(next(before, action - 1, dynamics !== 'book'), expected));
      const step = world.step(action);
      t.true(difference(step.observation, shown(expected)) <= 1e-12, `step ${k}: ${step.observation} for ${shown(expected)}`);
      const up = -Math.cos(expected[0]!) - Math.cos(expected[0]! + expected[1]!) > 1;
      t.deepEqual([step.reward, step.terminated], [up ? 0 : -1, up]);
      fast = Math.max(fast, Math.abs(expected[3]!));
      if (step.terminated || step.truncated) {
        ends++;
        const start = world.reset();
        t.true(angles().every((x) => Math.abs(x) <= 0.1));
        t.true(difference(start.observation, shown(angles())) <= 1e-15);
      }
    }
    t.true(ends > 3 && fast > 3, `${ends} ends, ${fast} rad/s`);
    t.true(other > 1e-2, 'the other variant is seen');
  });
}

test('the equations conserve energy where no torque acts, book only', (t) => {
  const energy = ([a, b, va, vb]: readonly number[]): number => {
    const potential = -9.8 * (0.5 * Math.cos(a!) + Math.cos(a!) + 0.5 * Math.cos(a! + b!));
    const center = {
      x: Math.cos(a!) * va! + 0.5 * Math.cos(a! + b!) * (va! + vb!),
      y: Math.sin(a!) * va! + 0.5 * Math.sin(a! + b!) * (va! + vb!),
    };
    return potential + 0.5 * (0.25 * va! ** 2 + va! ** 2 + center.x ** 2 + center.y ** 2 + (va! + vb!) ** 2);
  };
  const rate = (s: readonly number[], centrifugal: boolean): number => {
    const [aa, ab] = acceleration(s, 0, centrifugal);
    const step = 1e-6;
    const later = [s[0]! + step * s[2]!, s[1]! + step * s[3]!, s[2]! + step * aa, s[3]! + step * ab];
    return (energy(later) - energy(s)) / step;
  };
  t.true(Math.abs(rate([0.4, 0.9, 1.1, -0.7], true)) < 1e-4);
  t.true(Math.abs(rate([0.4, 0.9, 1.1, -0.7], false)) > 0.1);
});

test('an arm left alone is cut after 500 steps', (t) => {
  const world = acrobot();
  let step = world.reset({ seed: 1 });
  for (let k = 0; k < 500; k++) step = world.step(1);
  t.like(step, { truncated: true, terminated: false, reward: -1 });
});

for (const { name, run } of environmentChecks(() => acrobot())) test(name, async (t) => t.notThrowsAsync(run()));
