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

/** As many decimals as fit beside a hundred. */
const short = (value: number, digits: number): string => value.toFixed(value < 100 ? digits : 0);

const heads = ['ticks', 'ns', 'ratio', 'kept', 'bytes', 'n', 'active'];
const widths = [5, 8, 6, 5, 6, 9, 7];
const aligned = (cells: readonly string[]): string => cells.map((text, index) => text.padStart(widths[index]!)).join('');
const row = (rule: string, cell: string, form: string, cells: readonly string[]): string =>
  `${`${rule.padEnd(10)} ${cell.padEnd(7)} ${form}`.padEnd(34)}${aligned(cells)}\n`;

function line({
  rule,
  cell,
  form,
  block,
  n,
  density,
  nsPerSynapseTick,
  ratio,
  keptPerSynapse,
  bytesPerSynapse,
  active,
}: RuleFigures): string {
  return row(rule, cell, form, [
    String(block),
    short(nsPerSynapseTick, 3),
    short(ratio, 2),
    short(keptPerSynapse, 1),
    bytesPerSynapse.toFixed(0),
    density === 1 ? String(n) : `${n}, ${100 * density} %`,
    `${(100 * active).toFixed(0)} %`,
  ]);
}

function printed({ target, ticks, rounds, rows }: RulesFigures): string {
  return [
    `learning, a synapse and tick: ${rounds} rounds in turns, ${ticks} ticks a run; ${target}\n`,
    row('rule', 'cell', 'form', heads),
    ...rows.map(line),
    'ticks: of a block, or of a window that is run backwards; 1 is streaming. ns:\nmedians, one thread. ratio: to the first row. kept: values beside weight and\ngradient; bytes: with the gradient. active: share of cells that are not 0.\n',
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
