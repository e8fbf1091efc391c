import test from 'ava';
import {
  act,
  advance,
  analog,
  ControllerError,
  controllerError,
  type Executable,
  fingerprint,
  type MirrorOptions,
  mirror,
  type Network,
  sense,
  stage,
  type Teacher,
  teach,
  watch,
} from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { actuator, bench, waves } from './pipe.ts';
import { type TwinBoard, type TwinOptions, twinBoard } from './twin-board.ts';

/** Whole numbers from 0 to 3: what crosses to a board without rounding. */
const graded = {
  read(tick: number): Float64Array {
    for (let i = 0; i < 3; i++) sample[i] = (tick * (i + 3)) % 7 === 0 ? 1 + (tick % 3) : 0;
    return sample;
  },
};
const sample = new Float64Array(3);

interface Session {
  readonly host: Executable;
  readonly board: TwinBoard;
  readonly report: ReturnType<ReturnType<typeof mirror>['report']>;
  readonly error: unknown;
}

/** Runs 400 learning ticks beside a twin that started with the same weights. */
async function session(
  options: MirrorOptions,
  {
    frameTicks = 1,
    learning,
    teacher = waves,
    ...twin
  }: TwinOptions & { frameTicks?: number; learning?: Network['learning']; teacher?: Teacher } = {},
): Promise<Session> {
  const host = tiny(learning ?? { update: { ticks: 7 }, episode: 'carry' });
  const board = twinBoard(host, twin);
  await board.deploy(host);
  const { clock, start } = bench(host, frameTicks);
  const mirrored = mirror(board, options);
  const { outcome, unsubscribe } = start(
    sense(graded, analog({ size: 3 }), 'input'),
    teach(teacher, 'readout'),
    advance(),
    mirrored,
    watch(),
  );
  clock.advance(400);
  unsubscribe();
  return { host, board, report: mirrored.report(), error: outcome.error };
}

test('a twin that is sent every input and every update agrees in every spike', async (t) => {
  const { report, error } = await session({ weightsEvery: 1 });
  t.is(error, undefined);
  t.true(report.hostSpikes > 50, `${report.hostSpikes} spikes`);
  t.is(report.agreement, 1);
  t.is(report.sharedSpikes, report.hostSpikes);
  t.is(report.ticksSent, 400);
  t.is(report.ticksCompared, 400);
  t.is(report.ticksUnanswered + report.ticksUnmatched + report.ticksDropped + report.valuesRounded, 0);
  t.is(report.board.weightPatchesAcked, report.weightSyncs);
});

test('negative control: a twin that is never sent the weights drifts away from a host that learns', async (t) => {
  const { report } = await session({});
  t.is(report.weightSyncs, 0);
  t.true(report.agreement! < 0.95, `agreement ${report.agreement}`);
});

test('the mirror never changes a bit of the host', async (t) => {
  const { host } = await session({ weightsEvery: 5 });
  const alone = tiny({ update: { ticks: 7 }, episode: 'carry' });
  const { clock, start } = bench(alone, 1);
  start(sense(graded, analog({ size: 3 }), 'input'), teach(waves, 'readout'), advance());
  clock.advance(400);
  t.is(fingerprint(alone), fingerprint(host));
});

test('answers may come frames later: the host waits for them in a ring', async (t) => {
  const { report } = await session({ weightsEvery: 1 }, { roundTrip: 20 });
  t.is(report.ticksCompared, 380, 'those of the last 20 ticks never came');
  t.is(report.ticksUnanswered, 0);
  t.is(report.ticksUnmatched, 0);
  t.true(report.weightSyncsDeferred > 0, 'a patch waits for the acknowledgement of the one before');
});

test('an answer later than the ring is long is counted, not compared', async (t) => {
  const { report } = await session({ window: 10 }, { roundTrip: 20 });
  t.is(report.ticksCompared, 0);
  t.is(report.agreement, undefined);
  t.is(report.ticksUnmatched, 380);
  t.is(report.ticksUnanswered, 390);
});

test('input that found no room and answers that were lost are counted; the rest is compared', async (t) => {
  const { report } = await session({ window: 8 }, { full: (tick) => tick >= 390, lost: (tick) => tick % 10 === 0 });
  t.is(report.ticksDropped, 10);
  t.is(report.board.dropped, 10);
  t.is(report.ticksSent, 390);
  t.is(report.ticksCompared, 351);
});

test('a board gets every tick once, in order, silent ones too, with addresses ascending', async (t) => {
  const { board } = await session({}, { frameTicks: 7 });
  t.deepEqual(
    board.received.map(([tick]) => tick),
    Array.from({ length: 400 }, (_, tick) => tick),
  );
  t.true(board.received.some(([, ...spikes]) => spikes.length === 0));
  t.true(board.received.every(([, ...spikes]) => spikes.every(([address], i) => i === 0 || address > spikes[i - 1]![0])));
  t.true(board.received.some(([, ...spikes]) => spikes.some(([, value]) => value === 3)));
});

test('values that are no whole number up to the largest grade are sent as the nearest one, and counted', async (t) => {
  const host = tiny();
  const board = twinBoard(host, { offered: { maxGrade: 2 } });
  await board.deploy(host);
  const { clock, start } = bench(host, 1);
  const mirrored = mirror(board);
  const rows = [
    [0, 1, 2],
    [0.4, 0.6, 7],
    [-1, 0, 1],
  ];
  start(sense({ read: (tick) => rows[tick]! }, analog({ size: 3 }), 'input'), advance(), mirrored);
  clock.advance(3);
  t.deepEqual(board.received, [
    [0, [1, 1], [2, 2]],
    [1, [1, 1], [2, 2]],
    [2, [2, 1]],
  ]);
  t.is(mirrored.report().valuesRounded, 4);
});

test('the end of an episode reaches the board behind its tick, unless the network carries its state on', async (t) => {
  const episodes: Teacher = {
    write(tick, target, teaching) {
      waves.write(tick, target, teaching);
      teaching.episodeEnd = tick % 100 === 99;
    },
  };
  const resets = await session({ weightsEvery: 1 }, { learning: { update: { ticks: 7 } }, teacher: episodes });
  t.deepEqual(
    resets.board.log.filter((line) => line.startsWith('end')),
    ['endEpisode 99', 'endEpisode 199', 'endEpisode 299', 'endEpisode 399'],
  );
  t.is(resets.report.agreement, 1, 'and the twin goes back to rest with the host');
  const deaf = await session({ weightsEvery: 1 }, { learning: { update: { ticks: 7 } }, teacher: episodes, deaf: true });
  t.true(deaf.report.agreement! < 1, 'negative control: a board that does not hear of it disagrees');
  const carries = await session({ weightsEvery: 1 }, { teacher: episodes });
  t.false(carries.board.log.some((line) => line.startsWith('end')));
  t.is(carries.report.agreement, 1);
});

test('one population can be compared alone', async (t) => {
  const all = await session({ weightsEvery: 1 });
  const [hidden, slow] = [await session({ weightsEvery: 1, population: 'hidden' }), await session({ weightsEvery: 1, population: 'slow' })];
  t.is(hidden.report.agreement, 1);
  t.is(slow.report.agreement, 1);
  t.true(slow.report.hostSpikes > 0);
  t.is(hidden.report.hostSpikes + slow.report.hostSpikes, all.report.hostSpikes);
});

test('a fault of the board is the end of the mirror, not of the pipe: it is shut down at once, and the actuator goes on', async (t) => {
  const host = tiny();
  const board = twinBoard(host);
  await board.deploy(host);
  const { clock, start } = bench(host, 1);
  const mirrored = mirror(board, { weightsEvery: 1 });
  const servo = actuator<number>();
  const { outcome } = start(
    sense(graded, analog({ size: 3 }), 'input'),
    advance(),
    mirrored,
    act({ create: () => 0, decode: ({ tick }) => tick }, servo),
  );
  clock.advance(5);
  const error = controllerError('ERR_LINK_SILENT', { ms: 100 });
  board.fault(error);
  t.is(board.log.at(-1), 'shutdown');
  clock.advance(5);
  t.is(outcome.error, undefined);
  t.is(board.received.length, 5);
  t.is(mirrored.report().fault, error);
  t.is(mirrored.report().board.faults, 1);
  t.is(servo.log.length, 10);
});

test("onFault 'stop' ends the pipe with the board's error at the next frame, and the actuator is safe", async (t) => {
  const host = tiny();
  const board = twinBoard(host);
  await board.deploy(host);
  const { clock, start } = bench(host, 1);
  const servo = actuator<number>();
  const error = controllerError('ERR_LINK_SILENT', { ms: 100 });
  const { outcome } = start(
    advance(),
    act({ create: () => 0, decode: ({ tick }) => tick }, servo),
    mirror(board, { onFault: () => 'stop' }),
  );
  clock.advance(2);
  board.fault(error);
  t.is(outcome.error, undefined);
  clock.advance(1);
  t.is(outcome.error, error);
  t.deepEqual(servo.log, [0, 1, 2, 'safe']);
});

test('a patch that the board refuses is a fault; one that the end of the pipe cut off is not', async (t) => {
  const refuse = async (closeFirst: boolean) => {
    const host = tiny();
    const board = twinBoard(host);
    await board.deploy(host);
    board.sync = () => Promise.reject(controllerError('ERR_LINK_SILENT', { ms: 100 }));
    const { clock, start } = bench(host, 1);
    const mirrored = mirror(board, { weightsEvery: 1 });
    const { unsubscribe } = start(advance(), mirrored);
    clock.advance(1);
    if (closeFirst) unsubscribe();
    await new Promise((resolve) => setImmediate(resolve));
    return { fault: mirrored.report().fault, log: board.log };
  };
  const refused = await refuse(false);
  t.true(refused.fault instanceof ControllerError);
  t.is(refused.log.at(-1), 'shutdown');
  t.is((await refuse(true)).fault, undefined);
});

test('the board is shut down however the pipe ends', async (t) => {
  const ends: ((pipe: { stop(): void; unsubscribe(): void; fail(): void }) => void)[] = [
    ({ stop }) => stop(),
    ({ unsubscribe }) => unsubscribe(),
    ({ fail }) => fail(),
  ];
  for (const end of ends) {
    const host = tiny();
    const board = twinBoard(host);
    await board.deploy(host);
    const { clock, start } = bench(host, 1);
    let failing = false;
    const { unsubscribe } = start(
      advance(),
      mirror(board),
      stage(() => ({
        step() {
          if (failing) throw new Error('behind');
        },
      })),
    );
    clock.advance(3);
    t.deepEqual(board.log, ['deploy']);
    end({
      stop: clock.stop,
      unsubscribe,
      fail() {
        failing = true;
        clock.advance(1);
      },
    });
    t.deepEqual(board.log, ['deploy', 'shutdown']);
  }
});

test('a board that was not deployed is no reason to stop: its inputs are refused and counted', (t) => {
  const host = tiny();
  const { clock, start } = bench(host, 4);
  const mirrored = mirror(twinBoard(host));
  const { outcome } = start(advance(), mirrored);
  clock.advance(8);
  t.is(outcome.error, undefined);
  t.is(mirrored.report().ticksDropped, 8);
});

test('names that do not exist and numbers out of range are refused', (t) => {
  const host = tiny();
  t.is(t.throws(() => mirror(twinBoard(host), { weightsEvery: 0 }), { instanceOf: ControllerError })?.path, 'mirror.weightsEvery');
  t.is(t.throws(() => mirror(twinBoard(host), { window: 1.5 }), { instanceOf: ControllerError })?.path, 'mirror.window');
  for (const options of [{ inputs: 'hidden' }, { population: 'readout' }]) {
    const { clock, start } = bench(tiny(), 1);
    const { outcome } = start(advance(), mirror(twinBoard(host), options));
    clock.advance(1);
    t.true(outcome.error instanceof ControllerError && outcome.error.code === 'ERR_UNKNOWN_NAME');
  }
});
