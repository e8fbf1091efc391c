import { ruleSheets } from '../../runtime/index.ts';
import type { RuleFigures, RulesFigures, RulesOptions } from '../bench/rules.ts';
import { nativeForBench } from './backend.ts';
import { number } from './numbers.ts';
import { progressLine } from './terminal.ts';

/** What the command line says, unread. */
export interface RulesFlags {
  readonly n: string;
  readonly small: string;
  readonly ticks: string;
  readonly rounds: string;
  readonly json?: boolean;
}

const read = ({ n, small, ticks, rounds }: RulesFlags): RulesOptions => ({
  n: number('n', n, 32, 2048, true),
  small: number('small', small, 16, 128, true),
  ticks: number('ticks', ticks, 64, 4096, true),
  rounds: number('rounds', rounds, 1, 1000, true),
});

function line({ rule, cell, form, n, density, nsPerSynapseTick, ratio, keptPerSynapse, bytesPerSynapse, active }: RuleFigures): string {
  const size = density === 1 ? String(n) : `${n} at ${100 * density} %`;
  const cells = [
    nsPerSynapseTick.toFixed(3),
    ratio.toFixed(2),
    keptPerSynapse.toFixed(1),
    bytesPerSynapse.toFixed(0),
    size,
    `${(100 * active).toFixed(0)} %`,
  ];
  const widths = [8, 7, 6, 6, 11, 7];
  return `${rule.padEnd(11)}${cell.padEnd(8)}${form.padEnd(16)}${cells.map((text, index) => text.padStart(widths[index]!)).join('')}\n`;
}

function printed({ target, ticks, rounds, rows }: RulesFigures): string {
  const heads = ['ns'.padStart(8), 'ratio'.padStart(7), 'kept'.padStart(6), 'bytes'.padStart(6), 'n'.padStart(11), 'active'.padStart(7)];
  return [
    `learning, a synapse and tick: ${rounds} rounds in turns, ${ticks} ticks a run; ${target}\n`,
    `${'rule'.padEnd(11)}${'cell'.padEnd(8)}${'form'.padEnd(16)}${heads.join('')}\n`,
    ...rows.map(line),
    'ns: medians, one thread. ratio: to the first row. kept: values beside weight and\ngradient; bytes: with the gradient. active: share of cells that are not 0.\n',
  ].join('');
}

/** `ganglion bench rules`: the learning of every rule on the cells it is used with, beside streaming e-prop. */
export async function benchRulesCommand(flags: RulesFlags): Promise<void> {
  const options = read(flags);
  const backend = nativeForBench(1);
  const { rulesBench } = await import('../bench/rules.ts');
  const bar = progressLine(process.stderr, () => performance.now());
  try {
    const figures = rulesBench(backend, ruleSheets, options, bar.show);
    bar.clear();
    process.stdout.write(flags.json === true ? `${JSON.stringify(figures)}\n` : printed(figures));
  } finally {
    bar.clear();
  }
}
