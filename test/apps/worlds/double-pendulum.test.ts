import test from 'ava';
import { doublePendulum } from '../../../apps/worlds/index.ts';
import { environmentChecks } from '../../../runtime/conformance/index.ts';

const [LENGTH, RADIUS, DENSITY] = [0.6, 0.045, 1000];
/** A capsule: a cylinder between two half balls, of MuJoCo's standard density; the inertia across its axis by Steiner. */
function capsule(radius: number, length: number): { mass: number; inertia: number } {
  const cylinder = DENSITY * Math.PI * radius ** 2 * length;
  const ball = DENSITY * (4 / 3) * Math.PI * radius ** 3;
  // Each half ball has its center of mass 3r/8 from its flat side.
  const own = (2 / 5) * ball * radius ** 2 - ball * ((3 / 8) * radius) ** 2;
  const inertia = cylinder * (radius ** 2 / 4 + length ** 2 / 12) + own + ball * (length / 2 + (3 / 8) * radius) ** 2;
  return { mass: cylinder + ball, inertia };
}
const cart = capsule(0.1, 0.2).mass;
const { mass, inertia } = capsule(RADIUS, LENGTH);

type Vector = readonly number[];
const determinant = ([a, b, c]: readonly Vector[]): number =>
  a![0]! * (b![1]! * c![2]! - b![2]! * c![1]!) -
  a![1]! * (b![0]! * c![2]! - b![2]! * c![0]!) +
  a![2]! * (b![0]! * c![1]! - b![1]! * c![0]!);

/**
 * Accelerations of [x, θ1, θ2] from the Lagrangian in the absolute angles φ1 = θ1, φ2 = θ1 + θ2 from upright: both poles' centers half way,
 * gravity (1e-5, −9.81), damping 0.05 on each joint, force u on the cart.
 */
function acceleration(s: Vector, u: number, damping = 0.05): number[] {
  const [, a, b, v, va, vb] = s as [number, number, number, number, number, number];
  const [p1, p2, w1, w2] = [a, a + b, va, va + vb];
  const [l, c] = [LENGTH, LENGTH / 2];
  const [c1, c2, c12, s12] = [Math.cos(p1), Math.cos(p2), Math.cos(p1 - p2), Math.sin(p1 - p2)];
  const M = [
    [cart + 2 * mass, (mass * c + mass * l) * c1, mass * c * c2],
    [(mass * c + mass * l) * c1, mass * c * c + mass * l * l + inertia, mass * l * c * c12],
    [mass * c * c2, mass * l * c * c12, mass * c * c + inertia],
  ];
  const [gx, gz] = [1e-5, 9.81];
  const [t1, t2] = [-damping * va, -damping * vb];
  const right = [
    u - damping * v + (mass * c + mass * l) * Math.sin(p1) * w1 * w1 + mass * c * Math.sin(p2) * w2 * w2 + (cart + 2 * mass) * gx,
    t1 - t2 - mass * l * c * s12 * w2 * w2 + (mass * c + mass * l) * (gz * Math.sin(p1) + gx * c1),
    t2 + mass * l * c * s12 * w1 * w1 + mass * c * (gz * Math.sin(p2) + gx * c2),
  ];
  const whole = determinant(M);
  const [ax, a1, a2] = [0, 1, 2].map((column) => determinant(M.map((row, i) => row.map((m, j) => (j === column ? right[i]! : m)))) / whole);
  return [ax!, a1!, a2! - a1!];
}

/** Five Runge–Kutta steps of 10 ms; the tip is that of the last stage, which is where the engine leaves it. */
function next(state: Vector, u: number, damping?: number): { state: number[]; x: number; y: number } {
  let s = [...state];
  let last = s;
  for (let k = 0; k < 5; k++) {
    const slope = (at: Vector): number[] => [...at.slice(3), ...acceleration(at, u, damping)];
    const along = (d: Vector, h: number): number[] => s.map((value, i) => value + h * d[i]!);
    const k1 = slope(s);
    const k2 = slope(along(k1, 0.005));
    const k3 = slope(along(k2, 0.005));
    last = along(k3, 0.01);
    const k4 = slope(last);
    s = s.map((value, i) => value + (0.01 / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  const both = last[1]! + last[2]!;
  return { state: s, x: last[0]! + 0.6 * (Math.sin(last[1]!) + Math.sin(both)), y: 0.6 * (Math.cos(last[1]!) + Math.cos(both)) };
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

test('each of 1,000 steps is that of the Lagrangian to 1e-10, with Gymnasium’s reward and end', async (t) => {
  const world = await doublePendulum();
  const stateOf = (): number[] => {
    const { qpos, qvel } = world.state!() as unknown as Record<string, Float64Array>;
    return [...qpos!, ...qvel!];
  };
  let step = world.reset({ seed: 2 });
  let [compared, ends, undamped] = [0, 0, 0];
  const action = new Float64Array(1);
  for (let k = 0; k < 1000; k++) {
    const before = stateOf();
    action[0] = 0.1 * Math.sin(k * 1.7);
    const expected = next(before, 500 * action[0]);
    step = world.step(action);
    // The rail's end pushes back within a centimeter of it: the engine's affair.
    const free = Math.abs(before[0]!) < 0.8 && Math.abs(expected.state[0]!) < 0.9;
    if (free) {
      compared++;
      t.true(difference(stateOf(), expected.state) <= 1e-10, `step ${k}: ${stateOf()} for ${expected.state}`);
      undamped = Math.max(undamped, difference(next(before, 500 * action[0], 0).state, expected.state));
      const [x, a, b, v, va, vb] = expected.state as [number, number, number, number, number, number];
      const clip = (value: number): number => Math.max(-10, Math.min(10, value));
      const shown = [x, Math.sin(a), Math.sin(b), Math.cos(a), Math.cos(b), clip(v), clip(va), clip(vb), 0];
      t.true(difference(step.observation, shown) <= 1e-10);
      const fallen = expected.y <= 1;
      const reward = (fallen ? 0 : 10) - (0.01 * expected.x ** 2 + (expected.y - 2) ** 2) - (1e-3 * va ** 2 + 5e-3 * vb ** 2);
      t.true(Math.abs(step.reward - reward) <= 1e-9, `${step.reward} for ${reward}`);
      t.is(step.terminated, fallen);
    }
    if (step.terminated || step.truncated) {
      ends++;
      world.reset();
    }
  }
  t.true(compared > 900 && ends > 50, `${compared} compared, ${ends} ends`);
  t.true(undamped > 1e-5, 'damping is seen');
  world.close();
});

for (const { name, run } of environmentChecks(doublePendulum, { steps: 200 })) test(name, async (t) => t.notThrowsAsync(run()));
