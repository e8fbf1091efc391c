import type { TickFigures, TickOptions } from '../bench/tick.ts';
import { nativeForBench } from './backend.ts';
import { number } from './numbers.ts';
import { progressLine } from './terminal.ts';

/** What the command line says, unread. */
export interface TickFlags {
  readonly neuron: 'lif' | 'alif';
  readonly n: string;
  readonly block: string;
  readonly delay: string;
  readonly threads: string;
  readonly ticks: string;
  readonly json?: boolean;
}

const read = ({ neuron, n, block, delay, threads, ticks }: TickFlags): TickOptions => ({
  neuron,
  sizes: n.split(',').map((size) => number('n', size, 16, 8192, true)),
  block: number('block', block, 1, 64, true) as TickOptions['block'],
  updateDelay: number('delay', delay, 0, block === '1' ? 0 : 1, true) as TickOptions['updateDelay'],
  threads: number('threads', threads, 1, 64, true),
  ticks: number('ticks', ticks, 100, 1_000_000, true),
});

const row = (cells: readonly string[]): string => `${cells.map((cell) => cell.padStart(11)).join('')}\n`;

function printed({ neuron, block, updateDelay, threads, target, ticks, sizes, largestAt1kHz }: TickFigures): string {
  const form = block === 1 ? 'streaming' : `blocks of ${block}${updateDelay === 1 ? ', weights a block later' : ''}`;
  const us = (value: number): string => value.toFixed(1);
  return [
    `a whole learning tick: ${neuron}, ${form}, ${ticks} ticks a size; ${target}, ${threads} thread${threads === 1 ? '' : 's'}\n`,
    row(['n', 'p50 µs', 'p99 µs', 'max µs', 'mean µs', 'ns/synapse']),
    ...sizes.map(({ n, p50Us, p99Us, maxUs, meanUs, nsPerSynapseTick }) =>
      row([String(n), us(p50Us), us(p99Us), us(maxUs), us(meanUs), nsPerSynapseTick.toFixed(4)]),
    ),
    'largest n at 1 kHz with half a core spare (mean ≤ 500 µs, p99 ≤ 1000 µs):\n',
    largestAt1kHz === null ? '  none\n' : `  ${largestAt1kHz.n}, mean ${us(largestAt1kHz.meanUs)} µs, p99 ${us(largestAt1kHz.p99Us)} µs\n`,
  ].join('');
}

/** `ganglion bench tick`: from the sensor to the actuator, learning included, tick by tick. */
export async function benchTickCommand(flags: TickFlags): Promise<void> {
  const options = read(flags);
  const backend = nativeForBench(options.threads);
  const { tickFigures } = await import('../bench/tick.ts');
  const line = progressLine(process.stderr, () => performance.now());
  try {
    const figures = tickFigures(backend, options, line.show);
    line.clear();
    process.stdout.write(flags.json === true ? `${JSON.stringify(figures)}\n` : printed(figures));
  } finally {
    line.clear();
  }
}
