import test from 'ava';
import {
  advance,
  analog,
  ControllerError,
  compile,
  type Executable,
  fingerprint,
  type MirrorOptions,
  mirror,
  type Network,
  referenceBackend,
  sense,
  source,
  type Teacher,
  teach,
  watch,
} from '../../../runtime/index.ts';
import { tiny, tinyNetwork } from './networks.ts';
import { bench, graded, waves } from './pipe.ts';
import { type TwinBoard, type TwinOptions, twinBoard } from './twin-board.ts';

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

test('addresses count over all sources in order of declaration; one source can be sent alone, with the same addresses', async (t) => {
  const network = tinyNetwork();
  const { hidden, slow, readout } = network.populations;
  const two: Network = {
    ...network,
    populations: {
      bias: { size: 2, neuron: source() },
      input: { size: 3, neuron: source() },
      hidden: hidden!,
      slow: slow!,
      readout: readout!,
    },
  };
  const sent = async (options: MirrorOptions) => {
    const host = referenceBackend.load(compile(two));
    const board = twinBoard(host);
    await board.deploy(host);
    const { clock, start } = bench(host, 1);
    start(
      sense({ read: () => 1 }, analog({ size: 2 }), 'bias'),
      sense(graded, analog({ size: 3 }), 'input'),
      advance(),
      mirror(board, options),
    );
    clock.advance(1);
    return board.received;
  };
  t.deepEqual(await sent({}), [[0, [0, 1], [1, 1], [2, 1], [3, 1], [4, 1]]]);
  t.deepEqual(await sent({ inputs: 'input' }), [[0, [2, 1], [3, 1], [4, 1]]]);
});

test('a mirror used for a second pipe compares anew, and waits for its first patch anew', async (t) => {
  const host = tiny({ update: { ticks: 7 }, episode: 'carry' });
  const board = twinBoard(host);
  await board.deploy(host);
  const mirrored = mirror(board, { weightsEvery: 10 });
  for (const pipe of [1, 2]) {
    const { clock, start } = bench(host, 1);
    const { unsubscribe } = start(sense(graded, analog({ size: 3 }), 'input'), teach(waves, 'readout'), advance(), mirrored);
    clock.advance(9);
    t.is(mirrored.report().weightSyncs, 2 * (pipe - 1));
    clock.advance(16);
    t.is(mirrored.report().weightSyncs, 2 * pipe);
    t.is(mirrored.report().ticksCompared, 25);
    t.is(mirrored.report().ticksSent, 25 * pipe);
    unsubscribe();
  }
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
