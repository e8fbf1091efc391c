import test from 'ava';
import { tmaze } from '../../../apps/worlds/index.ts';
import { environmentChecks } from '../../../runtime/conformance/index.ts';

test('seven cues, a delay, the junction; a turn to the side with more cues earns 1, the other nothing', (t) => {
  const world = tmaze();
  let [agreeing, left] = [0, 0];
  for (let trial = 0; trial < 2000; trial++) {
    const shown = [[...world.reset(trial === 0 ? { seed: 5 } : {}).observation]];
    for (let k = 0; k < 14; k++) {
      const step = world.step(k % 2);
      t.false(step.terminated || step.truncated || step.reward !== 0);
      shown.push([...step.observation]);
    }
    t.true(shown.slice(0, 7).every(([l, r, junction]) => l! + r! === 1 && junction === 0));
    t.deepEqual(
      shown.slice(7, 14),
      Array.from({ length: 7 }, () => [0, 0, 0]),
    );
    t.deepEqual(shown[14], [0, 0, 1]);
    const rights = shown.slice(0, 7).reduce((sum, [, r]) => sum + r!, 0);
    const turn = trial % 2;
    const step = world.step(turn);
    t.is(step.reward, (rights > 3 ? 1 : 0) === turn ? 1 : 0);
    t.true(step.terminated && !step.truncated);
    agreeing += Math.max(rights, 7 - rights);
    left += rights > 3 ? 0 : 1;
  }
  // E max(k, 7 − k) for a binomial of 7 at 0.7 is 5.09; one standard error over 2,000 trials is below 0.03.
  t.true(Math.abs(agreeing / 2000 - 5.09) < 0.1, `${agreeing / 2000} of seven`);
  t.true(Math.abs(left / 2000 - 0.5) < 0.05);
});

test('fewer cues and a shorter delay make a shorter maze', (t) => {
  const world = tmaze({ cues: 1, delay: 2 });
  t.is(world.limit, 4);
  const side = world.reset({ seed: 1 }).observation[1]!;
  for (let k = 0; k < 3; k++) world.step(0);
  t.like(world.step(side), { reward: 1, terminated: true });
});

for (const { name, run } of environmentChecks(() => tmaze())) test(name, async (t) => t.notThrowsAsync(run()));
