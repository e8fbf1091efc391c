import test from 'ava';
import { pong, pongCourt, pongPoints } from '../../../apps/worlds/index.ts';
import { environmentChecks } from '../../../runtime/conformance/index.ts';

const { width, height } = pongCourt;

/** Plays games with a player that sees nothing but the events, summed to frames. */
function play(
  games: number,
  choose: (ball: { row: number; column: number }, paddle: number) => number,
): { points: number[]; frames: Set<number> } {
  const world = pong();
  const points = [0, 0];
  const frames = new Set<number>();
  for (let game = 0; game < games; game++) {
    let step = world.reset({ seed: game });
    const frame = new Float64Array(width * height);
    const look = (): void => {
      step.observation.forEach((change, i) => {
        frame[i] = frame[i]! + change;
        frames.add(frame[i]!);
      });
    };
    look();
    while (!step.terminated && !step.truncated) {
      const lit = [...frame.keys()].filter((i) => frame[i] === 1).map((i) => ({ row: Math.floor(i / width), column: i % width }));
      const paddle = lit.filter(({ column }) => column === width - 1).map(({ row }) => row);
      const ball = lit.find(({ column }) => column > 0 && column < width - 1) ?? { row: height / 2, column: 0 };
      step = world.step(choose(ball, paddle[Math.floor(paddle.length / 2)]!));
      if (step.reward !== 0) points[step.reward > 0 ? 1 : 0]!++;
      look();
    }
  }
  return { points, frames };
}

test('events sum to frames of dark and lit pixels, and a player that follows the ball in them wins', (t) => {
  const { points, frames } = play(20, (ball, paddle) => (ball.row < paddle ? 1 : ball.row > paddle ? 2 : 0));
  t.deepEqual([...frames].sort(), [0, 1]);
  t.true(points[1]! > 5 * points[0]!, `${points}`);
});

test('a player that stands still, or flees from the ball, loses', (t) => {
  for (const choose of [() => 0, (ball: { row: number }, paddle: number) => (ball.row < paddle ? 2 : 1)]) {
    const { points } = play(20, choose);
    t.true(points[0]! > 1.4 * points[1]!, `${points}`);
  }
});

test('every point is the reward of one step, and five end the game', (t) => {
  const world = pong();
  let step = world.reset({ seed: 3 });
  let sum = 0;
  while (!step.terminated) {
    step = world.step(0);
    sum += step.reward;
    t.true([-1, 0, 1].includes(step.reward) && !Object.is(step.reward, -0));
  }
  const court = world.state!()['court'] as Float64Array;
  t.is(sum, court[7]! - court[6]!);
  t.is(Math.max(court[6]!, court[7]!), pongPoints);
});

for (const { name, run } of environmentChecks(pong)) test(name, async (t) => t.notThrowsAsync(run()));
