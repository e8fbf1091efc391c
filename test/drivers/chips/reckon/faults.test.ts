/** Faults 24 to 27 of a chip on a board: a tick that comes too early, a lost edge of SCK, SCK too fast, a flipped bit. Each with its control. */
import test from 'ava';
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

test('24: a tick that comes while the chip is busy is a typed fault; deployed again, it runs as before', async (t) => {
  const { board, machine, executable, codes, spikes, play } = await running();
  const control = await running();
  t.true(play(0, 50) && control.play(0, 50));
  t.deepEqual(spikes, control.spikes);
  t.true(machine.timingErrorReady && !machine.timingError);
  // Two edges on the pin that the driver did not make, the second in the middle of the first one's tick.
  machine.tick();
  machine.run(10);
  machine.tick();
  machine.run(10);
  t.true(machine.timingError);
  t.false(play(50, 51));
  t.deepEqual(codes(), ['ERR_CHIP_TIMING']);
  t.false(board.running);
  t.false(play(51, 52), 'it stays down');
  await board.connect();
  await board.deploy(executable);
  spikes.length = 0;
  control.board.endEpisode(49);
  control.spikes.length = 0;
  // A reset starts the generators of rounding anew: beside a board that was just deployed, every spike is the same.
  const fresh = await running();
  t.true(play(0, 50) && fresh.play(0, 50));
  t.deepEqual(spikes, fresh.spikes);
  t.deepEqual(control.codes(), [], 'without the edges there is no fault');
});

/** Drops one period of SCK, the `at`-th. */
const losing =
  (at: number, counted: { edges: number }) =>
  (chip: SpiLine): SpiLine => ({
    clock: (mosi, cycles) => (counted.edges++ === at ? 0 : chip.clock(mosi, cycles)),
  });

test('25: a lost edge of SCK, wherever it is, is noticed: the chip runs as it should, or a fault is told', async (t) => {
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
  t.true(await half(control));
  t.is(chip.report().reloads, 0);
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
      t.is(subject.codes().length, 1, `edge ${at}`);
      t.regex(subject.codes()[0]!, /^ERR_CHIP_(TIMING|READBACK|MEMORY)$/);
      t.false(subject.board.running);
      await subject.board.connect();
      await subject.board.deploy(subject.executable);
      t.is(weightsOf(subject), weightsOf(control), 'deployed again, it holds what it should');
    } else {
      // The self-test at connect does not count as a load.
      if (healed) outcomes.healed++;
      else outcomes.unharmed++;
      t.deepEqual(subject.spikes, control.spikes, `edge ${at} of ${loadEnds}, ${whole.edges}`);
      t.is(weightsOf(subject), weightsOf(control), `edge ${at}`);
    }
  }
  t.log(outcomes);
  t.true(outcomes.healed >= 20 && outcomes.told >= 20, JSON.stringify(outcomes));
  t.true(outcomes.unharmed <= 5, 'only where the self-test was hit, or the very last edges');
});

test('26: SCK that is too fast is made slower by the self-test at connect, and a chip that does not answer is refused', async (t) => {
  for (const [divider, holds] of [
    [16, true],
    [8, true],
    [4, false],
    [2, false],
  ] as const)
    t.is(patternHolds(new SpiMaster(new ReckonDevice(), divider)), holds, `CLK/${divider}`);
  for (const [asked, used] of [
    [2, 8],
    [4, 8],
    [8, 8],
    [16, 16],
  ] as const) {
    const { chip, play, codes } = await running({ divider: asked });
    t.is(chip.report().divider, used, `CLK/${asked}`);
    t.true(play(0, 20));
    t.deepEqual(codes(), []);
  }
  const dead = reckonBoard({ line: (chip) => ({ clock: (mosi, cycles) => chip.clock(mosi, cycles) & 0 }) });
  const error = await t.throwsAsync(dead.connect(), { instanceOf: TransportError, code: 'ERR_CHIP_SILENT' });
  t.regex(error!.message, /CLK\/8 to CLK\/64/);
  t.is(dead.capabilities, undefined);
});

test('27: a bit that flips in the memory is found within ten seconds, and mended or told', async (t) => {
  const TEN_SECONDS = 10_000 / DT_MS;
  const flip = ({ machine }: Awaited<ReturnType<typeof running>>, what: 'input' | 'recurrent' | 'output' | 'threshold'): void => {
    const { core } = machine;
    if (what === 'input') core.inputWeights[7 * 256 + 19]! ^= 0x40;
    else if (what === 'recurrent') core.recurrentWeights[30 * 256 + 2]! ^= 1;
    else if (what === 'output') core.outputWeights[25 * 16 + 1]! ^= 0x20;
    else core.threshold[9]! ^= 0x100;
  };
  const still = await running();
  t.true(still.play(0, TEN_SECONDS));
  const { scrubbed, repaired } = still.chip.report();
  t.is(repaired, 0);
  t.true(scrubbed > 1000, `${scrubbed} words were read`);
  for (const what of ['input', 'recurrent', 'output'] as const) {
    const subject = await running();
    t.true(subject.play(0, 100));
    flip(subject, what);
    t.true(subject.play(100, 100 + TEN_SECONDS), what);
    t.is(subject.chip.report().repaired, 1, what);
    t.deepEqual(subject.codes(), []);
    const { core } = subject.machine;
    const { core: expected } = still.machine;
    t.deepEqual(
      [core.inputWeights, core.recurrentWeights, core.outputWeights],
      [expected.inputWeights, expected.recurrentWeights, expected.outputWeights],
    );
    const strict = await running({ onFlip: 'fault' });
    flip(strict, what);
    t.false(strict.play(0, TEN_SECONDS));
    t.deepEqual(strict.codes(), ['ERR_CHIP_MEMORY']);
  }
  const neuron = await running();
  flip(neuron, 'threshold');
  t.false(neuron.play(0, TEN_SECONDS));
  t.deepEqual(neuron.codes(), ['ERR_CHIP_MEMORY']);
  const { executable }: { executable: Executable } = neuron;
  await neuron.board.connect();
  await neuron.board.deploy(executable);
  t.is(neuron.machine.core.threshold[9], still.machine.core.threshold[9]);
});
