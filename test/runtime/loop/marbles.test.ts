import test, { type ExecutionContext } from 'ava';
import { catchError, map, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  act,
  advance,
  analog,
  type Clock,
  type Decoder,
  type FrameDue,
  frames,
  latest,
  raise,
  type Stage,
  sense,
  stage,
  statuses,
  watch,
} from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { actuator, statusFrom } from './pipe.ts';

/** Time drawn: a clock whose frames come when the marbles say so. */
const scheduler = (t: ExecutionContext): TestScheduler => new TestScheduler((actual, expected) => void t.deepEqual(actual, expected));

const clockOf = (frames$: Clock['frames']): Clock => ({
  dt: 1,
  frameTicks: 4,
  now: () => 0,
  frames: frames$,
  report: () => raise('ERR_CLOCK_USE', { reason: 'nobody reads the report here', remedy: 'let it be' }),
});

const due: Record<string, FrameDue> = {
  a: { tick: 0, ticks: 4, latenessUs: 0 },
  b: { tick: 4, ticks: 4, latenessUs: 250 },
  c: { tick: 20, ticks: 2, latenessUs: 0 },
};

const ticks = map(({ tick, ticks: count }: { tick: number; ticks: number }) => `${tick}+${count}`);
const tickDecoder: Decoder<number> = { create: () => 0, decode: ({ tick }) => tick };

test('a frame leaves the pipe in the moment in which it entered', (t) => {
  scheduler(t).run(({ hot, expectObservable }) => {
    const pipe = frames(clockOf(hot('-a--b-c|', due)), tiny()).pipe(advance(), ticks);
    expectObservable(pipe).toBe('-x--y-z|', { x: '0+4', y: '4+4', z: '20+2' });
  });
});

test('the clock is subscribed with the pipe and left with it', (t) => {
  scheduler(t).run(({ hot, expectObservable, expectSubscriptions }) => {
    const clock$ = hot('-a--b-c-', due);
    expectObservable(frames(clockOf(clock$), tiny()).pipe(advance(), ticks), '^----!').toBe('-x--y', { x: '0+4', y: '4+4' });
    expectSubscriptions(clock$.subscriptions).toBe('^----!');
  });
});

test('a fault ends the pipe at its frame, and leaves the clock', (t) => {
  const servo = actuator<number>();
  scheduler(t).run(({ hot, expectObservable, expectSubscriptions }) => {
    const clock$ = hot('-a--b-c|', due);
    const pipe = frames(clockOf(clock$), tiny()).pipe(
      advance(),
      statusFrom(4, statuses.nonFinite),
      act(tickDecoder, servo),
      watch(),
      ticks,
    );
    expectObservable(pipe.pipe(catchError((error) => throwError(() => error.code)))).toBe('-x--#', { x: '0+4' }, 'ERR_NETWORK_FAULT');
    expectSubscriptions(clock$.subscriptions).toBe('^---!');
  });
  t.deepEqual(servo.log, [0, 'safe']);
});

test('an error of the clock goes through, and the actuator is safe', (t) => {
  const servo = actuator<number>();
  scheduler(t).run(({ hot, expectObservable }) => {
    const pipe = frames(clockOf(hot('-a-#', due)), tiny()).pipe(advance(), act(tickDecoder, servo), ticks);
    expectObservable(pipe).toBe('-x-#', { x: '0+4' });
  });
  t.deepEqual(servo.log, [0, 'safe']);
});

test('a frame sees the sample that came last before it, whatever the rate of the stream', (t) => {
  const executable = tiny();
  const seen: (number | undefined)[] = [];
  const look: Stage = stage(() => ({ step: () => void seen.push(executable.arena.view('input.input')[0]) }));
  scheduler(t).run(({ hot, expectObservable, expectSubscriptions }) => {
    const clock$ = hot('--a----b-c--|', due);
    const samples$ = hot('-1-234------9', { 1: [1, 0, 0], 2: [2, 0, 0], 3: [3, 0, 0], 4: [4, 0, 0], 9: [9, 0, 0] });
    const pipe = frames(clockOf(clock$), executable).pipe(sense(latest<number[]>(samples$), analog({ size: 3 }), 'input'), look, ticks);
    expectObservable(pipe).toBe('--x----y-z--|', { x: '0+4', y: '4+4', z: '20+2' });
    expectSubscriptions(samples$.subscriptions).toBe('^-----------!');
  });
  t.deepEqual(seen, [1, 4, 4]);
});
