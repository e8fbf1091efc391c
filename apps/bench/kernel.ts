import {
  alif,
  type Backend,
  bytesPerSynapse,
  compile,
  deltaRule,
  type Executable,
  eprop,
  fingerprint,
  fold,
  integrator,
  type Learning,
  lif,
  type Network,
  type Op,
  type Program,
  type Region,
  setLearning,
  source,
} from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import { type Activity, drawnActivity, drive, recordedActivity } from './activity.ts';
import { pairedTimings } from './timing.ts';

export interface KernelOptions {
  readonly neuron: 'lif' | 'alif';
  readonly n: number;
  readonly density: number;
  readonly block: NonNullable<Learning['block']>;
  readonly ticks: number;
  /** share of (neuron, tick) with ψ ≠ 0, or what the network does by itself */
  readonly active: number | 'recorded';
  /** spikes a tick of drawn activity */
  readonly rate: number;
  readonly traces: NonNullable<Learning['traces']>;
  /** rounds of the paired timing */
  readonly rounds: number;
}

/** What `ganglion bench kernel --json` prints. */
export interface KernelFigures {
  readonly n: number;
  readonly density: number;
  readonly block: number;
  readonly ticks: number;
  readonly threads: number;
  readonly target: string;
  readonly forwardNsPerSynapseTick: number;
  /** recording and folding, in blocks */
  readonly learnNsPerSynapseTick: number;
  /** the same traces and gradients, updated at every tick */
  readonly streamingNsPerSynapseTick: number;
  /** streaming over blocked */
  readonly ratio: number;
  /** largest difference of the two gradients over the largest gradient */
  readonly maxRelativeDifference: number;
  readonly bytesPerSynapse: number;
  /** ticks with ψ ≠ 0, mean over neurons */
  readonly activeTicks: number;
  readonly traces: NonNullable<Learning['traces']>;
  /** a whole running network whose weights move every block and act a block later: all of a tick */
  readonly runningNsPerSynapseTick: number;
  /** that network with one thread over the same with `threads` */
  readonly speedup: number;
  /** of that network after `ticks` ticks: the same for any number of threads */
  readonly fingerprint: string;
}

/** The figures, and what the fold does in their time, for the roofline. */
export interface KernelWork {
  readonly figures: KernelFigures;
  /** multiplications and additions of the fold a second, 10⁹ */
  readonly gigaflops: number;
  /** traces and gradients read and written a second, 10⁹ bytes: the other roof */
  readonly gigabytes: number;
  /** of all traces and gradients */
  readonly bytes: number;
}

const INPUTS = 100;

function benchNetwork({ neuron, n, density }: KernelOptions, learning: Learning): Network {
  const spiking = { tauMem: 20, threshold: 0.6 };
  const optimizer = { kind: 'sgd', rate: 1e-5 } as const;
  const plasticity = eprop({ from: 'out', optimizer, through: { feedback: 'broadcast' } });
  return {
    dt: 1,
    seed: 1,
    populations: {
      input: { size: INPUTS, neuron: source() },
      hidden: { size: n, neuron: neuron === 'lif' ? lif(spiking) : alif({ ...spiking, tauAdapt: 200, beta: 0.07 }) },
      out: { size: 2, neuron: integrator({ tau: 20, loss: 'squared' }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 0.6 }, delay: 0 },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: density === 1 ? { kind: 'dense' } : { kind: 'random', density },
        weight: { kind: 'normal', gain: 0.3 },
        delay: 1,
        plasticity,
      },
      readout: {
        pre: 'hidden',
        post: 'out',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 1 },
        delay: 0,
        plasticity: deltaRule({ from: 'out', optimizer }),
      },
    },
    feedbacks: { broadcast: { from: 'out', to: 'hidden', weight: { kind: 'normal', std: 1 } } },
    learning,
  };
}

/** Weights never move, so that blocked and streaming see one and the same activity. */
const still = (block: NonNullable<Learning['block']>, traces?: Learning['traces']): Learning => ({
  update: { ticks: 640_000 },
  block,
  episode: 'carry',
  ...(traces && { traces }),
});

/** Ops of the learn phase that belong to the recurrent synapses; the rest makes the signal, or teaches the readout. */
const belongs = ({ name, operands }: Op): boolean =>
  name === 'record' ||
  Object.values(operands).some((value) => typeof value === 'object' && 'name' in value && value.name.startsWith('recurrent.'));

/** The compiled program with its activity read from tapes: spikes, ψ and L of each tick. `forward` are the ops that run besides. */
function driven(program: Program, { ticks }: Activity, forward: readonly Op[]): Program {
  const regions = new Map(program.regions);
  let { length } = program;
  const load = (name: string): Op => {
    const x = program.regions.get(name)!;
    const tape: Region = {
      name: `bench.${name}`,
      offset: length,
      length: ticks * x.stride,
      rows: ticks,
      columns: x.columns,
      stride: x.stride,
    };
    regions.set(tape.name, tape);
    length += tape.length;
    return { name: 'load', operands: { n: x.columns, tape, tapeStride: tape.stride, x, rows: x.rows, stride: x.stride } };
  };
  const loads = ['hidden.value', 'hidden.surrogate', 'hidden.signal'].map(load);
  const eventTape: Region = { name: 'bench.events', offset: length, length: ticks, rows: ticks, columns: 1, stride: 1 };
  length += Math.ceil(ticks / 16) * 16;
  const ops: Program['ops'] = { ...program.ops, forward: [...forward, ...loads], learn: program.ops.learn.filter(belongs), guard: [] };
  return { ...program, regions, length, maxTicks: ticks, eventTape, ops };
}

function start(backend: Backend, program: Program, activity: Activity): Executable {
  const executable = backend.load(program);
  for (const [role, values] of Object.entries({ value: activity.spikes, surrogate: activity.psi, signal: activity.signal })) {
    executable.arena.write(`bench.hidden.${role}`, values);
  }
  return executable;
}

/** Operations of one fold a synapse: what is owed to the carried traces, and one fused multiply-add a target and term. */
function flopsOf({ neuron }: KernelOptions, program: Program, { spikes, ticks }: Activity): number {
  const { columns: n } = program.regions.get('hidden.surrogate')!;
  const [targets, owed] = neuron === 'alif' ? [3, 2 * 3 + 2] : [2, 2 + 1];
  let terms = 0;
  for (const value of spikes) if (value !== 0) terms++;
  const folds = Math.ceil(ticks / program.block);
  return (folds * (owed + 2 * targets) * n + 2 * targets * terms) / n;
}

/** Bytes of traces and gradients that a fold reads and writes, a synapse. */
const movedBytes = ({ neuron, traces }: KernelOptions): number => 8 + (neuron === 'alif' ? 2 : 1) * (traces === 'bfloat16' ? 4 : 8);

/** The same kernels with one thread and with `threads`. */
export interface Backends {
  readonly one: Backend;
  readonly many: Backend;
  readonly threads: number;
}

/** A network that runs and learns by itself, on input spikes, with its learner beside it. */
function runningBench(
  { one, many }: Backends,
  options: KernelOptions,
  progress: (share: number) => void,
): { oneMs: number; manyMs: number; fingerprint: string } {
  const { block, ticks, rounds, traces } = options;
  const learning: Learning = { update: { ticks: block }, block, traces, updateDelay: 1, episode: 'carry' };
  const program = compile(benchNetwork(options, learning), { maxTicks: block });
  const [first, second] = [one, many].map((backend) => backend.load(program)) as [Executable, Executable];
  const run = (executable: Executable): void => {
    for (let done = 0; done < ticks; done += block) executable.run(block);
    executable.settle();
  };
  for (const executable of [first, second]) {
    drive(executable);
    run(executable);
  }
  const [state, same] = [fingerprint(first), fingerprint(second)];
  if (state !== same) throw new Error(`one thread and several must have equal bits: ${state} and ${same}`);
  const [oneMs, manyMs] = pairedTimings(
    [
      { name: 'one', run: () => run(first) },
      { name: 'many', run: () => run(second) },
    ],
    rounds,
    progress,
  ).map(({ medianMs }) => medianMs) as [number, number];
  for (const executable of [first, second]) executable.dispose();
  return { oneMs, manyMs, fingerprint: state };
}

/** Times the learning pass of one recurrent projection in blocks and streaming, alternately, on the same activity; and its forward pass. */
export function kernelBench({ one, many, threads }: Backends, options: KernelOptions, progress: (progress: Progress) => void): KernelWork {
  const { n, density, block, ticks, active, rate } = options;
  progress({ fraction: 0, text: `networks of ${n} neurons are made` });
  const blocked = compile(benchNetwork(options, still(block, options.traces)));
  const streaming = compile(benchNetwork(options, still(1)));
  const activity =
    active === 'recorded' ? recordedActivity(one, benchNetwork(options, still(1)), ticks) : drawnActivity(n, ticks, active, rate);
  const propagation = blocked.ops.forward.filter(belongs);

  const inBlocks = start(many, driven(blocked, activity, []), activity);
  const byTick = start(one, driven(streaming, activity, []), activity);
  progress({ fraction: 0.2, text: 'blocks beside the streaming form' });
  inBlocks.run(ticks);
  byTick.run(ticks);
  fold(inBlocks);
  const [actual, expected] = [inBlocks.arena.view('recurrent.gradient'), byTick.arena.view('recurrent.gradient')];
  let [largest, difference] = [0, 0];
  for (let k = 0; k < expected.length; k++) {
    largest = Math.max(largest, Math.abs(expected[k]!));
    difference = Math.max(difference, Math.abs(expected[k]! - actual[k]!));
  }

  const idle = start(one, driven(streaming, activity, []), activity);
  setLearning(idle, false);
  const forward = start(one, driven(streaming, activity, propagation), activity);
  setLearning(forward, false);
  const candidates = Object.entries({ inBlocks, byTick, idle, forward }).map(([name, executable]) => ({
    name,
    run: () => void executable.run(ticks),
  }));
  const [learn, stream, rest, ahead] = pairedTimings(candidates, options.rounds, (share) => {
    progress({ fraction: 0.25 + 0.5 * share, text: `timed in turns, ${options.rounds} rounds` });
  }).map(({ medianMs }) => medianMs) as [number, number, number, number];
  const synapses = density === 1 ? n * n : blocked.regions.get('recurrent.weights')!.length;
  const perSynapseTick = (ms: number): number => (ms * 1e6) / (synapses * ticks);
  for (const executable of [inBlocks, byTick, idle, forward]) executable.dispose();
  const running = runningBench({ one, many, threads }, options, (share) => {
    progress({ fraction: 0.8 + 0.2 * share, text: 'a whole running network' });
  });
  const learnNs = perSynapseTick(learn - rest);
  const streamNs = perSynapseTick(stream - rest);
  return {
    figures: {
      n,
      density,
      block,
      ticks,
      threads,
      target: one.target,
      forwardNsPerSynapseTick: perSynapseTick(ahead - rest),
      learnNsPerSynapseTick: learnNs,
      streamingNsPerSynapseTick: streamNs,
      ratio: streamNs / learnNs,
      maxRelativeDifference: difference / largest,
      bytesPerSynapse: bytesPerSynapse(blocked, 'recurrent'),
      activeTicks: activity.psi.reduce((count, value) => count + (value === 0 ? 0 : 1), 0) / n,
      traces: options.traces,
      runningNsPerSynapseTick: perSynapseTick(running.manyMs),
      speedup: running.oneMs / running.manyMs,
      fingerprint: running.fingerprint,
    },
    gigaflops: flopsOf(options, blocked, activity) / (learnNs * ticks),
    gigabytes: movedBytes(options) / (learnNs * block),
    bytes: (movedBytes(options) / 2) * synapses,
  };
}
