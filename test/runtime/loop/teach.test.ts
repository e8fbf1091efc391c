import test from 'ava';
import { advance, analog, ControllerError, sense, type Teacher, teach, updatesOf } from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { bench, wander } from './pipe.ts';

test('target, importance and events of each tick stand in its row, and nothing of the tick before', (t) => {
  const executable = tiny();
  const { clock, start } = bench(executable, 4);
  const stage = teach(
    {
      write(tick, target, teaching) {
        if (tick % 2 === 1) return;
        target[0] = tick + 1;
        teaching.importance = 0.5;
        teaching.label = tick === 2;
        teaching.episodeEnd = tick === 2;
      },
    },
    'readout',
  );
  start(stage);
  clock.advance(4);
  const { arena, program } = executable;
  t.deepEqual(Array.from(arena.copy('readout.target')).slice(0, 8), [1, 0, 0, 0, 3, 0, 0, 0]);
  t.deepEqual(Array.from(arena.view('readout.importance')).slice(0, 4), [0.5, 0, 0.5, 0]);
  const events = (): number[] => Array.from(arena.words.subarray(program.eventTape.offset, program.eventTape.offset + 4));
  t.deepEqual(events(), [0, 0, 3, 0]);
  clock.advance(4);
  t.deepEqual(events(), [0, 0, 0, 0], 'events do not outlive their frame');
  t.deepEqual(stage.report(), { taught: 4, labels: 1, episodes: 1, invalid: 0 });
});

test('a target or an importance that is not finite teaches nothing, and is counted; the weights stay finite', (t) => {
  const executable = tiny();
  const { clock, start } = bench(executable, 4);
  const bad: Teacher = {
    write(tick, target, teaching) {
      target[1] = tick === 1 ? Number.NaN : 1;
      teaching.importance = tick === 2 ? Number.POSITIVE_INFINITY : 1;
      teaching.label = true;
    },
  };
  const stage = teach(bad, 'readout');
  start(sense(wander(), analog({ size: 3 }), 'input'), stage, advance());
  clock.advance(40);
  t.deepEqual(stage.report(), { taught: 38, labels: 38, episodes: 0, invalid: 2 });
  t.true(updatesOf(executable) > 0);
  for (const { acting } of executable.program.weights.values()) t.true(executable.arena.copy(acting).every(Number.isFinite), acting);
});

test('two readouts that teach at one tick add their events', (t) => {
  const executable = tiny();
  const { clock, start } = bench(executable, 1);
  const say = (label: boolean, episodeEnd: boolean): Teacher => ({
    write(_tick, _target, teaching) {
      teaching.label = label;
      teaching.episodeEnd = episodeEnd;
    },
  });
  start(teach(say(true, false), 'readout'), teach(say(false, true), 'readout'));
  clock.advance(1);
  t.is(executable.arena.words[executable.program.eventTape.offset], 3);
});

test('what an earlier pipe left on the tapes does not teach the next one', (t) => {
  const executable = tiny();
  const first = bench(executable, 4);
  const constant: Teacher = {
    write(_tick, target, teaching) {
      target.fill(3);
      teaching.importance = 1;
    },
  };
  const { unsubscribe } = first.start(sense(wander(), analog({ size: 3 }), 'input'), teach(constant, 'readout'), advance());
  first.clock.advance(40);
  unsubscribe();
  const weights = executable.arena.copy('output.weights');
  const second = bench(executable, 4);
  second.start(sense(wander(), analog({ size: 3 }), 'input'), advance());
  second.clock.advance(40);
  // One update folds the ticks since the last one of the first pipe; after it nothing moves.
  const after = executable.arena.copy('output.weights');
  second.clock.advance(40);
  t.deepEqual(executable.arena.copy('output.weights'), after);
  t.notDeepEqual(after, new Float32Array(weights.length));
});

test('a readout that nothing learns from is refused, and the message names those that can be taught', (t) => {
  const { clock, start } = bench(tiny());
  const { outcome } = start(teach({ write: () => undefined }, 'hidden'));
  clock.advance(4);
  t.true(outcome.error instanceof ControllerError);
  t.is((outcome.error as ControllerError).code, 'ERR_UNKNOWN_NAME');
  t.regex((outcome.error as ControllerError).remedy, /readout/);
});
