/** `node dist/test/bench/convolution.js`: ns a tap of the ops of a convolution, for RESULTS.md. A tap is one weight under one value, channels counted. */
import { nativeBackend } from '../../native/index.ts';
import { type Convolution, compile, integrator, lif, type Network, type OpName, ottt, type Program, source } from '../../runtime/index.ts';

const [TICKS, ROUNDS, ROUND_MS] = [16, 9, 60] as const;
/** Of the inputs, a tick. */
const ACTIVE = 0.05;

const volume = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);
const sides = ({ input, kernel, stride = [1, 1], padding = [0, 0] }: Convolution) =>
  [0, 1].map((axis) => Math.floor((input[axis + 1]! + 2 * padding[axis]! - kernel[axis]!) / stride[axis]!) + 1);

/** Two convolutions of the same kernel, so that the lower one is taught through the upper one. */
function network(convolution: Convolution): Network {
  const [height, width] = sides(convolution) as [number, number];
  const { channels } = convolution;
  const upper: Convolution = { kind: 'convolution', input: [channels, height, width], channels: 2, kernel: [1, 1] };
  const optimizer = { kind: 'sgd', rate: 1e-6 } as const;
  const weight = { kind: 'normal', gain: 1 } as const;
  return {
    dt: 1,
    seed: 1,
    populations: {
      in: { size: volume(convolution.input), neuron: source() },
      low: { size: channels * height * width, neuron: lif({ tauMem: 20, surrogate: { shape: 'fastSigmoid', height: 1, width: 1 } }) },
      out: { size: 2 * height * width, neuron: integrator({ tau: 0, loss: 'squared' }) },
    },
    projections: {
      scan: { pre: 'in', post: 'low', connectivity: convolution, weight, delay: 0, plasticity: ottt({ readout: 'out' }, optimizer) },
      output: { pre: 'low', post: 'out', connectivity: upper, weight, delay: 0 },
    },
    learning: { update: 'episode' },
  };
}

const only = (program: Program, ...names: readonly OpName[]): Program => ({
  ...program,
  ops: {
    ...program.ops,
    forward: program.ops.forward.filter(
      ({ name, operands }) => names.includes(name) && !('weights' in operands && operands.weights.name !== 'scan.weights'),
    ),
    learn: program.ops.learn.filter(({ name }) => names.includes(name)),
    guard: [],
  },
});

/** Processor time of one tick, µs: the least of some rounds, in which others may have the machine for a while. */
function leastUs(run: () => void): number {
  const timed = (runs: number): number => {
    const before = process.cpuUsage();
    for (let k = 0; k < runs; k++) run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / runs / TICKS;
  };
  timed(10);
  const runs = Math.ceil((1000 * ROUND_MS) / Math.max(0.01, timed(20)) / TICKS);
  return Math.min(...Array.from({ length: ROUNDS }, () => timed(runs)));
}

const native = nativeBackend();
if (!('backend' in native)) throw new Error(native.reason);
console.log(`${native.backend.target}; ns a tap, a tick's µs in brackets`);
for (const convolution of [
  { kind: 'convolution', input: [2, 17, 17], channels: 16, kernel: [5, 5], padding: [2, 2] },
  { kind: 'convolution', input: [2, 17, 17], channels: 8, kernel: [5, 5], stride: [2, 2], padding: [2, 2] },
  { kind: 'convolution', input: [16, 9, 9], channels: 32, kernel: [3, 3], padding: [1, 1] },
  { kind: 'convolution', input: [2, 32, 32], channels: 64, kernel: [7, 7], padding: [3, 3] },
] satisfies Convolution[]) {
  const program = compile(network(convolution), { maxTicks: TICKS });
  const pre = volume(convolution.input);
  const taps = convolution.channels * convolution.input[0] * volume(convolution.kernel) * volume(sides(convolution));
  const ops = {
    'events, forward': { part: only(program, 'load', 'propagate_convolution'), taps: taps * ACTIVE },
    gradient: { part: only(program, 'rank_one_convolution'), taps },
    transposed: { part: only(program, 'feedback_transpose_convolution'), taps: 2 * volume(sides(convolution)) * convolution.channels },
    'channels first and last': {
      part: only(program, 'channels_first', 'channels_last'),
      taps: 3 * volume(sides(convolution)) * convolution.channels,
    },
  };
  console.log(
    `${convolution.input.join(' × ')} → ${convolution.channels} × ${sides(convolution).join(' × ')}, kernel ${convolution.kernel.join(' × ')}`,
  );
  for (const [name, { part, taps }] of Object.entries(ops)) {
    const executable = native.backend.load(part);
    const { arena } = executable;
    for (let tick = 0; tick < TICKS; tick++) {
      const { offset, stride } = arena.regions.get('in.input')!;
      for (let i = 0; i < pre; i++) arena.floats[offset + tick * stride + i] = (i * 7 + tick * 3) % 20 < 20 * ACTIVE ? 1 : 0;
    }
    for (const region of ['scan.trace', 'scan.maps', 'low.factor', 'scan.factor'])
      if (arena.regions.has(region)) arena.view(region).fill(0.5);
    const us = leastUs(() => executable.run(TICKS));
    console.log(`  ${name.padEnd(24)} ${((us * 1000) / taps).toFixed(3)} (${us.toFixed(1)})`);
    executable.dispose();
  }
}
