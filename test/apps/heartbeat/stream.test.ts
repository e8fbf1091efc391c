import test from 'ava';
import type { EcgRecord } from '../../../apps/heartbeat/records.ts';
import { createStream, type EcgSample, type EcgStream, TICK_RATE_HZ, WINDOW_CLOSES, WINDOW_OPENS } from '../../../apps/heartbeat/stream.ts';
import { madeUp } from './records.ts';

const MISSING = -32768;

const recordOf = (
  samples: readonly number[],
  beats: readonly (readonly [sample: number, isPvc: 0 | 1])[] = [],
  more: Partial<EcgRecord> = {},
): EcgRecord => ({
  name: 'a',
  rateHz: 360,
  unitsPerMillivolt: 200,
  samples: Int16Array.from(samples),
  beatSamples: Uint32Array.from(beats, ([sample]) => sample),
  beatIsPvc: Uint8Array.from(beats, ([, isPvc]) => isPvc),
  ...more,
});

function readAll(stream: EcgStream): { readonly millivolts: number[]; readonly peaks: number[] } {
  const sample: EcgSample = { millivolt: 0, rPeak: false };
  const [millivolts, peaks]: [number[], number[]] = [[], []];
  for (let tick = 0; tick < stream.ticks; tick++) {
    stream.read(tick, sample);
    millivolts.push(sample.millivolt);
    if (sample.rPeak) peaks.push(tick);
  }
  return { millivolts, peaks };
}

const ramp = (length: number): number[] => Array.from({ length }, (_, k) => k);

test('a tick is the mean of its samples in mV; samples that fill no tick are left over', (t) => {
  const stream = createStream([recordOf([100, 200, 300, -20, 0, 20, 7, 7])]);
  t.is(stream.ticks, 2);
  t.deepEqual(readAll(stream).millivolts, [1, 0]);
});

test('every sample of a recorder of any rate is used once', (t) => {
  for (const rateHz of [120, 125, 250, 257, 360, 500, 1000]) {
    const samples = ramp(3 * rateHz);
    const stream = createStream([recordOf(samples, [], { rateHz, unitsPerMillivolt: 1 })]);
    t.is(stream.ticks, 3 * TICK_RATE_HZ, `${rateHz} Hz`);
    const { millivolts } = readAll(stream);
    t.true(millivolts.every((value, tick) => tick === 0 || value > millivolts[tick - 1]!));
    t.true(Math.abs(millivolts.at(-1)! - samples.at(-1)!) < rateHz / TICK_RATE_HZ, `${rateHz} Hz: ${millivolts.at(-1)}`);
  }
});

test('a recorder slower than the ticks holds its sample, and no tick is without one', (t) => {
  for (const rateHz of [1, 50, 60, 100, 119]) {
    const stream = createStream([recordOf(ramp(3 * rateHz), [], { rateHz, unitsPerMillivolt: 1 })]);
    t.is(stream.ticks, 3 * TICK_RATE_HZ);
    const { millivolts } = readAll(stream);
    t.deepEqual(
      millivolts,
      millivolts.map((_, tick) => Math.floor((tick * rateHz) / TICK_RATE_HZ + 1e-9)),
      `${rateHz} Hz`,
    );
  }
});

test('a sample marked as missing makes its tick NaN, and no other', (t) => {
  const samples = ramp(30);
  for (const k of [3, 10, 11, 29]) samples[k] = MISSING;
  const { millivolts } = readAll(createStream([recordOf(samples)]));
  t.deepEqual(
    millivolts.flatMap((value, tick) => (Number.isNaN(value) ? [tick] : [])),
    [1, 3, 9],
  );
});

test('inversion flips the sign from its second of its record on, there alone, and not what is missing', (t) => {
  const samples = new Array<number>(360 * 3).fill(200);
  samples[800] = MISSING;
  const records = ['a', 'b', 'c'].map((name) => recordOf(samples, [], { name }));
  for (const [atSecond, from] of [
    [0, 0],
    [1, 120],
    [1.5, 180],
    [2.999, 360],
  ] as const) {
    const { millivolts } = readAll(createStream(records, { record: 'b', atSecond }));
    millivolts.forEach((value, tick) => {
      const local = tick % 360;
      if (local === Math.floor(800 / 3)) t.is(value, Number.NaN);
      else if (value !== (tick >= 360 && tick < 720 && local >= from ? -1 : 1)) t.fail(`inverted at ${atSecond}: ${value} at ${tick}`);
    });
  }
});

test('R peaks fall into the tick of their sample, in every record, once', (t) => {
  const beats = [
    [0, 0],
    [5, 1],
    [362, 0],
    [363, 0],
  ] as const;
  const records = ['a', 'b'].map((name) => recordOf(new Array(1080).fill(1), beats, { name }));
  const stream = createStream(records);
  t.deepEqual(stream.starts, [0, 360]);
  t.deepEqual(readAll(stream).peaks, [0, 1, 120, 121, 360, 361, 480, 481]);
});

test('two beats in one tick are refused, with their line', (t) => {
  const twice = recordOf(new Array(1080).fill(1), [
    [30, 0],
    [361, 0],
    [362, 1],
  ]);
  t.throws(() => createStream([twice]), { message: /beats at least 3 samples apart required at a_beats\.csv:4, got 362/ });
});

test('a beat whose window does not close within its record is no beat of the stream', (t) => {
  const last = (360 - WINDOW_CLOSES - 1) * 3;
  const records = [
    recordOf(new Array(1080).fill(0), [
      [last, 1],
      [last + 3, 0],
      [1079, 0],
    ]),
  ];
  const stream = createStream(records);
  t.deepEqual(readAll(stream).peaks, [last / 3]);
  const cursor = stream.cursor();
  let pending = 0;
  for (let tick = 0; tick < stream.ticks; tick++) if (cursor(tick) !== undefined) pending++;
  t.is(pending, WINDOW_CLOSES + 1);
});

test('a cursor shows each beat from its R peak until its window has closed, the older one first', (t) => {
  // The second comes while the window of the first is open.
  const beats = [
    [30, 0],
    [84, 1],
    [600, 1],
  ] as const;
  const stream = createStream([recordOf(new Array(1080).fill(0), beats)]);
  const [cursor, other] = [stream.cursor(), stream.cursor()];
  const seen = Array.from({ length: stream.ticks }, (_, tick) => cursor(tick)?.tick ?? -1);
  for (let tick = 0; tick < stream.ticks; tick++) {
    const wanted =
      tick < 10
        ? -1
        : tick <= 10 + WINDOW_CLOSES
          ? 10
          : tick <= 28 + WINDOW_CLOSES
            ? 28
            : tick < 200
              ? -1
              : tick <= 200 + WINDOW_CLOSES
                ? 200
                : -1;
    if (seen[tick] !== wanted) t.fail(`tick ${tick}: ${seen[tick]}, not ${wanted}`);
  }
  t.deepEqual(other(10), { record: 'a', tick: 10, atSecond: 30 / 360, isPvc: false }, 'cursors do not know of each other');
  t.deepEqual(other(60), undefined);
  t.like(other(205), { tick: 200, isPvc: true });
  t.true(WINDOW_OPENS < WINDOW_CLOSES);
});

test('seconds and records are told for any tick, forwards and back', (t) => {
  const stream = createStream(['a', 'b', 'c'].map((name) => madeUp({ name, seconds: 2 })));
  for (const tick of [0, 239, 240, 719, 241, 5, 480]) {
    const { record, second } = stream.recordAt(tick);
    t.is(record.name, 'abc'[Math.floor(tick / 240)]);
    t.is(second, (tick % 240) / TICK_RATE_HZ);
  }
});

test('a record without a whole tick of samples is refused by name', (t) => {
  t.throws(() => createStream([madeUp(), recordOf([1, 2], [], { name: 'short' })]), {
    message: /a tick of samples or more required at short, got 2/,
  });
});
