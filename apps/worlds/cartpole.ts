import { checkAction, createDraws, createEpisode, type Environment, type EnvironmentState, exact } from '../../runtime/index.ts';

const GRAVITY = 9.8;
const MASS_CART = 1;
const MASS_POLE = 0.1;
const MASS = MASS_CART + MASS_POLE;
/** half of the pole's length */
const LENGTH = 0.5;
const FORCE = 10;
/** s */
const TAU = 0.02;
const X_LIMIT = 2.4;
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360;

/** Most steps of an episode, and the mean return over 100 episodes at which the task counts as solved. */
export const cartpoleVersions = { v0: { limit: 200, solved: 195 }, v1: { limit: 500, solved: 475 } } as const;

/**
 * CartPole of Barto, Sutton & Anderson (1983) with the constants, the Euler step and the episodes of Gymnasium's CartPole-v0 and -v1:
 * observation [x, ẋ, θ, θ̇], action 0 pushes with 10 N to the left, 1 to the right, reward 1 a step, terminated where |x| > 2.4 m or
 * |θ| > 12°. The state is in doubles (Gymnasium rounds what it shows to float32); sine and cosine are our own, with the same bits everywhere.
 */
export function cartpole(version: keyof typeof cartpoleVersions = 'v1'): Environment<number> {
  const { limit } = cartpoleVersions[version];
  const name = `cartpole-${version}`;
  const infinite = Number.POSITIVE_INFINITY;
  const high = [2 * X_LIMIT, infinite, 2 * ANGLE_LIMIT, infinite];
  const action = { kind: 'discrete', n: 2 } as const;
  const draws = createDraws('cartpole');
  const episode = createEpisode(name, 4, limit);
  const s = episode.observation;
  return {
    name,
    observation: { kind: 'box', low: high.map((bound) => -bound), high },
    action,
    period: 1000 * TAU,
    limit,
    reset({ seed } = {}) {
      if (seed !== undefined) draws.seed(seed);
      for (let i = 0; i < 4; i++) s[i] = draws.uniform(-0.05, 0.05);
      return episode.began();
    },
    step(push) {
      episode.demand();
      checkAction(name, action, push);
      const x = s[0]!;
      const v = s[1]!;
      const angle = s[2]!;
      const turn = s[3]!;
      const force = push === 1 ? FORCE : -FORCE;
      const cosine = exact.cos(angle);
      const sine = exact.sin(angle);
      const common = (force + MASS_POLE * LENGTH * turn * turn * sine) / MASS;
      const angular = (GRAVITY * sine - cosine * common) / (LENGTH * (4 / 3 - (MASS_POLE * cosine * cosine) / MASS));
      const linear = common - (MASS_POLE * LENGTH * angular * cosine) / MASS;
      s[0] = x + TAU * v;
      s[1] = v + TAU * linear;
      s[2] = angle + TAU * turn;
      s[3] = turn + TAU * angular;
      return episode.went(1, s[0] < -X_LIMIT || s[0] > X_LIMIT || s[2] < -ANGLE_LIMIT || s[2] > ANGLE_LIMIT);
    },
    scene() {
      const x = s[0]!;
      const tip = [x + 2 * LENGTH * exact.sin(s[2]!), 0.15 + 2 * LENGTH * exact.cos(s[2]!)] as const;
      return {
        left: -X_LIMIT,
        right: X_LIMIT,
        bottom: -0.3,
        top: 1.3,
        shapes: [
          { kind: 'line', points: [-X_LIMIT, 0, X_LIMIT, 0] },
          { kind: 'line', points: [x - 0.25, 0, x - 0.25, 0.15, x + 0.25, 0.15, x + 0.25, 0] },
          { kind: 'line', points: [x, 0.15, ...tip] },
          { kind: 'text', x: -X_LIMIT, y: 1.25, text: `step ${episode.steps}` },
        ],
      };
    },
    state: () => ({ episode: episode.state(), draws: draws.state() }),
    restore(state) {
      draws.restore(state['draws'] as EnvironmentState);
      return episode.restore(state['episode'] as EnvironmentState);
    },
    close: () => episode.close(),
  };
}
