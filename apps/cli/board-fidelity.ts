import Table from 'cli-table3';
import { type FidelityReport, fidelity } from '../../drivers/index.ts';
import { referenceBackend } from '../../runtime/index.ts';
import { out as pc } from '../colors.ts';
import { fitting, randomSpikes, type TargetFlags, targetOf } from './board-target.ts';
import { number } from './numbers.ts';
import { described } from './program.ts';
import { parseSeed } from './run.ts';
import { exitCode } from './usage.ts';

export interface FidelityFlags extends TargetFlags {
  readonly seed: string;
  readonly ticks: string;
  readonly rate: string;
  readonly json?: boolean;
}

const MAX_TICKS = 10_000_000;
const fixed = (value: number): string => (value === 0 ? '0' : value.toPrecision(3));

/** A table that a terminal of 80 columns holds, and below it why spikes differ. */
function renderFidelity({ ticks, steps }: FidelityReport): string {
  const table = new Table({
    head: ['step', 'spikes', 'agree', 'membranes ≤', 'weights ≤'],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [24, 17, 8, 13, 11],
  });
  const reasons: string[] = [];
  for (const { from, to, spikes, membranes, weights, first } of steps) {
    const worst = Math.max(0, ...Object.values(weights).map(({ max }) => max));
    table.push([
      `${from} → ${to}`,
      `${spikes.from} → ${spikes.to}`,
      spikes.agreement === 1 ? pc.green('1') : spikes.agreement.toFixed(4),
      membranes === null ? '–' : fixed(membranes.max),
      fixed(worst),
    ]);
    if (first !== null)
      reasons.push(`${from} → ${to}: tick ${first.tick}, ${first.population}[${first.neuron}], only ${first.spiked}: ${first.why}`);
  }
  const differing = reasons.length === 0 ? ' none' : reasons.map((reason) => `\n  ${reason}`).join('');
  return `${ticks} ticks\n${table.toString()}\nfirst spike that differs:${differing}\n`;
}

/** `ganglion board fidelity BOARD APP|FILE.json`: exit code 1 when two executions differ that must be equal. */
export async function boardFidelityCommand(name: string, network: string, flags: FidelityFlags): Promise<void> {
  const seed = parseSeed(flags.seed);
  const ticks = number('ticks', flags.ticks, 1, MAX_TICKS, true);
  const rate = number('rate', flags.rate, 0, 1, false);
  const description = await described(network, seed);
  const { board } = await targetOf(name, flags);
  try {
    const program = await fitting(board, description);
    const host = referenceBackend.load(program);
    await board.deploy(host);
    const report = await fidelity(board, host, randomSpikes(program.network, rate, seed), ticks);
    process.stdout.write(flags.json === true ? `${JSON.stringify({ board: name, ...report })}\n` : renderFidelity(report));
    const faulty = report.steps.some(({ cause, first }) => cause === 'nothing' && first !== null);
    process.exitCode = faulty ? exitCode.failed : exitCode.ok;
  } finally {
    await board.shutdown();
  }
}
