import { checkAction, createDraws, createEpisode, type Environment, type EnvironmentState } from '../../runtime/index.ts';

/** ms of a step: a cue of the published task with the gap after it */
const PERIOD = 150;
/** of each cue, that it is on the side where the reward is */
const AGREEMENT = 0.7;

export interface TmazeOptions {
  /** an odd number of cues, so that one side has more; default 7 */
  readonly cues?: number;
  /** steps of 150 ms between the last cue and the junction; default 7 */
  readonly delay?: number;
}

/**
 * The T-maze with delayed cues of Bellec et al. (2020), as a task of reward: an animal runs down a corridor past seven cues to its left and
 * right, goes on without any for 1,050 ms, and turns at the junction; a turn to the side that had more cues earns 1, the other nothing.
 * Observation [cue to the left, cue to the right, junction], each 0 or 1; action 0 turns left, 1 right, and matters at the junction only.
 * The corridor is walked in steps of 150 ms (100 ms of a cue and 50 ms of gap there). The delay is fixed; each cue is on the rewarded side
 * with probability 0.7 and the reward goes to the side that had more, so that counting perfectly earns 1 every time.
 */
export function tmaze({ cues = 7, delay = 7 }: TmazeOptions = {}): Environment<number> {
  const name = 'tmaze';
  const limit = cues + delay + 1;
  const action = { kind: 'discrete', n: 2 } as const;
  const draws = createDraws('tmaze');
  const episode = createEpisode(name, 3, limit);
  const o = episode.observation;
  /** the side of each cue: 0 left, 1 right */
  const sides = new Float64Array(cues);
  const right = (): boolean => sides.reduce((sum, side) => sum + side, 0) > cues / 2;
  const show = (place: number): void => {
    o.fill(0);
    if (place < cues) o[sides[place]!] = 1;
    else if (place === limit - 1) o[2] = 1;
  };
  return {
    name,
    observation: { kind: 'box', low: [0, 0, 0], high: [1, 1, 1] },
    action,
    period: PERIOD,
    limit,
    reset({ seed } = {}) {
      if (seed !== undefined) draws.seed(seed);
      const group = draws.integer(2);
      for (let k = 0; k < cues; k++) sides[k] = draws.uniform(0, 1) < AGREEMENT ? group : 1 - group;
      show(0);
      return episode.began();
    },
    step(turn) {
      episode.demand();
      checkAction(name, action, turn);
      const place = episode.steps + 1;
      if (place < limit) {
        show(place);
        return episode.went(0, false);
      }
      o.fill(0);
      return episode.went((turn === 1) === right() ? 1 : 0, true);
    },
    scene() {
      const y = Math.min(episode.steps, limit - 1);
      const marks = Array.from(sides, (side, k) => ({
        kind: 'circle' as const,
        x: side === 0 ? -0.8 : 0.8,
        y: k,
        radius: 0.3,
        filled: k === episode.steps,
      }));
      return {
        left: -6,
        right: 6,
        bottom: -1,
        top: limit + 1,
        shapes: [
          { kind: 'line', points: [-1.2, -1, -1.2, limit - 1.5, -4, limit - 1.5] },
          { kind: 'line', points: [1.2, -1, 1.2, limit - 1.5, 4, limit - 1.5] },
          { kind: 'line', points: [-4, limit + 0.5, 4, limit + 0.5] },
          ...marks,
          { kind: 'circle', x: 0, y, radius: 0.4, filled: true },
          { kind: 'text', x: right() ? 4.2 : -4.6, y: limit - 0.5, text: '+' },
        ],
      };
    },
    state: () => ({ episode: episode.state(), draws: draws.state(), sides: sides.slice() }),
    restore(state) {
      draws.restore(state['draws'] as EnvironmentState);
      sides.set(state['sides'] as Float64Array);
      return episode.restore(state['episode'] as EnvironmentState);
    },
    close: () => episode.close(),
  };
}
