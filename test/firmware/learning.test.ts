/** Learning on the chip: the integers beside floats, the firmware beside the integers, and the messages that belong to it. */
import test from 'ava';
import { IntegerLearning, powerOfTwo } from '../../drivers/index.ts';
import { code } from '../../firmware-bridge/index.ts';
import { random } from '../drivers/support.ts';
import { built } from './build.ts';
import { FirmwareBench } from './firmware-bench.ts';
import { FloatLearning } from './float-eprop.ts';
import { compareLearning, learningNetworks, learningOptions } from './learning-agreement.ts';
import { cueEpisode, DAMPENING, ready, recurrentNetwork, runEpisode } from './learning-tasks.ts';
import { hostMachine, rp2040 } from './machines.ts';

const cues = recurrentNetwork({
  ...{ inputs: 24, neurons: 40, outputs: 2, tauMem: 20, tauAdapt: 250, beta: 0.25, tauOut: 20, seed: 7 },
  spread: { input: 30, recurrent: 14, output: 20 },
  shift: { input: 12, recurrent: 12, output: 13 },
});
const rates = new Map([1, 2, 3].map((region) => [region, { rate: 50000, shift: 34 }]));
const options = { seed: 9, rates, dampening: new Map([[1, DAMPENING]]), targetRate: 1300, regularization: 4000 };

/** What both learners have summed for a region after some episodes: their correlation, and the ratio of their sizes. */
function alike(region: number, other: Partial<ConstructorParameters<typeof FloatLearning>[1]> = {}) {
  const network = ready(cues.image, cues.weights());
  const integers = new IntegerLearning(network, options);
  const floats = new FloatLearning(network, { ...options, ...other });
  const both = {
    tick: (target?: Parameters<IntegerLearning['tick']>[0]) => {
      integers.tick(target);
      floats.tick(target);
    },
    reward: () => undefined,
    rest: () => {
      integers.rest();
      floats.rest();
    },
  };
  const draw = random(3);
  for (let episode = 0; episode < 4; episode++) runEpisode(network, cueEpisode(draw), both);
  const [a, b] = [integers.sums(region)!, floats.sums(region)!];
  let [ab, aa, bb] = [0, 0, 0];
  for (let s = 0; s < a.length; s++) {
    ab += a[s]! * b[s]!;
    aa += a[s]! ** 2;
    bb += b[s]! ** 2;
  }
  return { correlation: ab / Math.sqrt(aa * bb), ratio: Math.sqrt(aa / bb) };
}

test('updates in integers point where those in floats do, and are as large', (t) => {
  for (const region of [1, 2, 3]) {
    const { correlation, ratio } = alike(region);
    t.true(correlation > 0.999, `region ${region}: correlation ${correlation}`);
    t.true(Math.abs(ratio - 1) < 0.02, `region ${region}: ratio ${ratio}`);
  }
});

test('that comparison can fail: a host that forgets the adaptation is noticed', (t) => {
  const { correlation, ratio } = alike(2, { forgetsAdaptation: true });
  t.true(correlation < 0.99 || Math.abs(ratio - 1) > 0.05, `correlation ${correlation}, ratio ${ratio}`);
});

test('the power of two of a softmax is right within 0.4 %', (t) => {
  for (let below = 0; below < 6 * 2 ** 20; below += 9973) {
    const exact = 32768 * Math.exp(-below / 2 ** 20);
    t.true(Math.abs(powerOfTwo(below) - exact) <= 0.004 * exact + 2, `${below}: ${powerOfTwo(below)}, not ${exact}`);
  }
  t.is(powerOfTwo(2 ** 32 - 1), 0);
});

test('weights are rounded at random: right in the mean, and bounded', (t) => {
  // 4000 synapses whose sums are all the same: one input of 1 on a readout of 4000 values.
  const size = 4000;
  const image = recurrentNetwork({
    ...{ inputs: 1, neurons: 1, outputs: size, tauMem: 20, tauAdapt: 250, beta: 0, tauOut: 20, seed: 1 },
    spread: { input: 0, recurrent: 0, output: 0 },
    shift: { input: 12, recurrent: 12, output: 12 },
  }).image;
  const direct = { ...image, projections: [{ pre: 0, post: 2, region: 3, delay: 0, shift: 12 }] };
  const moved = (shift: number, reward: number): number => {
    const weights = new Int8Array(size);
    const network = ready(direct, [weights]);
    const learning = new IntegerLearning(network, { seed: 5, rates: new Map([[3, { rate: 32768, shift }]]), dampening: new Map() });
    network.step(Uint16Array.of(1), 0);
    learning.tick({ values: new Int32Array(size).fill(65536) });
    const [g] = learning.sums(3)!;
    t.is(g, (4096 * 64) >> 6);
    learning.reward(reward);
    t.true(weights.every((w) => Math.abs(w) <= 127));
    return weights.reduce((sum, w) => sum + w, 0) / size;
  };
  // 4096 · 0.5 · 2^16 · r / 2^shift counts each: 0.25, −0.25, 0.375, far.
  for (const [shift, reward, mean] of [
    [29, 65536, 0.25],
    [29, -65536, -0.25],
    [29, 98304, 0.375],
  ] as const)
    t.true(Math.abs(moved(shift, reward) - mean) < 4 * Math.sqrt((0.25 * 0.75) / size), `shift ${shift}, reward ${reward}`);
  t.is(moved(16, 65536), 127);
  t.is(moved(16, -65536), -127);
});

test('the firmware as a process learns what TypeScript learns, weight for weight', async (t) => {
  const machine = hostMachine();
  t.teardown(() => machine.firmware.close());
  const { differing, first, changed, weights, spikes } = await compareLearning(machine, learningNetworks(10), 8, 30);
  t.is(differing, 0, first);
  t.true(changed > 200 && spikes > 1000 && weights > 1000, `${changed} of ${weights} weights changed, ${spikes} spikes`);
});

test('so does the image of the RP2040 on an emulated chip', async (t) => {
  const board = rp2040();
  const { differing, first, changed, weights } = await compareLearning(board, learningNetworks(4), 4, 24);
  t.is(differing, 0, first);
  t.true(changed > 50, `${changed} of ${weights} weights changed`);
  t.deepEqual([board.machine.watchdogResets, board.machine.complaints], [0, []]);
});

test('that comparison can fail: firmware that cuts instead of rounding learns something else', async (t) => {
  const machine = hostMachine(built('host-cutting'));
  t.teardown(() => machine.firmware.close());
  const { differing } = await compareLearning(machine, learningNetworks(2), 6, 30);
  t.true(differing > 0);
});

test('what makes no sense, or comes too late, is said and changes nothing', async (t) => {
  const machine = hostMachine();
  t.teardown(() => machine.firmware.close());
  const bench = new FirmwareBench(machine);
  await bench.start();
  const [network] = learningNetworks(1);
  const { image, weights } = network!;
  const refused = (send: () => void): string[] => {
    bench.errors = [];
    send();
    bench.until(() => bench.link.queued === 0);
    bench.step(20);
    return bench.errors;
  };
  const configure =
    (key: number, value: number, generation = 0) =>
    (): void => {
      bench.link.sendControl('Configure', { key, value, generation });
    };
  const send =
    (value: number, ...bytes: number[]) =>
    (): void => {
      bench.link.send(value, Uint8Array.from(bytes));
    };
  const rejected = (value: number): string[] => [`Error {3, ${value}}`];
  const malformed = (value: number): string[] => [`Error {2, ${value}}`];
  t.deepEqual(refused(configure(2, 1)), rejected(code.Configure), 'no network');
  bench.load(image, weights);
  t.deepEqual(
    refused(() => bench.learning.reward(0, 65536)),
    rejected(code.Reward),
    'it does not learn',
  );
  t.deepEqual(refused(send(code.Target, 0, 0, 0, 0, 1, 0, 0)), rejected(code.Target), 'it does not learn');
  for (const [key, value, generation] of [
    [0x200, 1, 30],
    [0x2ff, 1, 30],
    [0x201, 65536, 30],
    [0x201, 1, 15],
    [0x201, 1, 48],
    [0x400, 65536, 0],
    [0x4ff, 1, 0],
    [3, -1, 0],
    [4, 65536, 0],
    [5, 0, 0],
  ] as const)
    t.deepEqual(refused(configure(key, value, generation)), rejected(code.Configure), `${key} ${value} ${generation}`);
  bench.learn(learningOptions(image, 1));
  for (const bytes of [[], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 200], [0, 0, 0, 0, 1, 0, 1, 2, 3]])
    t.deepEqual(refused(send(code.Target, ...bytes)), malformed(code.Target), String(bytes));
  for (const bytes of [[], [1, 0, 0, 0, 0], [1, 0, 0, 0, 200]])
    t.deepEqual(refused(send(code.WeightRead, ...bytes)), malformed(code.WeightRead), String(bytes));
  // A reward for a tick that is long over: dropped and counted, no weight moves.
  const draw = random(8);
  const outputs = image.populations.find(({ kind }) => kind === 'integrator')!.size;
  bench.target({ tick: 0, ticks: 1100, label: Math.floor(draw() * outputs) });
  for (let tick = 0; tick < 1100; tick++) bench.tick(tick, network!.inputs());
  const region = image.projections[0]!.region;
  const size = weights[0]!.length;
  bench.reward(10, 65536);
  t.deepEqual(bench.weights(region, size), weights[0]);
  bench.reward(1000, 65536);
  t.notDeepEqual(bench.weights(region, size), weights[0]);
  // Reading beyond the end, or what is not there, gives no bytes.
  t.deepEqual(refused(send(code.WeightRead, 250, 0, 0, 0, 4)), []);
});
