import { checkAction, createDraws, createEpisode, type Environment, type EnvironmentState } from '../../runtime/index.ts';

/** The court is so many pixels wide and high. */
export const pongCourt = { width: 16, height: 16 } as const;
const { width: WIDTH, height: HEIGHT } = pongCourt;
/** half of a paddle, pixels */
const HALF = 1.5;
/** pixels a step */
const PADDLE_SPEED = 1;
const OPPONENT_SPEED = 0.3;
const BALL_SPEED = 1;
/** most of the ball's speed up or down, pixels a step */
const STEEP = 0.9;
/** a paddle's surface is uneven: the most that it adds to the steepness */
const ROUGH = 0.3;
/** points of a game */
export const pongPoints = 5;
/** frames of a game at most */
const LIMIT = 2000;

/**
 * Pong from pixels, a simulation of our own: 16 × 16 pixels, the player's paddle in the right column, in the left one an opponent that
 * follows the ball at 0.3 pixels a step. The ball leaves a paddle the steeper the farther from its middle it was hit, and a little at random. A point is worth 1
 * to the player and −1 to the other; the ball is then served from the middle. A game ends when one of both has five points.
 * Action 0 stays, 1 moves up, 2 down by one pixel. Observation: the change of every pixel since the frame before, row by row from the top:
 * 1 where it lit up, −1 where it went dark, as an event camera sees it; after a reset the whole frame.
 */
export function pong(): Environment<number> {
  const name = 'pong';
  const size = WIDTH * HEIGHT;
  const action = { kind: 'discrete', n: 3 } as const;
  const draws = createDraws('pong');
  const episode = createEpisode(name, size, LIMIT);
  /** [ball x, y, its speed along x, y, opponent's y, player's y, opponent's points, player's points], y down */
  const s = new Float64Array(8);
  const frame = new Float64Array(size);
  const serve = (): void => {
    s[0] = WIDTH / 2;
    s[1] = draws.uniform(2, HEIGHT - 2);
    s[2] = draws.integer(2) === 0 ? -BALL_SPEED : BALL_SPEED;
    s[3] = draws.uniform(-STEEP, STEEP);
  };
  const light = (column: number, y: number): void => {
    frame[Math.min(HEIGHT - 1, Math.floor(y)) * WIDTH + column] = 1;
  };
  /** What differs from the frame before; `frame` is then the new one. */
  const show = (): void => {
    const o = episode.observation;
    for (let i = 0; i < size; i++) o[i] = -frame[i]!;
    frame.fill(0);
    for (let part = -1; part <= 1; part++) {
      light(0, s[4]! + part);
      light(WIDTH - 1, s[5]! + part);
    }
    light(Math.min(WIDTH - 1, Math.max(0, Math.floor(s[0]!))), s[1]!);
    for (let i = 0; i < size; i++) o[i] = o[i]! + frame[i]! + 0;
  };
  const within = (y: number): number => Math.min(HEIGHT - HALF, Math.max(HALF, y));
  /** The ball at a paddle's column: whether it is sent back. */
  const meets = (paddle: number, direction: number): boolean => {
    const off = (s[1]! - paddle) / (HALF + 0.5);
    if (Math.abs(off) > 1) return false;
    s[2] = direction * BALL_SPEED;
    s[3] = Math.min(STEEP, Math.max(-STEEP, STEEP * off + draws.uniform(-ROUGH, ROUGH)));
    return true;
  };
  return {
    name,
    observation: { kind: 'box', low: Array.from({ length: size }, () => -1), high: Array.from({ length: size }, () => 1) },
    action,
    period: 50,
    limit: LIMIT,
    reset({ seed } = {}) {
      if (seed !== undefined) draws.seed(seed);
      frame.fill(0);
      s.fill(0);
      s[4] = HEIGHT / 2;
      s[5] = HEIGHT / 2;
      serve();
      show();
      return episode.began();
    },
    step(move) {
      episode.demand();
      checkAction(name, action, move);
      if (move !== 0) s[5] = within(s[5]! + (move === 1 ? -PADDLE_SPEED : PADDLE_SPEED));
      const wanted = s[1]! - s[4]!;
      s[4] = within(s[4]! + Math.min(OPPONENT_SPEED, Math.max(-OPPONENT_SPEED, wanted)));
      s[0] = s[0]! + s[2]!;
      s[1] = s[1]! + s[3]!;
      if (s[1] < 0 || s[1] > HEIGHT) {
        s[1] = s[1] < 0 ? -s[1] : 2 * HEIGHT - s[1];
        s[3] = -s[3]!;
      }
      let reward = 0;
      if (s[2]! > 0 && s[0] >= WIDTH - 1) reward = meets(s[5]!, -1) ? 0 : -1;
      else if (s[2]! < 0 && s[0] <= 1) reward = meets(s[4]!, 1) ? 0 : 1;
      if (reward !== 0) {
        const winner = reward > 0 ? 7 : 6;
        s[winner] = s[winner]! + 1;
        serve();
      }
      show();
      return episode.went(reward, s[6] === pongPoints || s[7] === pongPoints);
    },
    scene() {
      const paddle = (x: number, y: number) => ({ kind: 'line' as const, points: [x, HEIGHT - y - HALF, x, HEIGHT - y + HALF] });
      return {
        left: 0,
        right: WIDTH,
        bottom: 0,
        top: HEIGHT + 2,
        shapes: [
          { kind: 'line', points: [0, 0, WIDTH, 0, WIDTH, HEIGHT, 0, HEIGHT, 0, 0] },
          paddle(0.5, s[4]!),
          paddle(WIDTH - 0.5, s[5]!),
          { kind: 'circle', x: s[0]!, y: HEIGHT - s[1]!, radius: 0.4, filled: true },
          { kind: 'text', x: WIDTH / 2 - 2, y: HEIGHT + 1.5, text: `${s[6]} : ${s[7]}` },
        ],
      };
    },
    state: () => ({ episode: episode.state(), draws: draws.state(), court: s.slice(), frame: frame.slice() }),
    restore(state) {
      draws.restore(state['draws'] as EnvironmentState);
      s.set(state['court'] as Float64Array);
      frame.set(state['frame'] as Float64Array);
      return episode.restore(state['episode'] as EnvironmentState);
    },
    close: () => episode.close(),
  };
}
