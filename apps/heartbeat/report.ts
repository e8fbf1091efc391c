import * as asciichart from 'asciichart';
import Table from 'cli-table3';
import type { FidelityReport } from '../../drivers/index.ts';
import type { RecordingReport } from '../../drivers/recording/index.ts';
import type { ControllerError, EventCounts } from '../../runtime/index.ts';
import type { RunOptions } from '../app.ts';
import { out as pc } from '../colors.ts';
import { deviceText } from '../device.ts';
import { energyLines, energyReport } from '../energy.ts';
import { recordingLine } from '../record.ts';
import { bare } from '../tables.ts';
import { timingLines } from '../timing.ts';
import type { ChosenBoard } from './boards.ts';
import type { HeartbeatFlags } from './flags.ts';
import type { EcgRecord } from './records.ts';
import { confusion, count, f1, type RecordScore, type Score } from './scoring.ts';
import type { SessionReport } from './session.ts';

/** Everything a run of the app found out. */
export interface Outcome {
  readonly options: RunOptions & HeartbeatFlags;
  readonly records: readonly EcgRecord[];
  readonly main: SessionReport;
  readonly ticks: number;
  readonly signalSeconds: number;
  readonly neurons: number;
  readonly target: string;
  readonly frozen: Score | undefined;
  readonly control: Score | undefined;
  readonly readoutOnly: Score | undefined;
  readonly linear: Score | undefined;
  /** the same run with any number of active neurons; undefined where none was asked for, or it was interrupted before */
  readonly unbudgeted: { readonly score: Score; readonly events: EventCounts } | undefined;
  readonly updates: number;
  readonly recording: RecordingReport | undefined;
  /** undefined without a board */
  readonly chosen: ChosenBoard | undefined;
  /** of the weights at the end, on the first ten seconds */
  /** the board beside the host after the run, or why that could not be done; undefined: it was not asked for */
  readonly compared: FidelityReport | ControllerError | undefined;
}

/** The scores of the network that acts: the learner, or its frozen copy with `--learn off`. */
const acting = ({ options, main, frozen }: Outcome): Score => (options.learn === 'off' ? frozen! : main.score);

const baseline = (score: Score | undefined) => (score === undefined ? null : { meanF1: score.meanF1(), records: score.records() });

function invertReport(outcome: Outcome) {
  const { options, control, main } = outcome;
  if (options.invert === undefined || control === undefined) return undefined;
  const { record, atSecond } = options.invert;
  const later = Number.POSITIVE_INFINITY;
  const score = acting(outcome);
  return {
    record,
    atSecond,
    f1Before: score.between(record, 0, atSecond),
    f1First2Min: score.between(record, atSecond, atSecond + 120),
    f1Later: score.between(record, atSecond + 120, later),
    // The control is the learner itself until that second.
    frozenF1Before: main.score.between(record, 0, atSecond),
    frozenF1After: control.between(record, atSecond, later),
  };
}

/** What a budget of active neurons held, and cost. */
function budgetReport(outcome: Outcome) {
  const { options, main, unbudgeted } = outcome;
  if (options.energyBudget === undefined) return undefined;
  const { mean } = main.events.active;
  const [meanF1, without] = [acting(outcome).meanF1(), unbudgeted?.score.meanF1() ?? null];
  return {
    active: options.energyBudget,
    mean,
    held: mean === null ? null : mean <= options.energyBudget,
    meanF1,
    without: unbudgeted === undefined ? null : { mean: unbudgeted.events.active.mean, meanF1: without },
    cost: meanF1 === null || without === null ? null : without - meanF1,
  };
}

function boardReport({ chosen, compared, main: { mirror, boardScore } }: Outcome) {
  if (mirror === undefined || chosen === undefined || boardScore === undefined) return null;
  const { kind, weightPatches, weightPatchesAcked, spikesIn, spikesOut, crcErrors, weightErrorMax } = mirror.board;
  return {
    kind,
    model: chosen.board.capabilities?.model ?? null,
    variant: chosen.variant?.name ?? null,
    refusal: chosen.refusal ?? null,
    meanF1: boardScore.meanF1(),
    records: boardScore.records(),
    weightPatches,
    weightPatchesAcked,
    spikesIn,
    spikesOut,
    ticksDropped: mirror.ticksDropped,
    spikeAgreement: mirror.agreement ?? null,
    crcErrors,
    weightErrorMax,
    late: mirror.board.late,
    retransmits: mirror.board.retransmits,
    faults: mirror.board.faults,
    device: mirror.board.device ?? null,
    fault: mirror.fault?.message ?? null,
    fidelity: compared === undefined || compared instanceof Error ? null : compared,
    fidelityFault: compared instanceof Error ? compared.message : null,
  };
}

/** The JSON object of the run. */
export function reportOf(outcome: Outcome): Readonly<Record<string, unknown>> {
  const { options, main, ticks, signalSeconds, neurons, target } = outcome;
  const score = acting(outcome);
  return {
    app: 'heartbeat',
    seed: options.seed,
    backend: options.backend.name,
    target,
    ticks,
    wallSeconds: main.wallSeconds,
    realTimeFactor: signalSeconds / main.wallSeconds,
    learn: options.learn,
    records: score.records(),
    meanF1: score.meanF1(),
    spikesPerNeuronSecond: signalSeconds === 0 ? null : main.events.inference.spikes / neurons / signalSeconds,
    ...(options.baselines
      ? {
          baselines: {
            frozen: baseline(outcome.frozen),
            readoutOnly: baseline(outcome.readoutOnly),
            onlineLinear: baseline(outcome.linear),
          },
        }
      : {}),
    ...(options.energyBudget === undefined ? {} : { energyBudget: budgetReport(outcome) }),
    ...(options.invert === undefined ? {} : { invert: invertReport(outcome) }),
    board: boardReport(outcome),
    sensor: main.sensor,
    learning: main.learning,
    updates: outcome.updates,
    ...energyReport(main.events),
    clock: main.clock,
    rate: main.rate ?? null,
    sections: main.sections ?? null,
    interrupted: options.signal.aborted,
    ...(outcome.recording === undefined ? {} : { recording: outcome.recording }),
    fingerprint: main.fingerprint,
  };
}

/** Seconds of signal below which a curve over five minutes says nothing. */
const LEAST_PLOTTED = 300;

const show = (value: number | null | undefined, digits = 3): string =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);

/** First second of each record in a stream. */
function startsOf(records: readonly EcgRecord[]): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  let total = 0;
  for (const { name, samples, rateHz } of records) {
    starts.set(name, total);
    total += samples.length / rateHz;
  }
  return starts;
}

/** F1 of the last five minutes at `points` even places of the first `seconds`; a stretch without a defined score repeats the last one. */
function overTime(score: Score, starts: ReadonlyMap<string, number>, seconds: number, points: number): number[] {
  const step = seconds / points;
  const series: number[] = [];
  let last = 0;
  for (let point = 1; point <= points; point++) {
    const window = confusion();
    for (const { record, atSecond, predicted, actual } of score.decisions) {
      const at = starts.get(record)! + atSecond;
      if (at > point * step - 300 && at <= point * step) count(window, predicted, actual);
    }
    last = f1(window) ?? last;
    series.push(last);
  }
  return series;
}

/** Tables and plot for a person. */
export function renderOutcome(outcome: Outcome): string {
  const { options, main, signalSeconds, target, records } = outcome;
  const score = acting(outcome);
  const columns: { readonly title: string; readonly score: Score }[] = [
    { title: options.learn === 'off' ? 'frozen' : options.learn === 'readout' ? 'readout' : 'learning', score },
  ];
  if (outcome.frozen !== undefined && options.learn !== 'off') columns.push({ title: 'frozen', score: outcome.frozen });
  if (outcome.readoutOnly !== undefined && options.learn !== 'readout') columns.push({ title: 'readout', score: outcome.readoutOnly });
  if (outcome.linear !== undefined) columns.push({ title: 'linear', score: outcome.linear });

  const table = new Table({
    head: ['record', 'beats', 'PVC', '5 min', 'rest', ...columns.map(({ title }) => title)],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: bare,
    colAligns: ['left', 'right', 'right', 'right', 'right', ...columns.map(() => 'right' as const)],
  });
  const all = columns.map((column) => new Map(column.score.records().map((record): [string, RecordScore] => [record.record, record])));
  for (const { record, beats, pvc, f1First5Min, f1Rest } of score.records()) {
    table.push([
      record,
      beats,
      pvc,
      show(f1First5Min),
      show(f1Rest),
      ...all.map((scores, index) => (index === 0 ? pc.bold(show(scores.get(record)?.f1)) : show(scores.get(record)?.f1))),
    ]);
  }
  table.push([
    pc.dim('mean F1'),
    '',
    '',
    '',
    '',
    ...columns.map((column, index) => (index === 0 ? pc.bold(show(column.score.meanF1())) : show(column.score.meanF1()))),
  ]);

  const lines = [
    `${pc.bold('heartbeat')}  premature ventricular beats, learned beat by beat; seed ${options.seed}, ${options.backend.name} backend (${target})`,
    `${signalSeconds < 120 ? `${signalSeconds.toFixed(0)} seconds` : `${(signalSeconds / 60).toFixed(0)} minutes`} of signal in ${main.wallSeconds.toFixed(1)} s: ${show(signalSeconds / main.wallSeconds, 0)} × real time${options.signal.aborted ? pc.yellow('  (interrupted)') : ''}`,
    '',
    'F1 of "premature ventricular beat": the first 5 minutes of a record, its rest, and whole,',
    'beside the controls; the mean leaves out the first record of the stream',
    table.toString(),
  ];
  if (signalSeconds >= LEAST_PLOTTED) lines.push('', ...plot(columns, records, signalSeconds));
  lines.push(...honesty(columns), ...details(outcome));
  return lines.join('\n');
}

function plot(
  columns: readonly { readonly title: string; readonly score: Score }[],
  records: readonly EcgRecord[],
  seconds: number,
): string[] {
  const points = 72;
  const starts = startsOf(records);
  const shown = columns
    .filter(({ title }) => title !== 'linear')
    .slice(0, 2)
    .reverse();
  const colors = pc.isColorSupported ? [asciichart.darkgray, asciichart.cyan].slice(-shown.length) : [];
  const series = shown.map(({ score }) => overTime(score, starts, seconds, points));
  const format = (value: number): string => value.toFixed(2).padStart(6);
  const chart = asciichart.plot(series, { height: 8, min: 0, max: 1, format, ...(colors.length > 0 ? { colors } : {}) });
  const axis = [...starts]
    .filter(([, start]) => start < seconds)
    .reduce((line, [name, start]) => `${line.padEnd(Math.floor((start / seconds) * points))}|${name}`, '');
  const legend = shown.map(({ title }, index) => `${index === shown.length - 1 ? pc.cyan('──') : pc.gray('──')} ${title}`).reverse();
  return [
    `F1 of the last five minutes, over ${Math.round(seconds / 60)} minutes`,
    chart,
    pc.dim(`${' '.repeat(8)}${axis}`),
    `        ${legend.join('   ')}`,
  ];
}

/** Where a simpler model is as good, say so. */
function honesty(columns: readonly { readonly title: string; readonly score: Score }[]): string[] {
  const linear = columns.find(({ title }) => title === 'linear');
  if (linear === undefined || linear.score.decisions.length === 0) return [];
  const first = new Map(columns[0]!.score.records().map(({ record, f1: value }) => [record, value]));
  const better = linear.score.records().filter(({ record, f1: value }) => value !== null && value > (first.get(record) ?? 0));
  return [
    '',
    better.length === 0
      ? 'The online linear model is better on no record.'
      : `The online linear model is better on ${better.map(({ record }) => record).join(', ')}.`,
  ];
}

function details(outcome: Outcome): string[] {
  const { main, signalSeconds, neurons, options } = outcome;
  const lines = [
    '',
    `${show(main.events.inference.spikes / neurons / signalSeconds, 1)} spikes a second and neuron; ${outcome.updates} updates; fingerprint ${main.fingerprint}`,
    ...energyLines(main.events),
  ];
  const budget = budgetReport(outcome);
  if (budget !== undefined) {
    const { active, mean, held, without, cost } = budget;
    const verdict = held === null ? '–' : held ? 'held' : pc.yellow('not held');
    lines.push(
      `budget of ${active} active neurons: ${verdict}, ${show(mean, 2)} in the mean, ${show(without?.mean, 2)} without;`,
      `  mean F1 ${show(budget.meanF1)}, ${show(without?.meanF1)} without: it costs ${show(cost)}`,
    );
  }
  const inverted = invertReport(outcome);
  if (inverted !== undefined) {
    lines.push(
      `sensor inverted in record ${inverted.record} at ${inverted.atSecond} s: F1 ${show(inverted.f1Before)} before,`,
      `  ${show(inverted.f1First2Min)} in the two minutes after, ${show(inverted.f1Later)} later; frozen at that second ${show(inverted.frozenF1After)}`,
    );
  }
  const board = boardReport(outcome);
  if (board !== null) {
    lines.push(
      `board ${board.kind}: ${board.weightPatchesAcked} of ${board.weightPatches} weight patches acknowledged, largest weight error ${board.weightErrorMax.toExponential(1)};`,
      `  ${board.spikesIn} spikes in, ${board.spikesOut} out, agreement with the host's ${show(board.spikeAgreement)}; mean F1 of its own spikes ${show(board.meanF1)}`,
    );
    if (board.variant !== null) lines.push(`  it runs the variant '${board.variant}' (and so does all above): ${board.refusal}`);
    for (const { from, to, spikes, first } of board.fidelity?.steps ?? []) {
      const where = first === null ? 'no spike differs' : `first at tick ${first.tick}: ${first.why}`;
      lines.push(`  fidelity, ${from} → ${to}: ${show(spikes.agreement, 4)}; ${where}`);
    }
    if (board.fidelityFault !== null) lines.push(pc.yellow(`  fidelity: not compared, ${board.fidelityFault}`));
    if (board.device !== null) lines.push(`  link: ${deviceText(board.device)}`);
    lines.push(
      `  ${board.ticksDropped} ticks dropped, ${board.late} late; ${board.crcErrors} damaged frames, ${board.retransmits} sent again; ${board.faults} faults`,
    );
    if (board.fault !== null) lines.push(pc.yellow(`board: ${board.fault}`));
  }
  if (outcome.recording !== undefined) lines.push(recordingLine(outcome.recording));
  const { held, safe, encoded, outs, outTicks, ...faults } = main.sensor;
  const kinds = Object.entries(faults).filter(([, ticks]) => ticks > 0);
  if (kinds.length > 0)
    lines.push(
      pc.yellow(
        `sensor: ticks by fault: ${kinds.map(([kind, ticks]) => `${kind} ${ticks}`).join(', ')}; the last good value was held in ${held}; out ${outs} times, alarm off for ${outTicks} ticks (check the lead)`,
      ),
    );
  const { rollbacks, goodTick, frozen } = main.learning;
  if (rollbacks > 0)
    lines.push(
      pc.yellow(
        `learning ran away ${rollbacks} times and was put back, last to tick ${goodTick}${frozen ? '; it is frozen' : ''} (lower the learning rate)`,
      ),
    );
  if (options.clock === 'realtime') lines.push(...timingLines(main, 'the alarm was off'));
  return lines;
}
