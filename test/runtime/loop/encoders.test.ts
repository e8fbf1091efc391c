import test from 'ava';
import fc from 'fast-check';
import {
  analog,
  ControllerError,
  concat,
  delta,
  type Encoder,
  latency,
  levelCrossing,
  poisson,
  populationCode,
  type Sample,
  select,
} from '../../../runtime/index.ts';

/** The rows that an encoder writes for samples at ticks 0, 1, … */
function rows<S extends Sample>(encoder: Encoder<S>, samples: readonly S[], firstTick = 0): number[][] {
  return samples.map((sample, index) => {
    // A row of the tape holds what the last frame left there.
    const row = new Float32Array(encoder.size).fill(Number.NaN);
    encoder.encode(sample, row, firstTick + index);
    return Array.from(row);
  });
}

test('every encoder writes every channel, at every tick', (t) => {
  const encoders: Encoder<number>[] = [
    levelCrossing({ levels: [0, 1] }),
    delta({ steps: [0.1, 0.5], max: 3 }),
    populationCode({ size: 5, low: 0, high: 1 }),
    latency({ size: 3, window: 4 }),
    poisson({ rateHz: 100, seed: 1, dt: 1, size: 3 }),
    analog({ size: 2 }),
    concat(analog(), delta({ steps: [1] })),
    select(Math.abs, analog()),
  ];
  for (const encoder of encoders) for (const row of rows(encoder, [0, 0.3, -2, 0.9, 5])) t.true(row.every(Number.isFinite), String(row));
});

test('a level crossing spikes once on its way up and once on its way down, never for the first sample', (t) => {
  const encoder = levelCrossing({ levels: [0, 1] });
  const coded = rows(encoder, [0.5, 0.7, 1, 1.4, -1, -2, 3]);
  t.deepEqual(coded, [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 0],
    [0, 1, 0, 1],
    [0, 0, 0, 0],
    [1, 0, 1, 0],
  ]);
  encoder.reset();
  t.deepEqual(rows(encoder, [-5]), [[0, 0, 0, 0]], 'after a reset the first sample crosses nothing again');
});

test('hysteresis keeps noise on a level from chattering', (t) => {
  const noise = [0, 1.01, 0.99, 1.01, 0.99, 0.5];
  const spikes = (hysteresis: number) =>
    rows(levelCrossing({ levels: [1], hysteresis }), noise)
      .flat()
      .reduce((sum, x) => sum + x, 0);
  t.is(spikes(0), 4);
  t.is(spikes(0.1), 2);
});

const signal = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 60 });

test('whoever adds up the spikes of send-on-delta knows the signal to one step', (t) => {
  fc.assert(
    fc.property(signal, fc.constantFrom(0.25, 0.5, 1), (samples, step) => {
      const coded = rows(delta({ steps: [step], max: 100 }), samples);
      let known = samples[0]!;
      return samples.every((sample, index) => {
        known += (coded[index]![0]! - coded[index]![1]!) * step;
        return Math.abs(sample - known) < step;
      });
    }),
  );
  t.pass();
});

test('steps beyond max are sent in the ticks that follow, or dropped, as overflow says', (t) => {
  const jump = [0, 1, 1, 1, 1, 1];
  const up = (overflow: 'carry' | 'drop') => rows(delta({ steps: [0.25], max: 3, overflow }), jump).map(([rise]) => rise);
  t.deepEqual(up('carry'), [0, 3, 1, 0, 0, 0]);
  t.deepEqual(up('drop'), [0, 3, 0, 0, 0, 0]);
  t.deepEqual(
    rows(delta({ steps: [0.5] }), [0, -1.2, -1.2, -1.2]),
    [
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 0],
    ],
    'a fall has its own channel, and one spike a tick is the default',
  );
});

test('a population code has its bump where the sample is, equal to the Gaussian', (t) => {
  const [row] = rows(populationCode({ size: 5, low: -1, high: 1, sigma: 0.4 }), [0.2]);
  for (const [i, centre] of [-1, -0.5, 0, 0.5, 1].entries())
    t.true(Math.abs(row![i]! - Math.exp(-((0.2 - centre) ** 2) / (2 * 0.16))) < 1e-7);
  t.is(row!.indexOf(Math.max(...row!)), 2);
  const [single] = rows(populationCode({ size: 1, low: 0, high: 2 }), [1]);
  t.deepEqual(single, [1], 'one neuron has its bump in the middle');
});

test('latency: once in a window, the larger the sooner, below low never', (t) => {
  const encoder = latency({ size: 4, window: 5 });
  const coded = rows(encoder, new Array<Sample>(10).fill([1, 0.5, 0, -0.1]));
  const times = [0, 1, 2, 3].map((i) => coded.flatMap((row, tick) => (row[i] === 1 ? [tick] : [])));
  t.deepEqual(times, [[0, 5], [2, 7], [4, 9], []]);
});

test('latency: the sample at the first tick of a window counts, and a skipped tick makes a spike late, not lost', (t) => {
  const encoder = latency({ size: 1, window: 5 });
  const at = (sample: number, tick: number) => {
    const row = new Float32Array(1);
    encoder.encode([sample], row, tick);
    return row[0];
  };
  t.deepEqual([at(0.5, 0), at(1, 1)], [0, 0]);
  t.is(at(1, 3), 1, 'due at tick 2, which was skipped');
  t.is(at(1, 4), 0);
  t.is(at(1, 7), 1, 'the next window was entered late');
});

test('a Poisson draw depends on seed, name, tick and channel, and on nothing before it', (t) => {
  const options = { rateHz: 300, seed: 5, dt: 1, size: 8 };
  const samples = new Array<Sample>(200).fill(1);
  const whole = rows(poisson(options), samples);
  t.deepEqual(rows(poisson(options), samples.slice(50), 50), whole.slice(50));
  const backwards = poisson(options);
  for (let tick = 199; tick >= 0; tick -= 33) t.deepEqual(rows(backwards, [1], tick)[0], whole[tick]);
  t.notDeepEqual(rows(poisson({ ...options, seed: 6 }), samples), whole);
  t.notDeepEqual(rows(poisson({ ...options, name: 'other' }), samples), whole);
  t.notDeepEqual(
    whole.map((row) => row[0]),
    whole.map((row) => row[1]),
  );
});

test('a Poisson channel fires at its rate, in proportion to the sample', (t) => {
  const ticks = 20_000;
  const encoder = poisson({ rateHz: 80, seed: 9, dt: 0.5, size: 2 });
  const coded = rows(encoder, new Array<Sample>(ticks).fill([1, 0.25]));
  for (const [i, rate] of [80, 20].entries()) {
    const p = (rate * 0.5) / 1000;
    const spikes = coded.reduce((sum, row) => sum + row[i]!, 0);
    // Five standard deviations of the binomial count.
    t.true(Math.abs(spikes - ticks * p) < 5 * Math.sqrt(ticks * p * (1 - p)), `${spikes} of ${ticks * p}`);
  }
});

test('analog takes offset and gain; select picks; concat puts side by side', (t) => {
  t.deepEqual(rows(analog({ size: 2, gain: 2, offset: 1 }), [[3, 1]]), [[4, 0]]);
  const both = concat<readonly number[]>(
    select((sample) => sample[0]!, delta({ steps: [1] })),
    select((sample) => sample[1]!, analog()),
  );
  t.is(both.size, 3);
  t.deepEqual(
    rows(both, [
      [0, 7],
      [1, 8],
    ]),
    [
      [0, 0, 7],
      [1, 0, 8],
    ],
  );
  both.reset();
  t.deepEqual(rows(both, [[5, 0]]), [[0, 0, 0]]);
});

test('select keeps what is not finite away from the encoder: its channels are 0 for that tick', (t) => {
  const inverse = select((x: number) => 1 / x, delta({ steps: [0.25] }));
  t.deepEqual(rows(inverse, [1, 0, 1, 4]), [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 1],
  ]);
});

test('options that make no sense are refused, with their path', (t) => {
  const bad: [() => unknown, string][] = [
    [() => levelCrossing({ levels: [] }), 'levelCrossing.levels'],
    [() => levelCrossing({ levels: [Number.NaN] }), 'levelCrossing.levels'],
    [() => levelCrossing({ levels: [1], hysteresis: -1 }), 'levelCrossing.hysteresis'],
    [() => delta({ steps: [0] }), 'delta.steps'],
    [() => delta({ steps: [1], max: 0 }), 'delta.max'],
    [() => populationCode({ size: 0, low: 0, high: 1 }), 'populationCode.size'],
    [() => populationCode({ size: 3, low: 1, high: 1 }), 'populationCode.high'],
    [() => populationCode({ size: 3, low: 0, high: 1, sigma: 0 }), 'populationCode.sigma'],
    [() => latency({ size: 1, window: 0 }), 'latency.window'],
    [() => latency({ size: 1, window: 2, low: 1, high: 0 }), 'latency.high'],
    [() => poisson({ rateHz: -1, seed: 1, dt: 1 }), 'poisson.rateHz'],
    [() => poisson({ rateHz: 1, seed: 1, dt: 0 }), 'poisson.dt'],
    [() => analog({ size: 1.5 }), 'analog.size'],
    [() => concat(), 'concat'],
  ];
  for (const [make, path] of bad) t.is(t.throws(make, { instanceOf: ControllerError })?.path, path);
});
