import { type Peaks, peaksOf } from '../../native/index.ts';
import type { KernelOptions, KernelWork } from '../bench/kernel.ts';
import { nativeForBench } from './backend.ts';
import { number } from './numbers.ts';
import { progressLine } from './terminal.ts';
import { UsageError } from './usage.ts';

/** What the command line says, unread. */
export interface KernelFlags {
  readonly neuron: 'lif' | 'alif';
  readonly n: string;
  readonly density: string;
  readonly block: string;
  readonly ticks: string;
  readonly active: string;
  readonly rate: string;
  readonly threads: string;
  readonly traces: 'float32' | 'bfloat16';
  readonly rounds: string;
  readonly json?: boolean;
}

function read(flags: KernelFlags): KernelOptions {
  return {
    neuron: flags.neuron,
    n: number('n', flags.n, 16, 8192, true),
    density: number('density', flags.density, 1e-4, 1, false),
    block: number('block', flags.block, 8, 64, true) as KernelOptions['block'],
    ticks: number('ticks', flags.ticks, 8, 4096, true),
    active: flags.active === 'recorded' ? 'recorded' : number('active', flags.active, 0.001, 1, false),
    rate: number('rate', flags.rate, 0.0001, 1, false),
    traces: flags.traces,
    rounds: number('rounds', flags.rounds, 1, 1000, true),
  };
}

const figure = (name: string, value: string): string => `  ${name.padEnd(34)} ${value}\n`;

function printed({ figures: f }: KernelWork, options: KernelOptions): string {
  const ns = (value: number): string => `${value.toFixed(4)} ns`;
  const activity = options.active === 'recorded' ? 'its own activity' : `${options.active} of ψ active, ${options.rate} spikes a tick`;
  return [
    `${options.neuron}, n ${f.n}, density ${f.density}, blocks of ${f.block}, ${f.ticks} ticks, ${activity}; traces in ${f.traces}, ${f.target}, ${f.threads} thread${f.threads === 1 ? '' : 's'}\n`,
    '  a synapse and tick, median of paired runs:\n',
    figure('forward', ns(f.forwardNsPerSynapseTick)),
    figure('learning in blocks', ns(f.learnNsPerSynapseTick)),
    figure('learning at every tick', ns(f.streamingNsPerSynapseTick)),
    figure('ratio', f.ratio.toFixed(1)),
    figure('largest difference of the gradient', f.maxRelativeDifference.toExponential(1)),
    figure('bytes a synapse', f.bytesPerSynapse.toFixed(1)),
    figure('ticks with ψ ≠ 0, mean', f.activeTicks.toFixed(1)),
    figure('a whole running network', `${ns(f.runningNsPerSynapseTick)}, fingerprint ${f.fingerprint}`),
    ...(f.threads === 1 ? [] : [figure('  times faster than one thread', f.speedup.toFixed(2))]),
  ].join('');
}

/** `ganglion bench kernel`: the learning pass of one recurrent projection, in blocks and streaming, timed alternately. */
export async function benchKernelCommand(flags: KernelFlags): Promise<void> {
  const options = read(flags);
  const threads = number('threads', flags.threads, 1, 64, true);
  const [one, many] = [nativeForBench(1), nativeForBench(threads)];
  const { kernelBench } = await import('../bench/kernel.ts');
  const line = progressLine(process.stderr, () => performance.now());
  let work: KernelWork;
  try {
    work = kernelBench({ one, many, threads }, options, line.show);
  } finally {
    line.clear();
  }
  const peaks = peaksOf(one.target, work.bytes);
  if ('reason' in peaks) throw new UsageError(peaks.reason, peaks.remedy);
  process.stdout.write(flags.json === true ? `${JSON.stringify(work.figures)}\n` : printed(work, options));
  (flags.json === true ? process.stderr : process.stdout).write(roofline(work, peaks));
}

/** How near the fold is to what one core can do: its multiply-adds in registers, its traces and gradients through memory. */
function roofline({ gigaflops, gigabytes, figures }: KernelWork, peaks: Peaks): string {
  const share = (value: number, peak: number, unit: string): string =>
    `${value.toFixed(1)} of ${peak.toFixed(1)} ${unit} (${((100 * value) / peak).toFixed(0)} %)`;
  return `roofline of ${figures.target}: ${share(gigaflops, peaks.gigaflops, 'GFLOP/s')}, ${share(gigabytes, peaks.gigabytes, 'GB/s')}\n`;
}
