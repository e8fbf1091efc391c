import test from 'ava';
import {
  act,
  advance,
  ControllerError,
  type Decoder,
  type FaultAction,
  type Frame,
  frames,
  record,
  run,
  type Stage,
  stage,
  statuses,
  tickOf,
  virtualClock,
  watch,
} from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { actuator, bench, statusFrom } from './pipe.ts';

const tickOfFrame: Decoder<number> = { create: () => -1, decode: ({ tick }) => tick };

test('one frame object goes through the pipe, and says which ticks it stands for', (t) => {
  const executable = tiny();
  const { clock, start } = bench(executable, 4);
  const seen = new Set<Frame>();
  const ticks: [number, number][] = [];
  start(
    advance(),
    stage(() => ({
      step(frame) {
        seen.add(frame);
        ticks.push([frame.tick, frame.ticks]);
      },
    })),
  );
  clock.advance(9);
  t.is(seen.size, 1);
  t.deepEqual(ticks, [
    [0, 4],
    [4, 4],
    [8, 1],
  ]);
  t.is(tickOf(executable), 9);
});

test('a clock with another tick, or frames longer than the tapes, is refused before anything runs', (t) => {
  const executable = tiny(undefined, 8);
  const refused = (dt: number, frameTicks: number) =>
    t.throws(() => frames(virtualClock({ dt, frameTicks }), executable), { instanceOf: ControllerError })?.path;
  t.is(refused(2, 4), 'clock.dt');
  t.is(refused(1, 9), 'clock.frameTicks');
  t.notThrows(() => frames(virtualClock({ dt: 1, frameTicks: 8 }), executable));
});

/** Every way out of a pipe with an actuator. */
const exits: Record<
  string,
  {
    readonly stages?: readonly Stage[];
    end?(pipe: { clock: { stop(): void; advance(ticks: number): void }; unsubscribe(): void }): void;
    readonly fails: boolean;
  }
> = {
  completion: { end: ({ clock }) => clock.stop(), fails: false },
  unsubscription: { end: ({ unsubscribe }) => unsubscribe(), fails: false },
  'an error upstream': {
    stages: [
      stage(() => ({
        step({ tick }) {
          if (tick >= 8) throw new Error('upstream');
        },
      })),
    ],
    end: ({ clock }) => clock.advance(8),
    fails: true,
  },
  'a fault, watched': { stages: [statusFrom(8, statuses.nonFinite)], end: ({ clock }) => clock.advance(8), fails: true },
};

for (const [name, { stages = [], end, fails }] of Object.entries(exits)) {
  test(`safe() is called once, last, on ${name}`, (t) => {
    const servo = actuator<number>();
    const { clock, start } = bench(tiny());
    const pipe = start(advance(), ...stages, act(tickOfFrame, servo), watch());
    clock.advance(8);
    t.deepEqual(servo.log, [0, 4]);
    end?.({ clock, unsubscribe: pipe.unsubscribe });
    t.deepEqual(servo.log, [0, 4, 'safe']);
    t.is(pipe.outcome.error !== undefined, fails);
    pipe.unsubscribe();
    t.deepEqual(servo.log, [0, 4, 'safe'], 'and not again');
  });
}

test('safe() is called once when the error comes from behind, from the decoder or from the actuator itself', (t) => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const behind = actuator<number>();
  const decoding = actuator<number>();
  const acting = { ...actuator<number>(), apply: boom };
  const pipes: [Decoder<number>, typeof behind, Stage][] = [
    [tickOfFrame, behind, stage(() => ({ step: boom }))],
    [{ create: () => 0, decode: boom }, decoding, watch()],
    [tickOfFrame, acting, watch()],
  ];
  for (const [decoder, servo, last] of pipes) {
    const { clock, start } = bench(tiny());
    const { outcome } = start(advance(), act(decoder, servo), last);
    clock.advance(8);
    t.is((outcome.error as Error).message, 'boom');
    t.is(servo.log.filter((entry) => entry === 'safe').length, 1);
    t.is(servo.log.at(-1), 'safe');
  }
});

test('safe() is called even when no frame ever came', (t) => {
  const servo = actuator<number>();
  const { start } = bench(tiny());
  start(advance(), act(tickOfFrame, servo)).unsubscribe();
  t.deepEqual(servo.log, ['safe']);
});

test('a network that is not finite any more acts no more, even where the watcher lets it continue', (t) => {
  const servo = actuator<number>();
  const executable = tiny();
  const { clock, start } = bench(executable);
  const asked: number[] = [];
  const { outcome, unsubscribe } = start(
    advance(),
    act(tickOfFrame, servo),
    watch((status, { tick }) => {
      asked.push(status, tick);
      return 'continue';
    }),
  );
  clock.advance(8);
  executable.arena.view('hidden.membrane')[0] = Number.NaN;
  clock.advance(12);
  t.deepEqual(servo.log, [0, 4, 'safe']);
  t.deepEqual(asked, [statuses.nonFinite, 8], 'asked once, not at every frame');
  t.is(outcome.frames, 5, 'recording and watching go on');
  unsubscribe();
  t.deepEqual(servo.log, [0, 4, 'safe']);
});

test("watch: 'stop' ends with an error that says what and when, 'freezeLearning' stops the weights, 'continue' nothing", (t) => {
  const outcomes = (['stop', 'freezeLearning', 'continue'] as const).map((action: FaultAction) => {
    const executable = tiny();
    const { clock, start } = bench(executable);
    const { outcome } = start(
      advance(),
      statusFrom(4, statuses.nonFinite),
      watch(() => action),
    );
    clock.advance(12);
    return { frames: outcome.frames, error: outcome.error as ControllerError | undefined, learning: executable.arena.words[2] };
  });
  t.deepEqual(
    outcomes.map(({ frames: count, learning }) => [count, learning]),
    [
      [1, 1],
      [3, 0],
      [3, 1],
    ],
  );
  t.is(outcomes[0]!.error?.code, 'ERR_NETWORK_FAULT');
  t.is(outcomes[0]!.error?.message, 'the network is not finite at tick 4');
});

test('a recorder is given every frame that ran, and closed once', (t) => {
  const log: string[] = [];
  const executable = tiny();
  const { clock, start } = bench(executable);
  const recorder = {
    frame: ({ tick, ticks }: Frame) => void log.push(`${tick}+${ticks} at ${tickOf(executable)}`),
    close: () => void log.push('close'),
  };
  start(advance(), record(recorder));
  clock.advance(6);
  clock.stop();
  t.deepEqual(log, ['0+4 at 4', '4+2 at 6', 'close']);
});

test('run() resolves at completion and at abort, rejects with the error, and by then actuators are safe', async (t) => {
  const pipe = (servo: ReturnType<typeof actuator<number>>, ticks: number | undefined, ...stages: readonly Stage[]) =>
    stages.reduce(
      (source, next) => source.pipe(next),
      frames(virtualClock({ dt: 1, frameTicks: 4, ...(ticks === undefined ? {} : { ticks }) }), tiny()).pipe(
        advance(),
        act(tickOfFrame, servo),
      ),
    );
  const completed = actuator<number>();
  await run(pipe(completed, 8));
  t.deepEqual(completed.log, [0, 4, 'safe']);

  const aborted = actuator<number>();
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 10);
  await run(pipe(aborted, undefined), stop.signal);
  t.is(aborted.log.indexOf('safe'), aborted.log.length - 1);

  const failed = actuator<number>();
  await t.throwsAsync(run(pipe(failed, 40, statusFrom(8, 1), watch())), { instanceOf: ControllerError });
  t.is(failed.log.at(-1), 'safe');

  const never = actuator<number>();
  await run(pipe(never, 8), AbortSignal.abort());
  t.deepEqual(never.log, [], 'an aborted signal starts nothing');
});
