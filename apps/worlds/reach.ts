import { checkAction, createDraws, createEpisode, type Environment, type EnvironmentState, exact } from '../../runtime/index.ts';

/** of both links, m */
const LENGTH = 0.5;
/** rad/s at action ±1 */
const SPEED = 4;
/** s */
const STEP = 0.04;
const LIMIT = 50;
/** where the arm starts: the tip at (0.5, 0.5) */
const START = [0, Math.PI / 2] as const;
/** eight goals, evenly on this circle around the tip's start, m */
const GOALS = 8;
const CIRCLE = 0.25;
const CLOSE = 0.05;

const ALL = Array.from({ length: GOALS }, (_, k) => k);

export interface ReachOptions {
  /** goals that are drawn from, by their number counterclockwise from the right, 0 to 7; one that stands twice is drawn twice as often; default all */
  readonly goals?: readonly number[];
}

/** How near the tip has to be to its goal to have reached it, m. */
export const reachRadius = CLOSE;

/**
 * Reaching with an arm of two joints in the plane, after the task of Bellec et al. (2020), in a form of our own: both links 0.5 m, the action
 * is the speed of each joint in units of 4 rad/s, one of eight goals on a circle of 0.25 m around the tip's start is drawn at every reset and
 * stays in sight, and the reward is minus the distance from tip to goal (m) at every step of 40 ms, for 50 steps.
 * Observation [cos θ1, sin θ1, cos θ2, sin θ2, goal − tip in x, in y].
 */
export function reach({ goals = ALL }: ReachOptions = {}): Environment<Float64Array> {
  const name = 'reach';
  const action = { kind: 'box', low: [-1, -1], high: [1, 1] } as const;
  const draws = createDraws('reach');
  const episode = createEpisode(name, 6, LIMIT);
  const o = episode.observation;
  /** [θ1, θ2, goal x, goal y] */
  const s = new Float64Array(4);
  const far = 2 * LENGTH + Math.SQRT2 * LENGTH + CIRCLE;
  const high = [1, 1, 1, 1, far, far];
  const show = (): void => {
    const both = s[0]! + s[1]!;
    o[0] = exact.cos(s[0]!);
    o[1] = exact.sin(s[0]!);
    o[2] = exact.cos(s[1]!);
    o[3] = exact.sin(s[1]!);
    o[4] = s[2]! - LENGTH * (o[0] + exact.cos(both));
    o[5] = s[3]! - LENGTH * (o[1] + exact.sin(both));
  };
  return {
    name,
    observation: { kind: 'box', low: high.map((bound) => -bound), high },
    action,
    period: 1000 * STEP,
    limit: LIMIT,
    reset({ seed } = {}) {
      if (seed !== undefined) draws.seed(seed);
      const angle = (2 * Math.PI * goals[draws.integer(goals.length)]!) / GOALS;
      s[0] = START[0];
      s[1] = START[1];
      s[2] = LENGTH + CIRCLE * exact.cos(angle);
      s[3] = LENGTH + CIRCLE * exact.sin(angle);
      show();
      return episode.began();
    },
    step(speeds) {
      episode.demand();
      checkAction(name, action, speeds);
      for (let i = 0; i < 2; i++) s[i] = s[i]! + STEP * SPEED * speeds[i]!;
      show();
      return episode.went(-Math.sqrt(o[4]! * o[4]! + o[5]! * o[5]!), false);
    },
    scene() {
      const elbow = [LENGTH * o[0]!, LENGTH * o[1]!] as const;
      const circles = ALL.map((k) => {
        const angle = (2 * Math.PI * k) / GOALS;
        return [LENGTH + CIRCLE * exact.cos(angle), LENGTH + CIRCLE * exact.sin(angle)] as const;
      });
      return {
        left: -1,
        right: 1.1,
        bottom: -0.7,
        top: 1.1,
        shapes: [
          ...circles.map(([x, y]) => ({ kind: 'circle' as const, x, y, radius: CLOSE, filled: x === s[2] && y === s[3] })),
          { kind: 'line', points: [0, 0, ...elbow, s[2]! - o[4]!, s[3]! - o[5]!] },
          { kind: 'circle', x: 0, y: 0, radius: 0.03, filled: true },
          { kind: 'text', x: -1, y: 1.05, text: `${(100 * Math.sqrt(o[4]! * o[4]! + o[5]! * o[5]!)).toFixed(0)} cm` },
        ],
      };
    },
    state: () => ({ episode: episode.state(), draws: draws.state(), arm: s.slice() }),
    restore(state) {
      draws.restore(state['draws'] as EnvironmentState);
      s.set(state['arm'] as Float64Array);
      return episode.restore(state['episode'] as EnvironmentState);
    },
    close: () => episode.close(),
  };
}
