import test from 'ava';
import { AnalogueArray } from '../../../drivers/chips/crossbar/analogue-array.ts';
import { Crossbar, crossbarBoard, drawsOf, eightBits, genericPcm, hermesTwoDevices, sevenAndNineBits } from '../../../drivers/index.ts';
import { CapabilityError, constant, lif, type Network, source } from '../../../runtime/index.ts';
import { boardContract, network as whole } from '../../contracts/board.ts';
import { load } from '../small.ts';
import { chipSubject } from './chip-subject.ts';
import { compareWithHost, reverseWeights } from './fidelity.ts';

boardContract('crossbar', (condition) => {
  // No noise in the sums, so that the same inputs give the same spikes; cells are as noisy as ever.
  const periphery = { ...eightBits, outputNoise: 0 };
  const board = crossbarBoard({ periphery, ...(condition === 'small' ? { capabilities: { neurons: 4 } } : {}) });
  return chipSubject(board);
});

/** An array whose cells and converters are without noise as far as they can be. */
const quiet = {
  ...genericPcm,
  programming: { kind: 'polynomial', coefficients: [0] },
  readNoise: { kind: 'polynomial', coefficients: [0] },
} as const;
const dense = (rows: number, columns: number) => ({ offset: 0, rows, columns, stride: columns, stored: undefined });

test('converters by hand: the nearest level in, the nearest level out, the bound', (t) => {
  const array = new AnalogueArray(dense(2, 1), {
    parameters: quiet,
    periphery: { inputBits: 3, outputBits: 4, bound: 0.7, outputNoise: 0 },
    tolerance: 0,
    draws: drawsOf(1, 'x'),
  });
  array.write(Float32Array.of(0.8, -0.4), 0.8, 0);
  t.is(array.scale, 1);
  const out = (a: number, b: number): number => {
    const y = new Float64Array(1);
    array.multiply([a, b], 0, y);
    return Math.round(y[0]! * 1e9) / 1e9;
  };
  // Inputs have the levels 0, ±1/3, ±2/3, ±1 of the largest; sums the levels of a tenth up to 0.7.
  t.is(out(1, 0), 0.7);
  t.is(out(0, 1), -0.4);
  t.is(out(1, 1), 0.4);
  t.is(out(0.5, 1), 0.1); // 0.5 is 2/3 (halves up): 0.533 − 0.4 = 0.133
  t.is(out(0, 0), 0);
  t.is(out(2, 0), 1.4);
});

test('a weight is the difference of two cells; what moved less than the tolerance is not programmed; what outgrows the scale is, all of it', (t) => {
  const array = new AnalogueArray(dense(1, 3), { parameters: quiet, periphery: eightBits, tolerance: 0.02, draws: drawsOf(1, 'x') });
  t.is(array.write(Float32Array.of(0, 0, 0), 0, 0), 0);
  t.is(array.write(Float32Array.of(0.4, -0.8, 0), 0.8, 0), 3);
  const weights = () => Array.from(array.conductance, (w) => Math.round(w * array.scale * 1e6) / 1e6);
  t.deepEqual(weights(), [0.4, -0.8, 0]);
  t.is(array.write(Float32Array.of(0.41, -0.8, 0.5), 0.8, 0), 1);
  t.deepEqual(weights(), [0.4, -0.8, 0.5]);
  t.is(array.write(Float32Array.of(0.41, -1.6, 0.5), 1.6, 0), 3);
  t.deepEqual(weights(), [0.41, -1.6, 0.5]);
  t.is(array.scale, 2);
});

test('more rows than a core are summed core by core', (t) => {
  const rows = 600;
  const array = new AnalogueArray(dense(rows, 2), {
    parameters: quiet,
    periphery: { ...eightBits, outputNoise: 0 },
    tolerance: 0,
    draws: drawsOf(1, 'x'),
  });
  t.is(array.cores, 3);
  array.write(
    Float32Array.from({ length: rows * 2 }, (_, k) => (k % 2 === 0 ? 0.01 : -0.02)),
    0.8,
    0,
  );
  const y = new Float64Array(2);
  array.multiply(new Float64Array(rows).fill(1), 0, y);
  // Each core adds half a step of its converter at most: 10/127 · scale 1.
  t.true(Math.abs(y[0]! - 6) < (3 * 0.5 * 10) / 127 + 1e-9 && Math.abs(y[1]! + 12) < (3 * 0.5 * 10) / 127 + 1e-9);
});

test('noise in the sums is that of the periphery, and all of it is of the seed', (t) => {
  const sums = (seed: number, periphery = eightBits): number[] => {
    const array = new AnalogueArray(dense(1, 4), { parameters: quiet, periphery, tolerance: 0, draws: drawsOf(seed, 'x') });
    array.write(Float32Array.of(0.4, 0.4, 0.4, 0.4), 0.8, 0);
    return Array.from({ length: 2000 }, () => {
      const y = new Float64Array(4);
      array.multiply([1], 0, y);
      return y[0]!;
    });
  };
  const spread = (values: number[]): number => {
    const mean = values.reduce((sum, y) => sum + y / values.length, 0);
    return Math.sqrt(values.reduce((sum, y) => sum + (y - mean) ** 2 / values.length, 0));
  };
  t.deepEqual(sums(2), sums(2));
  t.notDeepEqual(sums(2), sums(3));
  // The noise and the rounding of the converter, in quadrature.
  t.true(Math.abs(spread(sums(2)) / Math.hypot(0.04, 10 / 127 / Math.sqrt(12)) - 1) < 0.06);
  t.true(Math.abs(spread(sums(2, sevenAndNineBits)) / Math.hypot(0.1, 20 / 255 / Math.sqrt(12)) - 1) < 0.06);
});

test('more cores than there are, and neurons that are none, are refused by name', async (t) => {
  const network: Network = {
    dt: 1,
    seed: 1,
    populations: {
      input: { size: 300, neuron: source() },
      one: { size: 1, neuron: constant() },
      hidden: { size: 300, neuron: lif({ tauMem: 10 }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
      bias: { pre: 'one', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
    },
  };
  const board = crossbarBoard({ cores: 5 });
  await board.connect();
  const error = await t.throwsAsync(board.deploy(load(network)), { instanceOf: CapabilityError, code: 'ERR_BOARD_TOO_SMALL' });
  t.regex(error!.message, /cores: 6 asked \('sensory' 4, 'bias' 2\), 5 offered/);
  t.regex(error!.message, /constant asked by 'one'/);
});

test('the chip spikes near the host, cells of either kind; drift takes it away, compensation brings it back', async (t) => {
  const near = await compareWithHost(crossbarBoard(), whole, 1000);
  const hermes = await compareWithHost(crossbarBoard({ parameters: hermesTwoDevices }), whole, 1000);
  t.log(`spike agreement ${near.agreement.toFixed(3)} generic, ${hermes.agreement.toFixed(3)} HERMES, ${near.hostSpikes} spikes`);
  t.true(near.agreement > 0.6 && hermes.agreement > 0.6 && near.hostSpikes > 1000);
  const apart = await compareWithHost(crossbarBoard(), whole, 1000, { spoil: reverseWeights });
  t.true(apart.agreement < 0.5, `${apart.agreement}`);
  const board = crossbarBoard();
  await board.connect();
  const host = load(whole);
  await board.deploy(host);
  const { crossbar } = board.chip;
  const size = (): number => Math.abs(crossbar.array('sensory').conductance.reduce((sum, w) => sum + Math.abs(w), 0));
  const before = size();
  crossbar.elapse(30 * 86_400);
  const drifted = size() / before;
  crossbar.compensate();
  t.log(`30 days leave ${drifted.toFixed(3)} of the conductance; compensated by ${crossbar.array('sensory').compensation.toFixed(3)}`);
  t.true(drifted < 0.6);
  t.true(Math.abs(drifted * crossbar.array('sensory').compensation - 1) < 0.05);
  t.deepEqual(
    crossbar.log.map(({ kind, seconds }) => [kind, seconds]),
    crossbar.log.map(() => ['compensated', 30 * 86_400]),
  );
  t.is(crossbar.log.length, 4);
});

test('a check says degraded where the sums are not what was wished: many stuck devices, and no others', async (t) => {
  const checked = async (stuck: number): Promise<string> => {
    const board = crossbarBoard();
    await board.connect();
    await board.deploy(load(whole));
    const { crossbar } = board.chip;
    if (stuck > 0) t.true(crossbar.fault({ stuck }) > 0);
    const state = crossbar.check();
    t.log(
      `${stuck}: ${crossbar.log.map((event) => (event.kind === 'checked' ? `${event.projection} ${event.error.toFixed(2)}` : '')).join(', ')}`,
    );
    return state;
  };
  t.is(await checked(0), 'ok');
  t.is(await checked(0.3), 'degraded');
  t.true(new Crossbar().log.length === 0);
});
