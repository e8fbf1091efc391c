import { checkAction, createDraws, createEpisode, type Environment, type EnvironmentState, exact } from '../../runtime/index.ts';

const GRAVITY = 9.8;
/** of both links, m and kg; their centers sit half way */
const LENGTH = 1;
const CENTER = 0.5;
const MASS = 1;
const INERTIA = 1;
const MAX_SPEED = [4 * Math.PI, 9 * Math.PI] as const;
/** s */
const STEP = 0.2;
const LIMIT = 500;

/** Where the equations come from: the book (Sutton & Barto) has a term in θ̇1² that the paper (Sutton 1996, NIPS) leaves out. */
export interface AcrobotOptions {
  readonly dynamics?: 'book' | 'nips';
}

/** `out` = d[θ1, θ2, θ̇1, θ̇2]/dt under `torque` at the elbow. */
function derivative(s: Float64Array, torque: number, book: boolean, out: Float64Array): void {
  const a = s[0]!;
  const b = s[1]!;
  const va = s[2]!;
  const vb = s[3]!;
  const cosine = exact.cos(b);
  const sine = exact.sin(b);
  const d1 = MASS * CENTER * CENTER + MASS * (LENGTH * LENGTH + CENTER * CENTER + 2 * LENGTH * CENTER * cosine) + INERTIA + INERTIA;
  const d2 = MASS * (CENTER * CENTER + LENGTH * CENTER * cosine) + INERTIA;
  const pull2 = MASS * CENTER * GRAVITY * exact.sin(a + b);
  const turning = MASS * LENGTH * CENTER * sine;
  const pull1 = -turning * vb * vb - 2 * turning * vb * va + (MASS * CENTER + MASS * LENGTH) * GRAVITY * exact.sin(a) + pull2;
  const push = torque + (d2 / d1) * pull1 - (book ? turning * va * va : 0) - pull2;
  const elbow = push / (MASS * CENTER * CENTER + INERTIA - (d2 * d2) / d1);
  out[0] = va;
  out[1] = vb;
  out[2] = -(d2 * elbow + pull1) / d1;
  out[3] = elbow;
}

function wrapped(angle: number): number {
  let x = angle;
  while (x > Math.PI) x -= 2 * Math.PI;
  while (x < -Math.PI) x += 2 * Math.PI;
  return x;
}

const bounded = (x: number, most: number): number => (x > most ? most : x < -most ? -most : x);

/**
 * Acrobot-v1 of Gymnasium: two links hang from a pivot, a torque of −1, 0 or 1 N m (action 0, 1, 2) at the joint between them is to
 * swing the tip one link's length above the pivot, −cos θ1 − cos(θ1 + θ2) > 1. Observation [cos θ1, sin θ1, cos θ2, sin θ2, θ̇1, θ̇2];
 * reward −1 a step, 0 for the last; 500 steps at most. One step of Runge & Kutta (fourth order) of 0.2 s. Everything is in doubles
 * (Gymnasium rounds what it shows to float32).
 */
export function acrobot({ dynamics = 'book' }: AcrobotOptions = {}): Environment<number> {
  const name = 'acrobot-v1';
  const book = dynamics === 'book';
  const high = [1, 1, 1, 1, ...MAX_SPEED];
  const action = { kind: 'discrete', n: 3 } as const;
  const draws = createDraws('acrobot');
  const episode = createEpisode(name, 6, LIMIT);
  /** [θ1, θ2, θ̇1, θ̇2] */
  const s = new Float64Array(4);
  const at = new Float64Array(4);
  const k = Array.from({ length: 4 }, () => new Float64Array(4));
  const show = (): void => {
    const o = episode.observation;
    o[0] = exact.cos(s[0]!);
    o[1] = exact.sin(s[0]!);
    o[2] = exact.cos(s[1]!);
    o[3] = exact.sin(s[1]!);
    o[4] = s[2]!;
    o[5] = s[3]!;
  };
  /** `at` = the state moved along the slope `k` for `time` */
  const moved = (slope: Float64Array, time: number): Float64Array => {
    for (let i = 0; i < 4; i++) at[i] = s[i]! + time * slope[i]!;
    return at;
  };
  return {
    name,
    observation: { kind: 'box', low: high.map((bound) => -bound), high },
    action,
    period: 1000 * STEP,
    limit: LIMIT,
    reset({ seed } = {}) {
      if (seed !== undefined) draws.seed(seed);
      for (let i = 0; i < 4; i++) s[i] = draws.uniform(-0.1, 0.1);
      show();
      return episode.began();
    },
    step(choice) {
      episode.demand();
      checkAction(name, action, choice);
      const torque = choice - 1;
      derivative(s, torque, book, k[0]!);
      derivative(moved(k[0]!, STEP / 2), torque, book, k[1]!);
      derivative(moved(k[1]!, STEP / 2), torque, book, k[2]!);
      derivative(moved(k[2]!, STEP), torque, book, k[3]!);
      for (let i = 0; i < 4; i++) s[i] = s[i]! + (STEP / 6) * (k[0]![i]! + 2 * k[1]![i]! + 2 * k[2]![i]! + k[3]![i]!);
      s[0] = wrapped(s[0]!);
      s[1] = wrapped(s[1]!);
      s[2] = bounded(s[2]!, MAX_SPEED[0]);
      s[3] = bounded(s[3]!, MAX_SPEED[1]);
      show();
      const up = -exact.cos(s[0]) - exact.cos(s[1] + s[0]) > 1;
      return episode.went(up ? 0 : -1, up);
    },
    scene() {
      const elbow = [LENGTH * exact.sin(s[0]!), -LENGTH * exact.cos(s[0]!)] as const;
      const tip = [elbow[0] + LENGTH * exact.sin(s[0]! + s[1]!), elbow[1] - LENGTH * exact.cos(s[0]! + s[1]!)] as const;
      return {
        left: -2.2,
        right: 2.2,
        bottom: -2.2,
        top: 2.2,
        shapes: [
          { kind: 'line', points: [-2.2, 1, 2.2, 1] },
          { kind: 'line', points: [0, 0, ...elbow, ...tip] },
          { kind: 'circle', x: 0, y: 0, radius: 0.08, filled: true },
          { kind: 'circle', x: elbow[0], y: elbow[1], radius: 0.08 },
          { kind: 'text', x: -2.2, y: 2.1, text: `step ${episode.steps}` },
        ],
      };
    },
    state: () => ({ episode: episode.state(), draws: draws.state(), angles: s.slice() }),
    restore(state) {
      draws.restore(state['draws'] as EnvironmentState);
      s.set(state['angles'] as Float64Array);
      return episode.restore(state['episode'] as EnvironmentState);
    },
    close: () => episode.close(),
  };
}
