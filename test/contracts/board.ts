/**
 * What every board has to do, whatever it is made of. A suite to be run with a factory: `boardContract('emulated', make)`.
 */
import test, { type ExecutionContext } from 'ava';
import { CapabilityError, ControllerError, TransportError } from '../../runtime/index.ts';
import {
  type Condition,
  deployed as deployedOf,
  disturb,
  hostWeights,
  largestDifference,
  load,
  type MakeBoard,
  neuronsOf,
  random,
  type Shape,
  shape,
} from './board-bench.ts';

export { type Condition, type MakeBoard, type Subject, smallShape } from './board-bench.ts';

/** `sizes` of the network that it is tried with; `tooLarge` is what the board made `small` refuses for its number of neurons. */
export function boardContract(name: string, makeBoard: MakeBoard, sizes: Shape = shape, tooLarge: Shape = sizes): void {
  const NEURONS = neuronsOf(sizes);
  const deployed = (make: MakeBoard, condition: Condition) => deployedOf(make, condition, sizes);
  const claim = (text: string, body: (t: ExecutionContext, make: MakeBoard) => Promise<void>): void =>
    test(`${name}: ${text}`, (t) =>
      body(t, async (condition) => {
        const subject = await makeBoard(condition);
        // Also where the claim does not hold: an open board keeps the process alive.
        t.teardown(() => subject.board.shutdown());
        return subject;
      }));

  claim('says what it is when it is connected, and says it again', async (t, make) => {
    const { board } = await make('clean');
    t.is(board.capabilities, undefined);
    const capabilities = await board.connect();
    t.deepEqual(board.capabilities, capabilities);
    t.deepEqual(await board.connect(), capabilities);
    t.true(capabilities.neurons >= NEURONS && capabilities.weightBits >= 2 && capabilities.neuronKinds.includes('lif'));
  });

  claim('deploys nothing before it is connected', async (t, make) => {
    const { board } = await make('clean');
    const error = await t.throwsAsync(board.deploy(load(sizes)), { instanceOf: TransportError });
    t.is((error as TransportError).code, 'ERR_BOARD_NOT_READY');
    t.false(board.inputs(0, new Uint32Array(1), 1));
    await board.sync(load(sizes));
  });

  claim('refuses a network that asks for more than it offers, before a byte is sent', async (t, make) => {
    const { board, sent } = await make('small');
    await board.connect();
    const before = sent();
    const refused = board.deploy(load(tooLarge));
    t.is(sent(), before);
    const error = await t.throwsAsync(refused, { instanceOf: CapabilityError });
    t.is((error as CapabilityError).code, 'ERR_BOARD_TOO_SMALL');
    t.regex((error as CapabilityError).message, new RegExp(`neurons: ${neuronsOf(tooLarge)} asked`));
  });

  claim('runs with the weights that were deployed, to the error that it declared', async (t, make) => {
    const { subject, executable, report } = await deployed(make, 'clean');
    t.true(report.bytes > 0);
    t.true(report.weightError.rms > 0 && report.weightError.rms <= report.weightError.max);
    t.true(await subject.verify());
    for (const projection of executable.program.weights.keys()) {
      const there = subject.weights?.(projection);
      if (there !== undefined)
        t.true(largestDifference(hostWeights(executable, projection), there) <= report.weightError.max * 1.0001, projection);
    }
  });

  claim('runs with new weights when sync resolves; what has not changed is not sent', async (t, make) => {
    const { subject, board, executable, settle } = await deployed(make, 'clean');
    disturb(executable, 0.3, 3);
    const synced = board.sync(executable);
    t.true(board.syncing);
    t.true(await settle(() => !board.syncing));
    await synced;
    const { weightPatches, weightPatchesAcked, weightErrorMax } = board.report();
    t.deepEqual([weightPatches, weightPatchesAcked], [1, 1]);
    t.true(await subject.verify());
    for (const projection of executable.program.weights.keys()) {
      const there = subject.weights?.(projection);
      if (there !== undefined) t.true(largestDifference(hostWeights(executable, projection), there) <= weightErrorMax * 1.0001, projection);
    }
    const again = board.sync(executable);
    t.false(board.syncing);
    await again;
    t.is(board.report().weightPatches, 1);
  });

  claim('takes one projection and leaves the others', async (t, make) => {
    const { subject, board, executable, settle } = await deployed(make, 'clean');
    const before = subject.weights === undefined ? undefined : Array.from(subject.weights('sensory'));
    disturb(executable, 0.3, 4);
    void board.sync(executable, 'recurrent');
    t.true(await settle(() => !board.syncing));
    const { weightErrorMax } = board.report();
    if (subject.weights !== undefined) {
      t.deepEqual(Array.from(subject.weights('sensory')), before);
      t.true(largestDifference(hostWeights(executable, 'recurrent'), subject.weights('recurrent')) <= weightErrorMax * 1.0001);
    }
    t.true(await subject.verify());
  });

  claim('keeps one patch on its way, and the newest weights win', async (t, make) => {
    const { subject, board, executable, settle } = await deployed(make, 'clean');
    const synced: Promise<void>[] = [];
    for (let k = 0; k < 5; k++) {
      disturb(executable, 0.2, 10 + k);
      synced.push(board.sync(executable));
    }
    t.true(await settle(() => !board.syncing));
    await Promise.all(synced);
    const { weightPatches, weightPatchesAcked, weightErrorMax } = board.report();
    t.true(weightPatches <= 2 && weightPatches === weightPatchesAcked, `${weightPatches} patches`);
    t.true(await subject.verify());
    const there = subject.weights?.('sensory');
    if (there !== undefined) t.true(largestDifference(hostWeights(executable, 'sensory'), there) <= weightErrorMax * 1.0001);
  });

  claim('answers the ticks in ascending order, silent ones too, with ascending addresses', async (t, make) => {
    const { board, ticks, others, send, settle } = await deployed(make, 'clean');
    const FIRST = 1000;
    const COUNT = 300;
    for (let tick = FIRST; tick < FIRST + COUNT; tick++) t.true(await send(tick));
    t.true(await settle(() => ticks.length >= COUNT));
    t.deepEqual(
      ticks.map(({ tick }) => tick),
      Array.from({ length: COUNT }, (_, k) => FIRST + k),
    );
    t.true(ticks.every(({ spikes }) => spikes.every((address, k) => address < NEURONS && (k === 0 || address > spikes[k - 1]!))));
    t.true(
      ticks.some(({ spikes }) => spikes.some((address) => address >= sizes.slow)),
      'the sparse projection is alive',
    );
    const { spikesIn, spikesOut, dropped, faults } = board.report();
    t.is(
      spikesOut,
      ticks.reduce((sum, { spikes }) => sum + spikes.length, 0),
    );
    t.true(spikesIn > 0 && spikesOut > 0);
    t.deepEqual([dropped, faults, others.length], [0, 0, 0]);
  });

  claim('is at rest after the end of an episode', async (t, make) => {
    const { subject, board, ticks, send, settle } = await deployed(make, 'clean');
    const EPISODE = 60;
    for (let episode = 0; episode < 2; episode++) {
      const draw = random(9);
      for (let tick = 0; tick < EPISODE; tick++) await send(episode * EPISODE + tick, draw);
      t.true(await settle(() => ticks.length === (episode + 1) * EPISODE));
      board.endEpisode((episode + 1) * EPISODE - 1);
      await subject.pass(sizes.tickMs);
    }
    const spikes = ticks.map(({ spikes }) => spikes);
    t.deepEqual(spikes.slice(EPISODE), spikes.slice(0, EPISODE));
    t.true(spikes.flat().length > 0);
  });

  claim('is shut down once, to the safe state', async (t, make) => {
    const { subject, board, others, send } = await deployed(make, 'clean');
    for (let tick = 0; tick < 20; tick++) await send(tick);
    t.false(subject.safe());
    await Promise.all([board.shutdown(), board.shutdown()]);
    await board.shutdown();
    t.true(subject.safe());
    t.false(await send(20));
    await board.sync(load(sizes));
    t.deepEqual(others, []);
    t.is(board.report().faults, 0);
  });

  claim('can be shut down before it was connected, and connected again after', async (t, make) => {
    const { subject, board, executable } = await deployed(make, 'clean');
    await board.shutdown();
    await board.connect();
    disturb(executable, 0.2, 6);
    await board.deploy(executable);
    t.true(await subject.verify());
    t.false(subject.safe());
    await board.shutdown();
    const { board: other } = await make('clean');
    await other.shutdown();
    t.true(subject.safe());
  });

  claim('keeps its weights right on a line that damages frames, and counts the damage', async (t, make) => {
    const { subject, board, executable, ticks, others, send, settle } = await deployed(make, 'noisy');
    for (let tick = 0; tick < 400; tick++) {
      await send(tick);
      if (tick % 50 !== 49) continue;
      disturb(executable, 0.05, tick);
      void board.sync(executable);
    }
    t.true(await settle(() => !board.syncing));
    // A board without room for two images is late while one arrives.
    t.deepEqual(
      others.filter(({ kind }) => kind === 'fault'),
      [],
    );
    t.true(await subject.verify());
    const { crcErrors, retransmits, weightPatches, weightPatchesAcked, weightErrorMax } = board.report();
    t.true(crcErrors > 0 && retransmits > 0, `${crcErrors} damaged, ${retransmits} sent again`);
    t.true(weightPatches > 0 && weightPatches === weightPatchesAcked);
    const there = subject.weights?.('recurrent');
    if (there !== undefined) t.true(largestDifference(hostWeights(executable, 'recurrent'), there) <= weightErrorMax * 1.0001);
    // Some answers are lost; those that came are in order.
    t.true(ticks.length > 200 && ticks.every(({ tick }, k) => k === 0 || tick > ticks[k - 1]!.tick));
  });

  claim('is safe soon after the line has fallen silent, and the host hears of it once', async (t, make) => {
    const { subject, board, others, send } = await deployed(make, 'clean');
    for (let tick = 0; tick < 20; tick++) await send(tick);
    subject.cut();
    await subject.pass(300);
    t.true(subject.safe(), 'without any help of the host');
    await subject.pass(2000);
    t.is(others.length, 1);
    const [event] = others;
    t.true(event?.kind === 'fault' && event.error instanceof ControllerError && event.error.code === 'ERR_LINK_SILENT');
    t.is(board.report().faults, 1);
    t.false(await send(20));
  });

  claim('drops and counts the ticks that it has no room for', async (t, make) => {
    const { board, others, send } = await deployed(make, 'narrow');
    let refused = 0;
    for (let tick = 0; tick < 1000; tick++) if (!(await send(tick))) refused++;
    t.true(refused > 0);
    t.is(board.report().dropped, refused);
    t.deepEqual(
      others.filter(({ kind }) => kind === 'fault'),
      [],
    );
  });
}
