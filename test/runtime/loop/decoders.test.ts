import test from 'ava';
import { act, advance, analog, argmax, firingRate, linear, sense, setLearning, stage } from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { actuator, bench, wander } from './pipe.ts';

test('linear and argmax read the last tick of the frame', (t) => {
  const executable = tiny();
  setLearning(executable, false);
  const line = actuator<Float32Array>((action) => action.slice());
  const raw = actuator<Float32Array>((action) => action.slice());
  const index = actuator<number>();
  const { clock, start } = bench(executable, 4);
  const last: number[][] = [];
  const { offset, stride } = executable.program.regions.get('readout.output')!;
  start(
    sense(wander(), analog({ size: 3, gain: 2 }), 'input'),
    advance(),
    act(linear({ readout: 'readout', gain: 100, offset: 1, low: -2, high: 2 }), line),
    act(linear({ readout: 'readout' }), raw),
    act(argmax({ readout: 'readout' }), index),
    stage(() => ({
      step({ ticks }) {
        const at = offset + (ticks - 1) * stride;
        last.push([executable.arena.floats[at]!, executable.arena.floats[at + 1]!]);
      },
    })),
  );
  clock.advance(38);
  t.deepEqual(
    raw.log.map((action) => Array.from(action as Float32Array)),
    last,
  );
  t.true(last.some(([a, b]) => a !== b && a !== 0));
  t.deepEqual(
    index.log,
    last.map(([a, b]) => (b! > a! ? 1 : 0)),
  );
  t.deepEqual(
    line.log.map((action) => Array.from(action as Float32Array)),
    last.map((row) => row.map((y) => Math.min(2, Math.max(-2, Math.fround(100 * y + 1))))),
  );
});

test('argmax takes the row of the last tick, whatever the length of the frame, and the first of equals', (t) => {
  const executable = tiny();
  const index = actuator<number>();
  const { clock, start } = bench(executable, 4);
  const { offset, stride } = executable.program.regions.get('readout.output')!;
  // Unit 1 wins in the last row of a full frame alone.
  const scores = stage(() => ({
    step() {
      for (let row = 0; row < 4; row++) executable.arena.floats.set([0.5, row === 3 ? 0.6 : 0.5], offset + row * stride);
    },
  }));
  start(scores, act(argmax({ readout: 'readout' }), index));
  clock.advance(6);
  t.deepEqual(index.log, [1, 0]);
});

test('firing rates are the same for every frame size, and settle at the true rate', (t) => {
  const rates = [1, 4, 16].map((frameTicks) => {
    const executable = tiny();
    setLearning(executable, false);
    const { clock, start } = bench(executable, frameTicks);
    const rate = actuator<Float32Array>((action) => action.slice());
    let spikes = 0;
    const { offset } = executable.program.regions.get('hidden.spikeCount')!;
    start(
      sense(wander(), analog({ size: 3, gain: 2 }), 'input'),
      advance(),
      act(firingRate({ population: 'hidden', tau: 400 }), rate),
      stage(() => ({
        step({ ticks }) {
          for (let row = 0; row < ticks; row++) spikes += executable.arena.words[offset + row]!;
        },
      })),
    );
    clock.advance(3200);
    return { last: Array.from(rate.log.at(-1) as Float32Array), mean: spikes / 3.2 };
  });
  t.deepEqual(rates[1], rates[0]);
  t.deepEqual(rates[2], rates[0]);
  const sum = rates[0]!.last.reduce((total, f) => total + f, 0);
  t.true(rates[0]!.mean > 20);
  t.true(Math.abs(sum - rates[0]!.mean) < 0.3 * rates[0]!.mean, `${sum} against ${rates[0]!.mean} Hz`);
});
