/** Where the time of a frame goes: by section, its worst with its tick, and all of it. */
import test from 'ava';
import { act, advance, analog, createSections, type Decoder, frames, sense, stage, virtualClock } from '../../../runtime/index.ts';
import { tiny } from './networks.ts';

test('each section has its own time, what is called inside it has another, and the sum is the frame', (t) => {
  let time = 0;
  const takes = (ms: number): void => {
    time += ms;
  };
  const sections = createSections((into) => {
    into[0] = time;
  });
  const decoder: Decoder<number> = {
    create: () => 0,
    decode({ tick }) {
      takes(tick === 30 ? 7 : 0.5);
      return tick;
    },
  };
  const sensor = {
    read: () => {
      takes(0.25);
      return [0, 0, 0];
    },
    open: () => takes(100),
    close: () => takes(100),
  };
  const encoder = {
    ...analog({ size: 3 }),
    encode: (_: unknown, into: Float32Array) => {
      takes(0.125);
      into.fill(0);
    },
  };
  const motor = { apply: () => takes(2), safe: () => takes(1000) };
  const clock = virtualClock({ dt: 1, frameTicks: 2, stepped: true });
  const between = stage(() => ({ step: () => takes(0.0625) }));
  const subscription = frames(clock, tiny())
    .pipe(
      sections.begin,
      sections.stage('encode', sense(sections.sensor('sense', sensor), encoder, 'input')),
      between,
      sections.stage('network', advance()),
      sections.stage('decode', act(decoder, sections.actuator('act', motor))),
      sections.end,
    )
    .subscribe();
  clock.advance(40);
  subscription.unsubscribe();
  const report = sections.report();
  t.deepEqual(Object.keys(report), ['sense', 'encode', 'network', 'act', 'decode', 'rest', 'frame']);
  const steady = (us: number) => ({ p50Us: us, p99Us: us, worstUs: us });
  t.like(report['sense'], steady(500));
  t.like(report['encode'], steady(250));
  t.like(report['network'], steady(0));
  t.like(report['act'], steady(2000));
  t.like(report['rest'], steady(63));
  t.like(report['decode'], { worstUs: 7000, worstTick: 30 });
  t.like(report['frame'], { worstUs: 500 + 250 + 2000 + 7000 + 63, worstTick: 30 });
  t.true(report['decode']!.p50Us >= 500 && report['decode']!.p50Us < 540, 'a quantile is at most 1/16 too large');
});

test('many sections keep their names and their time', (t) => {
  let time = 0;
  const sections = createSections((into) => {
    into[0] = time;
  });
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  const names = Array.from({ length: 20 }, (_, k) => `s${k}`);
  const pipe = names.reduce(
    (source, name, k) =>
      source.pipe(
        sections.stage(
          name,
          stage(() => ({
            step() {
              time += k + 1;
            },
          })),
        ),
      ),
    frames(clock, tiny()).pipe(sections.begin),
  );
  pipe.pipe(sections.end).subscribe();
  clock.advance(3);
  const report = sections.report();
  for (const [k, name] of names.entries()) t.is(report[name]?.worstUs, (k + 1) * 1000);
  t.is(report['frame']?.worstUs, 210_000);
});
