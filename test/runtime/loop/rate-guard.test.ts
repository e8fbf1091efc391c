/** Below its least rate a loop sends its actuators to the safe state, and comes back by its policy. */
import test from 'ava';
import {
  act,
  ControllerError,
  type Decoder,
  frames,
  guardRate,
  inhibitions,
  type RateLimits,
  realTimeClock,
  stage,
  virtualClock,
} from '../../../runtime/index.ts';
import { handTime } from './hand-time.ts';
import { tiny } from './networks.ts';
import { actuator } from './pipe.ts';

const tickDecoder: Decoder<number> = { create: () => 0, decode: ({ tick }) => tick };

/** A loop of 1 kHz whose ticks take `takes` ms each; what its actuator was told in every frame. */
function play(limits: RateLimits | undefined, takes: (tick: number) => number, seconds: number) {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 1, late: { policy: 'skip' }, time });
  const rate = guardRate(clock, limits ?? { leastHz: 1e-9 });
  const motor = actuator<number>();
  const acting = act(tickDecoder, motor);
  const seen: { readonly ms: number; readonly inhibited: number; readonly safe: boolean }[] = [];
  const pipe = frames(clock, tiny()).pipe(
    rate,
    acting,
    stage(() => ({
      step({ tick, inhibited }) {
        seen.push({ ms: clock.now(), inhibited, safe: motor.log.at(-1) === 'safe' });
        time.compute(takes(tick));
      },
    })),
  );
  const subscription = pipe.subscribe();
  time.pass(seconds * 1000);
  subscription.unsubscribe();
  return { seen, rate: rate.report(), act: acting.report(), clock: clock.report() };
}

/** 2 ms a tick from second 2 to second 4: half of the rate. */
const slows = (tick: number): number => (tick >= 2000 && tick < 4000 ? 2 : 0);
const safeFrom = (seen: ReturnType<typeof play>['seen'], from: number, to: number): readonly boolean[] =>
  seen.filter(({ ms }) => ms >= from && ms < to).map(({ safe }) => safe);

test('a loop at half of its rate is safe within a window, counted, and back a second after it keeps the rate', (t) => {
  const { seen, rate, act: acted } = play({ leastHz: 800 }, slows, 8);
  t.true(
    safeFrom(seen, 0, 2000).every((safe) => !safe),
    'as long as the rate is kept',
  );
  t.true(
    safeFrom(seen, 3000, 4000).every((safe) => safe),
    'one window after it fell',
  );
  t.true(
    safeFrom(seen, 4000, 5000).every((safe) => safe),
    'kept for less than a second',
  );
  t.true(safeFrom(seen, 6010, 8000).every((safe) => !safe));
  t.is(rate.outs, 1);
  t.is(rate.outFrames, seen.filter(({ inhibited }) => inhibited === inhibitions.rate).length);
  t.is(acted.safes, 1);
  t.is(acted.inhibited, rate.outFrames);
  t.true(rate.lowestHz! >= 480 && rate.lowestHz! <= 520, `${rate.lowestHz}`);
});

test('negative control: without the guard the same loop acts in every frame', (t) => {
  const { seen, act: acted, clock } = play(undefined, slows, 8);
  t.true(clock.skippedTicks > 900, 'it does lose its rate');
  t.is(acted.applied, seen.length);
  t.is(acted.safes, 0);
});

test('a rate above the least is no fault, and the least is where it begins', (t) => {
  const everyTenth = (tick: number): number => (tick % 10 === 9 ? 2.5 : 0);
  const kept = play({ leastHz: 800 }, everyTenth, 4);
  t.true(kept.rate.lowestHz! < 920 && kept.rate.lowestHz! > 880, `${kept.rate.lowestHz}`);
  t.is(kept.rate.outs, 0);
  t.is(play({ leastHz: 930 }, everyTenth, 4).rate.outs, 1);
});

test('a process that stood still is out in its first frame; with rearmMs Infinity for good', (t) => {
  const stands = (tick: number): number => (tick === 1000 ? 1500 : 0);
  const { seen, rate } = play({ leastHz: 800 }, stands, 6);
  const first = seen.findIndex(({ ms }) => ms >= 2500);
  t.true(seen[first]!.safe);
  t.is(rate.outs, 1);
  t.true(safeFrom(seen, 5000, 6000).every((safe) => !safe));
  const latched = play({ leastHz: 800, rearmMs: Number.POSITIVE_INFINITY }, stands, 6);
  t.true(safeFrom(latched.seen, 2500, 6000).every((safe) => safe));
  t.is(latched.rate.outs, 1);
});

test('a loop that is slow from its start is out when the window has passed; virtual time never is', (t) => {
  const { seen } = play({ leastHz: 800 }, () => 2, 2);
  t.true(safeFrom(seen, 0, 1000).every((safe) => !safe));
  t.true(safeFrom(seen, 1010, 2000).every((safe) => safe));
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  const rate = guardRate(clock, { leastHz: 1000 });
  frames(clock, tiny()).pipe(rate).subscribe();
  clock.advance(5000);
  t.like(rate.report(), { outs: 0, lowestHz: 1000 });
});

test('its counts go on from a state, and limits that make no sense are refused', (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 1 });
  const before = guardRate(clock, { leastHz: 500 });
  before.restore({ outs: 3, outFrames: 70, lowestHz: Float64Array.of(444) });
  t.like(before.report(), { outs: 3, outFrames: 70, lowestHz: 444 });
  const after = guardRate(clock, { leastHz: 500 });
  after.restore(before.state());
  t.deepEqual(after.report(), before.report());
  for (const limits of [
    { leastHz: 0 },
    { leastHz: 1001 },
    { leastHz: Number.NaN },
    { leastHz: 500, windowMs: 0 },
    { leastHz: 500, rearmMs: -1 },
  ]) {
    const error = t.throws(() => guardRate(clock, limits), { instanceOf: ControllerError }, JSON.stringify(limits));
    t.true(error?.path?.startsWith('guardRate.'));
  }
});
