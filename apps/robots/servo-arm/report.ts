import * as asciichart from 'asciichart';
import type { DeviceReport, Ms } from '../../../runtime/index.ts';
import type { RunOptions } from '../../app.ts';
import { out as pc } from '../../colors.ts';
import { deviceText } from '../../device.ts';
import { energyLines, energyReport } from '../../energy.ts';
import { whole, worn } from './arm.ts';
import { DRIFT } from './bench.ts';
import type { ServoArmFlags } from './flags.ts';
import type { Score } from './score.ts';
import type { SessionReport } from './session.ts';
import type { Trajectory } from './trajectory.ts';

/** Everything a run of the app found out. */
export interface Outcome {
  readonly options: RunOptions & ServoArmFlags;
  readonly main: SessionReport;
  readonly trajectory: Trajectory;
  readonly target: string;
  readonly device: DeviceReport;
  /** undefined with a real Uno */
  readonly emulator: { readonly busyMs: Ms; readonly safeAfterMs: Ms | null; readonly slippedMs: Ms } | undefined;
}

/** Periods of the trajectory over which errors are compared: those before the change, and the last. */
const COMPARED = 3;
/** Within so much of its former value an error has returned. */
const RETURNED = 1.2;

/** Of one arm: root mean square errors in degrees. */
function errorsOf(score: Score, { options, main, trajectory: { period } }: Outcome) {
  const change = options.changeAt * 1000;
  const end = main.ticks;
  const before = score.rms(Math.max(0, change - COMPARED * period), change);
  const after = end >= change + period + DRIFT ? score.rms(Math.max(change + DRIFT, end - COMPARED * period), end) : null;
  let worst: number | null = null;
  for (let from = change; from + period <= end; from += period) {
    const rms = score.rms(from, from + period);
    if (rms !== null && (worst === null || rms > worst)) worst = rms;
  }
  const ratio = before === null || after === null ? null : after / before;
  return { before, worst, after, ratio, returned: ratio === null ? null : ratio <= RETURNED };
}

/** Root mean square error of every period. */
const curve = (score: Score, { main, trajectory: { period } }: Outcome): (number | null)[] =>
  Array.from({ length: Math.floor(main.ticks / period) }, (_, k) => score.rms(k * period, (k + 1) * period));

/** The JSON object of the run. */
export function reportOf(outcome: Outcome): Readonly<Record<string, unknown>> {
  const { options, main, target, emulator } = outcome;
  const seconds = main.ticks / 1000;
  const [learner, control] = main.scores;
  return {
    app: 'servo-arm',
    seed: options.seed,
    backend: options.backend.name,
    target,
    rule: 'e-prop, taught by the tracking error',
    board: options.port ?? 'emulated Uno',
    clock: main.clock,
    ticks: main.ticks,
    seconds,
    wallSeconds: main.wallSeconds,
    realTimeFactor: seconds / main.wallSeconds,
    emulator:
      emulator === undefined
        ? null
        : { wallSeconds: emulator.busyMs / 1000, share: emulator.busyMs / 1000 / main.wallSeconds, slippedMs: emulator.slippedMs },
    learn: options.learn,
    change: {
      atSecond: options.changeAt,
      seconds: DRIFT / 1000,
      from: whole,
      to: worn,
      where: options.port === undefined ? 'gear' : 'command',
    },
    errorDegrees: {
      learner: { ...errorsOf(learner!, outcome), periods: curve(learner!, outcome) },
      control: control === undefined ? null : { ...errorsOf(control, outcome), periods: curve(control, outcome) },
    },
    truncations: main.truncations,
    device: outcome.device,
    unplug: options.unplug === undefined ? null : { ...options.unplug, outputsSafeAfterMs: emulator?.safeAfterMs ?? null },
    taughtTicks: main.taught,
    updates: main.updates,
    spikesPerNeuronSecond: main.events.inference.spikes / main.neurons / seconds,
    ...energyReport(main.events),
    interrupted: options.signal.aborted,
    fingerprint: main.fingerprint,
  };
}

const show = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));

function plot(outcome: Outcome): string[] {
  const curves = outcome.main.scores.map((score) => curve(score, outcome));
  if (curves[0]!.length < 4) return [];
  const points = 72;
  const series = curves
    .map((values) =>
      Array.from({ length: points }, (_, point) => {
        const at = Math.floor((point / points) * values.length);
        return values[at] ?? values.slice(0, at).findLast((value) => value !== null) ?? 0;
      }),
    )
    .reverse();
  const colors = pc.isColorSupported ? [asciichart.darkgray, asciichart.cyan].slice(-series.length) : [];
  const format = (value: number): string => value.toFixed(2).padStart(6);
  const chart = asciichart.plot(series, { height: 10, min: 0, format, ...(colors.length > 0 ? { colors } : {}) });
  const at = Math.floor((outcome.options.changeAt / (outcome.main.ticks / 1000)) * points);
  return [
    '',
    'root mean square error of a period, degrees',
    chart,
    pc.dim(`${' '.repeat(8)}${' '.repeat(at)}|gear worn`),
    `        ${pc.cyan('──')} ${outcome.options.learn === 'on' ? 'learning' : 'still from the change on'}${curves.length > 1 ? `   ${pc.gray('──')} control: still from the change on` : ''}`,
  ];
}

/** Table and plot for a person. */
export function renderOutcome(outcome: Outcome): string {
  const { options, main, target, emulator } = outcome;
  const seconds = main.ticks / 1000;
  const rows = main.scores.map((score, arm) => {
    const { before, worst, after, ratio, returned } = errorsOf(score, outcome);
    const name = arm === 0 ? (options.learn === 'on' ? 'learning' : 'still') : 'control';
    const verdict = returned === null ? 'too short to tell' : returned ? pc.green('returned') : pc.yellow('did not return');
    return `  ${name.padEnd(10)}${show(before).padStart(8)}${show(worst).padStart(8)}${show(after).padStart(8)}${show(ratio).padStart(8)}  ${verdict}`;
  });
  const lines = [
    `${pc.bold('servo-arm')}  a servo learns to follow; seed ${options.seed}, ${options.backend.name} backend (${target}), ${options.port ?? 'emulated Uno'}`,
    `${seconds.toFixed(0)} s in ${main.wallSeconds.toFixed(1)} s: ${show(seconds / main.wallSeconds, 1)} × real time${
      emulator === undefined ? '' : `, ${((100 * emulator.busyMs) / 1000 / main.wallSeconds).toFixed(0)} % of it the emulator`
    }${options.signal.aborted ? pc.yellow('  (interrupted)') : ''}`,
    '',
    `At ${options.changeAt} s, within ${DRIFT / 1000} s, ${
      options.port === undefined
        ? `the gear is worn (gain ${whole.gain} → ${worn.gain}, offset ${whole.offset} → ${worn.offset}°, backlash ${whole.backlash} → ${worn.backlash}°), the load grows (${whole.load} → ${worn.load}°)`
        : `commands are bent as by a worn horn (gain ${whole.gain} → ${worn.gain}, offset ${whole.offset} → ${worn.offset}°)`
    }.`,
    `  ${'error, °'.padEnd(10)}${'before'.padStart(8)}${'worst'.padStart(8)}${'at last'.padStart(8)}${'ratio'.padStart(8)}`,
    ...rows,
    ...plot(outcome),
    '',
    `${(main.events.inference.spikes / main.neurons / seconds).toFixed(1)} spikes a second and neuron; ${main.updates} updates; fingerprint ${main.fingerprint}`,
    ...energyLines(main.events),
  ];
  lines.push(`board: ${deviceText(outcome.device)}`);
  for (const { atSecond, reason, seconds: back } of main.truncations)
    lines.push(
      pc.yellow(
        `truncated at ${atSecond.toFixed(2)} s: ${reason}; ${back === null ? 'not under control again' : `under control again after ${back.toFixed(2)} s`}`,
      ),
    );
  if (emulator?.safeAfterMs !== null && emulator !== undefined && options.unplug !== undefined)
    lines.push(`the servos got no pulse ${emulator.safeAfterMs.toFixed(0)} ms after the cut`);
  return lines.join('\n');
}
