import test from 'ava';
import { Subject, throwError } from 'rxjs';
import { advance, analog, ControllerError, concat, delta, type Encoder, latest, type Sensor, sense } from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { bench, replay } from './pipe.ts';

const three: Encoder<number> = concat(analog(), analog({ gain: 2 }), analog({ gain: -1 }));

/** First channel of the input tape, tick by tick, of a pipe that only senses. */
function sensed(sensor: Sensor<number>, ticks: number) {
  const executable = tiny();
  const { clock, start } = bench(executable, 2);
  const stage = sense(sensor, three, 'input');
  const seen: number[] = [];
  const { offset, stride } = executable.program.regions.get('input.input')!;
  const { outcome, unsubscribe } = start(stage, (source) => source);
  for (let tick = 0; tick < ticks; tick += 2) {
    clock.advance(2);
    seen.push(executable.arena.floats[offset]!, executable.arena.floats[offset + stride]!);
  }
  return { seen, outcome, report: stage.report(), unsubscribe };
}

test('each due tick gets its own sample, encoded into its row of the tape', (t) => {
  const executable = tiny();
  const { clock, start } = bench(executable, 4);
  const { outcome } = start(sense(replay([1, 2, 3, 4, 5]), three, 'input'));
  clock.advance(4);
  t.is(outcome.error, undefined);
  t.deepEqual(Array.from(executable.arena.copy('input.input')).slice(0, 12), [1, 2, -1, 2, 4, -2, 3, 6, -3, 4, 8, -4]);
  clock.advance(1);
  t.deepEqual(
    Array.from(executable.arena.copy('input.input')).slice(0, 6),
    [5, 10, -5, 2, 4, -2],
    'the rows behind a short frame are not touched',
  );
});

test('a sample that is missing or not finite is replaced by the last good one, and counted', (t) => {
  const { seen, outcome, report } = sensed(replay([1, Number.NaN, undefined, 4, Number.POSITIVE_INFINITY, undefined]), 6);
  t.is(outcome.error, undefined);
  t.deepEqual(seen, [1, 1, 1, 4, 4, 4]);
  t.like(report, { invalid: 2, missing: 2 });
});

test('before the first good sample the input is 0', (t) => {
  const { seen, report } = sensed(replay([undefined, Number.NaN, 3, 3]), 4);
  t.deepEqual(seen, [0, 0, 3, 3]);
  t.like(report, { invalid: 1, missing: 1 });
});

test('one bad channel of a sample makes the whole sample bad, even when the sensor reuses its array', (t) => {
  const shared = new Float64Array(3);
  const data = [
    [1, 2, 3],
    [4, Number.NaN, 6],
    [7, 8, 9],
  ];
  const executable = tiny();
  const { clock, start } = bench(executable, 3);
  const sensor = {
    read(tick: number): Float64Array {
      shared.set(data[tick]!);
      return shared;
    },
  };
  const stage = sense(sensor, analog({ size: 3 }), 'input');
  start(stage);
  clock.advance(3);
  t.deepEqual(Array.from(executable.arena.copy('input.input')).slice(0, 9), [1, 2, 3, 1, 2, 3, 7, 8, 9]);
  t.like(stage.report(), { invalid: 1, missing: 0 });
});

test('a stream as a sensor: its latest value, whenever it came; missing before the first', (t) => {
  const source = new Subject<number>();
  const executable = tiny();
  const { clock, start } = bench(executable, 1);
  const stage = sense(latest(source), three, 'input');
  const { unsubscribe } = start(stage);
  const first = () => executable.arena.view('input.input')[0];
  t.true(source.observed, 'subscribed while the pipe runs');
  clock.advance(1);
  t.is(first(), 0);
  source.next(5);
  source.next(6);
  clock.advance(1);
  t.is(first(), 6);
  clock.advance(1);
  t.is(first(), 6);
  t.like(stage.report(), { invalid: 0, missing: 1 });
  unsubscribe();
  t.false(source.observed, 'and no longer');
});

test('a stream that fails does not end the pipe: its samples are missing from then on, the last good one holds', (t) => {
  const source = new Subject<number>();
  const executable = tiny();
  const { clock, start } = bench(executable, 1);
  const stage = sense(latest(source), three, 'input');
  const { outcome } = start(stage);
  source.next(5);
  clock.advance(2);
  source.error(new Error('unplugged'));
  clock.advance(3);
  t.is(outcome.error, undefined);
  t.is(executable.arena.view('input.input')[0], 5);
  t.like(stage.report(), { invalid: 0, missing: 3 });
  const broken = bench(tiny(), 1);
  t.is(broken.start(sense(latest<number>(throwError(() => new Error('no port'))), three, 'input')).outcome.error, undefined);
});

test('a stream that has gone quiet counts as missing after staleTicks', (t) => {
  const source = new Subject<number>();
  const { clock, start } = bench(tiny(), 1);
  const stage = sense(latest(source, { staleTicks: 3 }), three, 'input');
  start(stage);
  source.next(1);
  clock.advance(6);
  t.is(stage.report().missing, 2);
  source.next(1);
  clock.advance(1);
  t.is(stage.report().missing, 2, 'the same value again is fresh');
});

test('two pipes of one stage share its counts, not its last good sample', (t) => {
  let plugged = true;
  const stage = sense({ read: () => (plugged ? 9 : undefined) }, three, 'input');
  const first = bench(tiny(), 2);
  first.start(stage).unsubscribe();
  const executable = tiny();
  const second = bench(executable, 2);
  const { unsubscribe } = second.start(stage);
  second.clock.advance(2);
  plugged = false;
  second.clock.advance(2);
  t.is(executable.arena.view('input.input')[0], 9);
  unsubscribe();
  const again = bench(executable, 2);
  again.start(stage);
  again.clock.advance(2);
  t.is(executable.arena.view('input.input')[0], 0);
  t.is(stage.report().missing, 4);
});

test('every pipe begins with an encoder that has forgotten the one before', (t) => {
  let level = 0;
  const stage = sense({ read: () => level }, concat(delta({ steps: [1] }), analog()), 'input');
  for (const start of [0, 5]) {
    level = start;
    const executable = tiny();
    const pipe = bench(executable, 1);
    const { unsubscribe } = pipe.start(stage);
    pipe.clock.advance(1);
    t.deepEqual(Array.from(executable.arena.view('input.input').subarray(0, 3)), [0, 0, start]);
    unsubscribe();
  }
});

test('a population that is no source, or of another size, is refused at the first frame', (t) => {
  const cases: [Encoder<number>, string, string][] = [
    [three, 'hidden', 'ERR_UNKNOWN_NAME'],
    [three, 'nowhere', 'ERR_UNKNOWN_NAME'],
    [analog(), 'input', 'ERR_SHAPE'],
  ];
  for (const [encoder, population, code] of cases) {
    const { clock, start } = bench(tiny());
    const { outcome } = start(sense(replay([1]), encoder, population), advance());
    clock.advance(4);
    t.true(outcome.error instanceof ControllerError && outcome.error.code === code, population);
    t.is(outcome.frames, 0);
  }
});
