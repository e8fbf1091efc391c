/**
 * What every board has to do, whatever it is made of. A suite to be run with a factory: `boardContract('emulated', make)`.
 */
import test, { type ExecutionContext } from 'ava';
import {
  alif,
  type Board,
  type BoardEvent,
  CapabilityError,
  ControllerError,
  compile,
  type Executable,
  integrator,
  lif,
  type Network,
  referenceBackend,
  source,
  TransportError,
} from '../../runtime/index.ts';

/**
 * Under which conditions a board is to be made. `small`: it has room for 4 neurons. `noisy`: some bytes are lost or changed in
 * both directions (about 1 in 500). `narrow`: line or board takes fewer ticks than one each 2 ms.
 */
export type Condition = 'clean' | 'small' | 'noisy' | 'narrow';

/** A board to be tried, and what a test must see and do behind its back. */
export interface Subject {
  readonly board: Board;
  /** bytes that have left for the board */
  sent(): number;
  /** waits for the next tick; a board in virtual time has it at once */
  tick?(): Promise<void>;
  /** lets time pass in which the board is not used */
  pass(ms: number): Promise<void>;
  /** from now on nothing gets through the line */
  cut(): void;
  /** whether the board's outputs are safe */
  safe(): boolean;
  /** whether the board's memory is, by its own check sums, what the host believes */
  verify(): Promise<boolean>;
  /** the weights of a projection that the board runs with, dense, [pre][post], in the host's units; where one can look */
  weights?(projection: string): ArrayLike<number>;
}

export type MakeBoard = (condition: Condition) => Subject | Promise<Subject>;

const INPUTS = 8;
const TICK_MS = 2;
/** For a line that may be slow. */
const PATIENCE_MS = 20_000;

/** All that the port can carry: graded inputs, both neurons, dense and sparse, delays, a readout. */
const network: Network = {
  dt: TICK_MS,
  seed: 5,
  populations: {
    input: { size: INPUTS, neuron: source() },
    slow: { size: 20, neuron: alif({ tauMem: 10, tauAdapt: 200, beta: 0.4, refractory: 3 }) },
    fast: { size: 11, neuron: lif({ tauMem: 6, threshold: 0.7, reset: 'zero' }) },
    readout: { size: 2, neuron: integrator({ tau: 20 }) },
  },
  projections: {
    sensory: { pre: 'input', post: 'slow', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 2 }, delay: 0 },
    recurrent: {
      pre: 'slow',
      post: 'slow',
      connectivity: { kind: 'dense', autapses: false },
      weight: { kind: 'normal', gain: 0.7 },
      delay: 1,
    },
    sparse: { pre: 'slow', post: 'fast', connectivity: { kind: 'random', density: 0.4 }, weight: { kind: 'normal', gain: 2 }, delay: 3 },
    output: { pre: 'fast', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
  },
};
const NEURONS = 31;

const load = (): Executable => referenceBackend.load(compile(network));

/** Numbers from 0 to 1, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z = (z + Math.imul(z ^ (z >>> 7), z | 61)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Adds noise to every weight. */
function disturb(
  executable: Executable,
  size: number,
  seed: number,
  names: readonly string[] = [...executable.program.weights.keys()],
): void {
  const draw = random(seed);
  for (const name of names) {
    const region = executable.program.weights.get(name)!.learning;
    executable.arena.write(
      region,
      executable.arena.copy(region).map((w) => w + (draw() - 0.5) * size),
    );
  }
}

/** The weights of a projection as the host has them, dense. */
function hostWeights({ arena, program }: Executable, name: string): Float64Array {
  const { learning, stored } = program.weights.get(name)!;
  const values = arena.copy(learning);
  if (stored === undefined) return Float64Array.from(values);
  const { pre, post } = program.network.projections[name]!;
  const columns = program.network.populations[post]!.size;
  const dense = new Float64Array(program.network.populations[pre]!.size * columns);
  for (let i = 0; i + 1 < stored.rowStart.length; i++) {
    for (let k = stored.rowStart[i]!; k < stored.rowStart[i + 1]!; k++) dense[i * columns + stored.column[k]!] = values[k]!;
  }
  return dense;
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

/** A subject, connected and with the network, and all that it answers. */
async function deployed(make: MakeBoard, condition: Condition) {
  const subject = await make(condition);
  const { board } = subject;
  const executable = load();
  const ticks: { tick: number; spikes: number[] }[] = [];
  const others: BoardEvent[] = [];
  board.events.subscribe((event) => {
    if (event.kind !== 'spikes') others.push(event);
    else ticks.push({ tick: event.tick, spikes: [...event.addresses.subarray(event.start, event.start + event.count)] });
  });
  await board.connect();
  const report = await board.deploy(executable);
  const draw = random(77);
  const addresses = new Uint32Array(INPUTS);
  const values = new Uint32Array(INPUTS);
  /** sends a tick of random inputs; whether it was taken */
  const send = async (tick: number, from: () => number = draw): Promise<boolean> => {
    let count = 0;
    for (let i = 0; i < INPUTS; i++) {
      const value = from() < 0.3 ? 1 + Math.floor(from() * 3) : 0;
      if (value === 0) continue;
      addresses[count] = i;
      values[count++] = value;
    }
    const taken = board.inputs(tick, addresses, count, values);
    board.poll();
    await subject.tick?.();
    return taken;
  };
  const settle = async (until: () => boolean): Promise<boolean> => {
    for (let ms = 0; ms < PATIENCE_MS && !until(); ms += TICK_MS) await subject.pass(TICK_MS);
    return until();
  };
  return { subject, board, executable, report, ticks, others, send, settle };
}

export function boardContract(name: string, makeBoard: MakeBoard): void {
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
    const error = await t.throwsAsync(board.deploy(load()), { instanceOf: TransportError });
    t.is((error as TransportError).code, 'ERR_BOARD_NOT_READY');
    t.false(board.inputs(0, new Uint32Array(1), 1));
    await board.sync(load());
  });

  claim('refuses a network that asks for more than it offers, before a byte is sent', async (t, make) => {
    const { board, sent } = await make('small');
    await board.connect();
    const before = sent();
    const refused = board.deploy(load());
    t.is(sent(), before);
    const error = await t.throwsAsync(refused, { instanceOf: CapabilityError });
    t.is((error as CapabilityError).code, 'ERR_BOARD_TOO_SMALL');
    t.regex((error as CapabilityError).message, /neurons: 31 asked/);
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
      ticks.some(({ spikes }) => spikes.some((address) => address >= 20)),
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
      await subject.pass(TICK_MS);
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
    await board.sync(load());
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
    t.deepEqual(others, []);
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
