/** Faults 24 to 27 of a chip on a board: a tick that comes too early, a lost edge of SCK, SCK too fast, a flipped bit. Each with its control. */
import assert from 'node:assert/strict';
import { patternHolds } from '../../../../drivers/chips/reckon/loader.ts';
import { SpiMaster } from '../../../../drivers/chips/reckon/spi-master.ts';
import { type ReckonBoardOptions, ReckonDevice, reckonBoard, type SpiLine } from '../../../../drivers/index.ts';
import { type Executable, TransportError } from '../../../../runtime/index.ts';
import { listen, load } from '../../small.ts';
import { random } from '../../support.ts';
import { fitting } from './fitting.ts';

const DT_MS = 2;

async function running(options: ReckonBoardOptions = {}) {
  const board = reckonBoard(options);
  const { codes } = listen(board);
  const executable = load(fitting);
  const spikes: number[][] = [];
  board.events.subscribe((event) => {
    if (event.kind === 'spikes') spikes.push([...event.addresses.subarray(0, event.count)]);
  });
  await board.connect();
  await board.deploy(executable);
  /** plays ticks of random inputs, the same ones in every run; whether all were taken */
  const play = (from: number, to: number): boolean => {
    let taken = true;
    for (let tick = from; tick < to; tick++) {
      const draw = random(tick);
      const addresses = Uint32Array.from([0, 1, 2, 3, 4, 5, 6, 7].filter(() => draw() < 0.3));
      taken = board.inputs(tick, addresses, addresses.length) && taken;
    }
    return taken;
  };
  return { board, chip: board.chip, machine: board.chip.device.machine, executable, codes, spikes, play };
}

/** Fault 24. A tick that comes while the chip is busy is a typed fault; deployed again, it runs as before. Throws where that is not so; returns what was seen. */
export async function timingError(): Promise<string> {
  const { board, machine, executable, codes, spikes, play } = await running();
  const control = await running();
  assert.ok(play(0, 50) && control.play(0, 50));
  assert.deepEqual(spikes, control.spikes);
  assert.ok(machine.timingErrorReady && !machine.timingError);
  // Two edges on the pin that the driver did not make, the second in the middle of the first one's tick.
  machine.tick();
  machine.run(10);
  machine.tick();
  machine.run(10);
  assert.ok(machine.timingError);
  assert.ok(!play(50, 51));
  assert.deepEqual(codes(), ['ERR_CHIP_TIMING']);
  assert.ok(!board.running);
  assert.ok(!play(51, 52), 'it stays down');
  await board.connect();
  await board.deploy(executable);
  spikes.length = 0;
  control.board.endEpisode(49);
  control.spikes.length = 0;
  // A reset starts the generators of rounding anew: beside a board that was just deployed, every spike is the same.
  const fresh = await running();
  assert.ok(play(0, 50) && fresh.play(0, 50));
  assert.deepEqual(spikes, fresh.spikes);
  assert.deepEqual(control.codes(), [], 'without the edges there is no fault');
  return 'typed fault; deployed again, every spike is that of a fresh board';
}

/** Drops one period of SCK, the `at`-th. */
const losing =
  (at: number, counted: { edges: number }) =>
  (chip: SpiLine): SpiLine => ({
    clock: (mosi, cycles) => (counted.edges++ === at ? 0 : chip.clock(mosi, cycles)),
  });

/** Fault 25. A lost edge of SCK, wherever it is, is noticed: the chip runs as it should, or a fault is told. Throws where that is not so; returns what was seen. */
export async function lostEdge(): Promise<string> {
  const whole = { edges: 0 };
  const control = await running({ line: losing(-1, whole) });
  const { chip } = control;
  const loadEnds = whole.edges;
  const TICKS = 40;
  const half = async ({ play, board, executable }: Awaited<ReturnType<typeof running>>) => {
    const first = play(0, TICKS / 2);
    const weights = executable.arena.view('sensory.weights');
    weights.set(weights.map((w) => w * 1.1));
    void board.sync(executable);
    return play(TICKS / 2, TICKS) && first;
  };
  assert.ok(await half(control));
  assert.equal(chip.report().reloads, 0);
  const outcomes = { healed: 0, told: 0, unharmed: 0 };
  const draw = random(25);
  /** What a network of this size uses: garbage elsewhere is not read. */
  const weightsOf = ({ machine: { core } }: Awaited<ReturnType<typeof running>>): string =>
    [...core.inputWeights.subarray(0, 8 * 256), ...core.recurrentWeights.subarray(0, 32 * 256)].filter((_, k) => (k & 255) < 32).join();
  for (let run = 0; run < 60; run++) {
    // Half of them while the network is loaded, half while it runs and its weights are synchronized.
    const at = run % 2 === 0 ? Math.floor(draw() * loadEnds) : loadEnds + Math.floor(draw() * (whole.edges - loadEnds));
    const subject = await running({ line: losing(at, { edges: 0 }) });
    const healed = subject.chip.report().reloads > 0;
    const taken = await half(subject);
    if (!taken) {
      outcomes.told++;
      assert.equal(subject.codes().length, 1, `edge ${at}`);
      assert.ok(['ERR_CHIP_TIMING', 'ERR_CHIP_READBACK', 'ERR_CHIP_MEMORY'].includes(subject.codes()[0]!));
      assert.ok(!subject.board.running);
      await subject.board.connect();
      await subject.board.deploy(subject.executable);
      assert.equal(weightsOf(subject), weightsOf(control), 'deployed again, it holds what it should');
    } else {
      // The self-test at connect does not count as a load.
      if (healed) outcomes.healed++;
      else outcomes.unharmed++;
      assert.deepEqual(subject.spikes, control.spikes, `edge ${at} of ${loadEnds}, ${whole.edges}`);
      assert.equal(weightsOf(subject), weightsOf(control), `edge ${at}`);
    }
  }
  assert.ok(outcomes.healed >= 20 && outcomes.told >= 20, JSON.stringify(outcomes));
  assert.ok(outcomes.unharmed <= 5, 'only where the self-test was hit, or the very last edges');
  return `60 edges: ${outcomes.healed} healed by a reload, ${outcomes.told} typed faults, ${outcomes.unharmed} without effect, none silent`;
}

/** Fault 26. SCK that is too fast is made slower by the self-test at connect, and a chip that does not answer is refused. Throws where that is not so; returns what was seen. */
export async function fastClock(): Promise<string> {
  for (const [divider, holds] of [
    [16, true],
    [8, true],
    [4, false],
    [2, false],
  ] as const)
    assert.equal(patternHolds(new SpiMaster(new ReckonDevice(), divider)), holds, `CLK/${divider}`);
  for (const [asked, used] of [
    [2, 8],
    [4, 8],
    [8, 8],
    [16, 16],
  ] as const) {
    const { chip, play, codes } = await running({ divider: asked });
    assert.equal(chip.report().divider, used, `CLK/${asked}`);
    assert.ok(play(0, 20));
    assert.deepEqual(codes(), []);
  }
  const dead = reckonBoard({ line: (chip) => ({ clock: (mosi, cycles) => chip.clock(mosi, cycles) & 0 }) });
  await assert.rejects(
    dead.connect(),
    (error) => error instanceof TransportError && error.code === 'ERR_CHIP_SILENT' && /CLK\/8 to CLK\/64/.test(error.message),
  );
  assert.equal(dead.capabilities, undefined);
  return 'CLK/2 and CLK/4 lowered to CLK/8; a dead chip is refused';
}

/** Fault 27. A bit that flips in the memory is found within ten seconds, and mended or told. Throws where that is not so; returns what was seen. */
export async function flippedBit(): Promise<string> {
  const TEN_SECONDS = 10_000 / DT_MS;
  const flip = ({ machine }: Awaited<ReturnType<typeof running>>, what: 'input' | 'recurrent' | 'output' | 'threshold'): void => {
    const { core } = machine;
    if (what === 'input') core.inputWeights[7 * 256 + 19]! ^= 0x40;
    else if (what === 'recurrent') core.recurrentWeights[30 * 256 + 2]! ^= 1;
    else if (what === 'output') core.outputWeights[25 * 16 + 1]! ^= 0x20;
    else core.threshold[9]! ^= 0x100;
  };
  const still = await running();
  assert.ok(still.play(0, TEN_SECONDS));
  const { scrubbed, repaired } = still.chip.report();
  assert.equal(repaired, 0);
  assert.ok(scrubbed > 1000, `${scrubbed} words were read`);
  for (const what of ['input', 'recurrent', 'output'] as const) {
    const subject = await running();
    assert.ok(subject.play(0, 100));
    flip(subject, what);
    assert.ok(subject.play(100, 100 + TEN_SECONDS), what);
    assert.equal(subject.chip.report().repaired, 1, what);
    assert.deepEqual(subject.codes(), []);
    const { core } = subject.machine;
    const { core: expected } = still.machine;
    assert.deepEqual(
      [core.inputWeights, core.recurrentWeights, core.outputWeights],
      [expected.inputWeights, expected.recurrentWeights, expected.outputWeights],
    );
    const strict = await running({ onFlip: 'fault' });
    flip(strict, what);
    assert.ok(!strict.play(0, TEN_SECONDS));
    assert.deepEqual(strict.codes(), ['ERR_CHIP_MEMORY']);
  }
  const neuron = await running();
  flip(neuron, 'threshold');
  assert.ok(!neuron.play(0, TEN_SECONDS));
  assert.deepEqual(neuron.codes(), ['ERR_CHIP_MEMORY']);
  const { executable }: { executable: Executable } = neuron;
  await neuron.board.connect();
  await neuron.board.deploy(executable);
  assert.equal(neuron.machine.core.threshold[9], still.machine.core.threshold[9]);
  return 'weights mended or a fault, by policy; constants of neurons always a fault';
}
