/** The learner on the physics alone: what is taught, when, and what is not. */
import test from 'ava';
import { whole } from '../../../../apps/robots/servo-arm/arm.ts';
import { play } from './plant.ts';

const PERIODS = 3;

test('after the change the error returns while the learner learns, and does not where it stands still', async (t) => {
  const [seconds, changeAt] = [160, 80];
  const { scores, period, truncations, safeCalls } = await play({ seed: 1, seconds, changeAt });
  const [learner, control] = scores.map((score) => ({
    first: score.rms(0, period)!,
    before: score.rms(changeAt * 1000 - PERIODS * period, changeAt * 1000)!,
    after: score.rms(seconds * 1000 - PERIODS * period, seconds * 1000)!,
  }));
  t.true(learner!.before < learner!.first / 2, JSON.stringify(learner));
  t.true(learner!.after <= 1.2 * learner!.before, JSON.stringify(learner));
  // Until the change the two arms are one.
  t.true(Math.abs(control!.before - learner!.before) < 0.1);
  t.true(control!.after > 5 * control!.before, JSON.stringify(control));
  t.deepEqual(truncations, []);
  t.is(safeCalls, 1);
});

test('control: without the change the arm that stands still is as good as before', async (t) => {
  const { scores, period } = await play({ seed: 1, seconds: 56, changeAt: 32, wear: whole });
  const [before, after] = [scores[1]!.rms(32_000 - period, 32_000)!, scores[1]!.rms(56_000 - period, 56_000)!];
  t.true(after < 1.2 * before, `${before} ${after}`);
});

test('control: with learning off from the change on, the learner does not return either', async (t) => {
  const { scores, period } = await play({ seed: 1, seconds: 56, changeAt: 32, learnAfter: false });
  const [before, after] = [scores[0]!.rms(32_000 - period, 32_000)!, scores[0]!.rms(56_000 - period, 56_000)!];
  t.true(after > 5 * before, `${before} ${after}`);
});

test('one seed is one run, another seed another', async (t) => {
  const short = { seconds: 4, changeAt: 2 };
  const first = await play({ seed: 5, ...short });
  t.is((await play({ seed: 5, ...short })).fingerprint, first.fingerprint);
  t.not((await play({ seed: 6, ...short })).fingerprint, first.fingerprint);
});

test('a lost link truncates with its reason, teaches nothing, moves nothing, and ends when the arm has settled', async (t) => {
  const faultAt = (second: number): string | undefined => (second > 2 && second <= 3 ? 'cut' : undefined);
  const clean = await play({ seed: 2, seconds: 6, changeAt: 5 });
  const lost = await play({ seed: 2, seconds: 6, changeAt: 5, faultAt });
  t.deepEqual(clean.truncations, []);
  t.is(lost.truncations.length, 1);
  const [{ atSecond, reason, seconds }] = lost.truncations as [(typeof lost.truncations)[number]];
  t.is(reason, 'lost link: cut');
  t.true(Math.abs(atSecond - 2) < 0.05);
  // A second without a link, and the time to settle.
  t.true(Math.abs(seconds! - 1.6) < 0.05, `${seconds}`);
  // To a frame.
  t.true(Math.abs(clean.taught - lost.taught - 1600) <= 20, `${clean.taught} ${lost.taught}`);
  t.is(lost.stale, 0);
  t.is(lost.scores[0]!.rms(2000, 3500), null);
});

test('a potentiometer that says nothing, or nonsense, is named and teaches nothing', async (t) => {
  const silent = await play({
    seed: 2,
    seconds: 4,
    changeAt: 3,
    bent: (degrees, second) => (second > 2 && second < 2.5 ? Number.NaN : degrees),
  });
  t.regex(silent.truncations[0]!.reason, /^silent sensor/);
  t.is(silent.truncations.length, 1);
  const loose = await play({ seed: 2, seconds: 6, changeAt: 5, bent: (degrees, second) => (second > 2 ? 0 : degrees) });
  t.regex(loose.truncations[0]!.reason, /^implausible sensor/);
  t.is(loose.truncations[0]!.seconds, null);
  const good = await play({ seed: 2, seconds: 6, changeAt: 5 });
  t.true(loose.taught < good.taught - 2500, `${loose.taught} of ${good.taught}`);
});
