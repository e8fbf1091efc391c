import * as asciichart from 'asciichart';
import { out as pc } from '../colors.ts';
import { energyLines, energyReport } from '../energy.ts';
import { recordingLine } from '../record.ts';
import { timingLines } from '../timing.ts';
import { bestMean, type Played } from './episodes.ts';

/** An agent that learned, and what its frozen policy is worth. */
export interface Learned {
  readonly agent: string;
  readonly learning: Played;
  /** greedy, frozen; undefined where the run was interrupted */
  readonly greedy: Played | undefined;
  readonly fingerprint: string;
}

/** null of nothing */
export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

/** The JSON object of one agent. */
export function agentReport({ agent, learning, greedy, fingerprint }: Learned, mark: number) {
  const { returns, steps, truncations, ticks, wallSeconds, events, clock, rate, sections, recording } = learning;
  const perStep = (count: number): number | null => (steps === 0 ? null : count / steps);
  const { best, reached } = bestMean(returns, mark);
  return {
    agent,
    episodes: returns.length,
    steps,
    ticks,
    wallSeconds,
    ticksPerSecond: ticks / wallSeconds,
    truncations,
    bestMean100: best,
    solvedAfterEpisodes: reached,
    greedyFrozen: greedy === undefined ? null : { episodes: greedy.returns.length, meanReturn: mean(greedy.returns) },
    spikesPerStep: perStep(events.inference.spikes),
    synapticOperationsPerStep: perStep(events.inference.deliveries + events.inference.products),
    ...energyReport(events),
    ...(sections !== undefined && { clock, rate: rate ?? null, sections }),
    ...(recording !== undefined && { recording }),
    fingerprint,
    returns,
  };
}

const show = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined ? '–' : value.toFixed(digits);

/** Means of `points` even stretches of the returns. */
function curve(returns: readonly number[], points: number): number[] {
  const count = Math.min(points, returns.length);
  return Array.from({ length: count }, (_, k) => {
    const [from, to] = [Math.floor((k * returns.length) / count), Math.floor(((k + 1) * returns.length) / count)];
    return mean(returns.slice(from, to))!;
  });
}

/** Learning curve and table for a person. */
export function renderAgents(title: string, agents: readonly Learned[], mark: number, interrupted: boolean): string {
  const [first] = agents;
  const lines = [`${pc.bold(title)}${interrupted ? pc.yellow('  (interrupted)') : ''}`, ''];
  const points = curve(first!.learning.returns, 72);
  if (points.length > 1)
    lines.push(
      'return over episodes',
      asciichart.plot(points, { height: 8, format: (x: number) => String(Number(x.toPrecision(3))).padStart(7) }),
      '',
    );
  const row = (cells: readonly string[]): string =>
    `${cells[0]!.padEnd(24)}${cells
      .slice(1)
      .map((cell) => cell.padStart(12))
      .join('')}`;
  lines.push(pc.dim(row(['agent', 'episodes', 'best 100', `≥ ${mark} at`, 'greedy', 'spikes/step'])));
  for (const agent of agents) {
    const report = agentReport(agent, mark);
    lines.push(
      row([
        agent.agent,
        String(report.episodes),
        show(report.bestMean100),
        show(report.solvedAfterEpisodes, 0),
        show(report.greedyFrozen?.meanReturn),
        show(report.spikesPerStep),
      ]),
    );
  }
  const { ticks, wallSeconds, events } = first!.learning;
  lines.push(
    '',
    `${ticks} ticks in ${wallSeconds.toFixed(1)} s: ${(ticks / wallSeconds / 1000).toFixed(0)} thousand a second; fingerprint ${first!.fingerprint}`,
    ...energyLines(events),
  );
  const { sections, recording } = first!.learning;
  // Virtual time keeps none.
  if (sections !== undefined) lines.push(...timingLines(first!.learning, 'the world waited'));
  if (recording !== undefined) lines.push(recordingLine(recording));
  return lines.join('\n');
}
