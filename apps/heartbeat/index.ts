import { createHash } from 'node:crypto';
import type { RecordingReport } from '../../drivers/recording/index.ts';
import {
  type Actuator,
  type Board,
  ControllerError,
  compile,
  type Executable,
  fieldsOf,
  frozen,
  memoryOf,
  type Network,
  type Program,
  type RecordedSignal,
  raise,
  type State,
  type Stateful,
} from '../../runtime/index.ts';
import type { App, RunOptions, RunResult } from '../app.ts';
import { recorderOf } from '../record.ts';
import { paced } from '../time.ts';
import { type Alarm, createAlarm } from './alarm.ts';
import type { Verdict } from './beats.ts';
import { type ChosenBoard, chooseBoard, networkFor, recordsFor } from './boards.ts';
import { boardFidelity } from './fidelity.ts';
import type { HeartbeatFlags } from './flags.ts';
import { createLinearModel } from './linear.ts';
import { heartbeatNetwork } from './network.ts';
import { bundledData, bundledRecords, type EcgRecord, loadRecord } from './records.ts';
import { type Outcome, renderOutcome, reportOf } from './report.ts';
import { createScore, type Score } from './scoring.ts';
import { type SessionReport, session, ticksOf } from './session.ts';
import type { Shadow } from './shadows.ts';
import { createStream, type EcgStream, TICK_RATE_HZ } from './stream.ts';
import type { Variant } from './variants.ts';

type HeartbeatOptions = RunOptions & HeartbeatFlags;

/** Ticks of a frame: 50 ms. */
const FRAME_TICKS = 6;
/** With a board in real time: what comes at once must fit into the few ticks that a small one holds. */
const ATTACHED_FRAME_TICKS = 1;
/** Share of the first pass in the time of both, for the time left: it learns everywhere and has shadows and a board beside it. */
const FIRST_SHARE = { native: 0.8, reference: 0.97 };

/** Loads the records and checks the place where the sensor is to be inverted. */
async function load({ data, records, invert, board }: HeartbeatOptions): Promise<EcgRecord[]> {
  const all = recordsFor[board] ?? bundledRecords;
  const names = records ?? (invert === undefined ? all : upTo(all, invert.record));
  const loaded: EcgRecord[] = [];
  for (const name of names) loaded.push(await loadRecord(data ?? bundledData, name));
  if (invert === undefined) return loaded;
  const target = loaded.find(({ name }) => name === invert.record);
  const seconds = target === undefined ? 0 : target.samples.length / target.rateHz;
  if (target === undefined) raise('ERR_UNKNOWN_NAME', { path: '--invert', value: `'${invert.record}'`, known: names.join(', ') });
  if (invert.atSecond >= seconds)
    raise('ERR_OUT_OF_RANGE', {
      path: '--invert',
      bound: `a second below ${Math.floor(seconds)} (the length of record ${invert.record})`,
      value: invert.atSecond,
      remedy: 'choose an earlier second',
    });
  return loaded;
}

const upTo = (names: readonly string[], last: string): readonly string[] =>
  names.includes(last) ? names.slice(0, names.indexOf(last) + 1) : names;

interface Pass {
  readonly program: Program;
  readonly shadows: readonly Shadow[];
  readonly linear: Score | undefined;
  readonly report: SessionReport;
  readonly learner: Executable;
  readonly stream: EcgStream;
  readonly recording: RecordingReport | undefined;
}

interface PassPlan {
  readonly learn: 'all' | 'readout';
  /** neurons that may fire in a tick; undefined: any number */
  readonly budget: number | undefined;
  readonly frozenAt: readonly ((stream: EcgStream) => readonly number[])[];
  readonly linear: boolean;
  readonly variant: Variant | undefined;
  readonly board: Board | undefined;
  /** of the board, for the recording */
  readonly signal: RecordedSignal | undefined;
  readonly label: string;
  /** file that the pass is recorded into */
  readonly record: string | undefined;
  /** whether it keeps the clock that was asked for; a comparison afterwards runs in virtual time */
  readonly paced: boolean;
  /** share of the whole run: [start, end] */
  readonly share: readonly [number, number];
  /** where it was when the run was saved */
  readonly resumed: State | undefined;
  readonly onState: (ticks: number, state: () => State, now: boolean) => void;
}

async function pass(records: readonly EcgRecord[], options: HeartbeatOptions, plan: PassPlan): Promise<Pass> {
  const stream = createStream(records, options.invert);
  const frameTicks = plan.board !== undefined && options.board === 'port' ? ATTACHED_FRAME_TICKS : FRAME_TICKS;
  const ticks = Math.min(stream.ticks, Math.ceil((options.seconds ?? Number.POSITIVE_INFINITY) * TICK_RATE_HZ));
  const program = compile(networkFor(plan.variant, options.seed, plan.learn, plan.budget), { maxTicks: frameTicks });
  const learner = options.backend.load(program);
  const still = compile(frozen(program.network), { maxTicks: frameTicks });
  const shadows = plan.frozenAt.map(
    (at): Shadow => ({ executable: options.backend.load(still), score: createScore(), copyAt: at(stream) }),
  );
  const linear = plan.linear ? { model: createLinearModel(), score: createScore() } : undefined;
  const { dt } = program.network;
  const reached = ticksOf(plan.resumed);
  const left = Math.max(1, ticks - reached);
  const watched = plan.paced ? options.watched : undefined;
  const shape = { dt, frameTicks, ticks: left, ...(watched === undefined ? {} : { paused: watched.paused }) };
  const timing = paced(shape, plan.paced ? options : { clock: 'fast' });
  const [from, to] = plan.share;
  if (plan.board !== undefined) {
    // A board that goes on begins with the weights that the learner had.
    if (plan.resumed !== undefined) memoryOf(learner).restore(fieldsOf(plan.resumed, 'session').any('memory'));
    await plan.board.connect();
    await plan.board.deploy(learner);
  }
  // What the alarm was told: decided, premature.
  const verdict = new Float64Array(2);
  const recorder =
    plan.record === undefined
      ? undefined
      : await recorderOf(learner, {
          path: plan.record,
          app: 'heartbeat',
          frameTicks: FRAME_TICKS,
          signals: [{ name: 'alarm', values: verdict }, ...(plan.signal === undefined ? [] : [plan.signal])],
          clock: options.clock,
        });
  const report = await session({
    ...timing,
    stream,
    learner,
    shadows,
    linear,
    channels: plan.variant?.channels,
    board: plan.board,
    alarm: witnessed(createAlarm(), verdict),
    recorder,
    watched,
    observed: plan.paced ? options.observed : undefined,
    saves: options.checkpoints !== undefined,
    signal: options.signal,
    resumed: plan.resumed,
    until: ticks,
    onState: plan.onState,
    onSecond(tick, score) {
      const { record, second } = stream.recordAt(tick);
      const minutes = `${String(Math.floor(second / 60)).padStart(2, '0')}:${String(Math.floor(second % 60)).padStart(2, '0')}`;
      const f1 = (options.learn === 'off' ? shadows[0]!.score : score).running(record.name);
      options.progress({
        fraction: from + (to - from) * (tick / ticks),
        text: `${plan.label}: record ${record.name} ${minutes}, F1 so far ${f1 === null ? '–' : f1.toFixed(3)}`,
      });
    },
  });
  return { program, shadows, linear: linear?.score, report, learner, stream, recording: await recorder?.finish() };
}

/** An alarm whose orders can be seen. */
const witnessed = (alarm: Alarm, seen: Float64Array): Actuator<Verdict> & Stateful => ({
  apply(verdict) {
    seen[0] = verdict.decided ? 1 : 0;
    seen[1] = verdict.isPvc ? 1 : 0;
    alarm.apply(verdict);
  },
  safe: alarm.safe,
  state: alarm.state,
  restore: alarm.restore,
});

/** Of everything that the records hold: a run goes on with the data that it began with. */
function digestOf(records: readonly EcgRecord[]): string {
  const hash = createHash('sha256');
  for (const { name, rateHz, unitsPerMillivolt, samples, beatSamples, beatIsPvc } of records)
    hash.update(JSON.stringify([name, rateHz, unitsPerMillivolt, Array.from(samples), Array.from(beatSamples), Array.from(beatIsPvc)]));
  return hash.digest('hex');
}

/** The states of the passes so far, out of a checkpoint of the same data. */
function passesOf(resumed: State | undefined, data: string): readonly State[] {
  if (resumed === undefined) return [];
  const saved = fieldsOf(resumed, 'heartbeat');
  const value = saved.text('data');
  if (value !== data) raise('ERR_CHECKPOINT_STATE', { path: 'heartbeat.data', expected: `the records with SHA-256 ${data}`, value });
  return saved.list('passes');
}

/** A board that fails when it is compared takes nothing from what the run has shown. */
function boardFault(error: unknown): ControllerError {
  if (error instanceof ControllerError) return error;
  throw error;
}

/** The score of the network that acts: the learner, or its frozen copy with `--learn off`. */
const actingOf = ({ report, shadows }: Pass, { learn }: HeartbeatOptions): Score => (learn === 'off' ? shadows[0]!.score : report.score);

async function run(given: HeartbeatOptions): Promise<RunResult> {
  const options: HeartbeatOptions = given.board === 'port' ? { ...given, clock: 'realtime' } : given;
  const records = await load(options);
  const chosen = await chooseBoard(options);
  try {
    return await runWith(records, chosen, options);
  } finally {
    await chosen?.followed.shutdown();
  }
}

async function runWith(records: readonly EcgRecord[], chosen: ChosenBoard | undefined, options: HeartbeatOptions): Promise<RunResult> {
  const { checkpoints } = options;
  const data = checkpoints === undefined ? '' : digestOf(records);
  const saved = passesOf(checkpoints?.resumed, data);
  const finished: State[] = [];
  const onState = (ticks: number, state: () => State, now: boolean): void => {
    if (now || checkpoints?.due() === true) checkpoints?.save(ticks, { data, passes: [...finished, state()] });
  };
  const atRecordStarts = (stream: EcgStream): readonly number[] => stream.starts;
  const atInversion = (stream: EcgStream): readonly number[] => {
    const index = records.findIndex(({ name }) => name === options.invert!.record);
    return [stream.starts[index]! + Math.floor(options.invert!.atSecond * TICK_RATE_HZ)];
  };
  const wantsFrozen = options.learn === 'off' || options.baselines;
  const second = options.baselines && options.learn !== 'readout';
  const free = options.energyBudget !== undefined;
  const share = (second ? FIRST_SHARE[options.backend.name === 'native' ? 'native' : 'reference'] : 1) / (free ? 2 : 1);
  const freeShare = free ? 2 * share : share;
  const variant = chosen?.variant;
  const main = await pass(records, options, {
    learn: options.learn === 'readout' ? 'readout' : 'all',
    budget: options.energyBudget,
    frozenAt: [...(wantsFrozen ? [atRecordStarts] : []), ...(options.invert === undefined ? [] : [atInversion])],
    linear: options.baselines,
    variant,
    board: chosen?.followed,
    signal: chosen?.signal,
    record: options.record,
    label: { on: 'learning', off: 'frozen', readout: 'readout only' }[options.learn],
    paced: true,
    share: [0, share],
    resumed: saved[0],
    onState,
  });
  finished.push(main.report.state);
  const afterwards = { linear: false, variant, board: undefined, signal: undefined, record: undefined, paced: false, onState } as const;
  const unbudgeted =
    free && !options.signal.aborted
      ? await pass(records, options, {
          ...afterwards,
          learn: 'all',
          budget: undefined,
          frozenAt: options.learn === 'off' ? [atRecordStarts] : [],
          label: 'without budget',
          share: [share, freeShare],
          resumed: saved[finished.length],
        })
      : undefined;
  if (unbudgeted !== undefined) finished.push(unbudgeted.report.state);
  const readoutOnly =
    second && !options.signal.aborted
      ? await pass(records, options, {
          ...afterwards,
          learn: 'readout',
          budget: undefined,
          frozenAt: [],
          label: 'readout only',
          share: [freeShare, 1],
          resumed: saved[finished.length],
        })
      : undefined;

  if (readoutOnly !== undefined) finished.push(readoutOnly.report.state);
  await checkpoints?.finish((readoutOnly ?? unbudgeted ?? main).report.ticks, { data, passes: finished });

  // The run let go of it, in its own time; fidelity is a connection of its own.
  await chosen?.followed.shutdown();
  const { fault, board } = main.report.mirror ?? {};
  const faithful = chosen !== undefined && fault === undefined && (board?.device?.state ?? 'ready') === 'ready' && !options.signal.aborted;
  const compared = faithful ? await boardFidelity(chosen.board, main.learner, main.stream, variant?.channels).catch(boardFault) : undefined;
  const outcome: Outcome = {
    options,
    records,
    main: main.report,
    chosen,
    compared,
    ticks: main.report.ticks,
    signalSeconds: main.report.ticks / TICK_RATE_HZ,
    neurons: main.program.network.populations['hidden']!.size,
    target: main.learner.target,
    frozen: wantsFrozen ? main.shadows[0]!.score : undefined,
    control: options.invert === undefined ? undefined : main.shadows.at(-1)!.score,
    readoutOnly: options.learn === 'readout' && options.baselines ? main.report.score : readoutOnly?.report.score,
    linear: main.linear,
    unbudgeted: unbudgeted === undefined ? undefined : { score: actingOf(unbudgeted, options), events: unbudgeted.report.events },
    updates: main.report.updates,
    recording: main.recording,
  };
  return { report: reportOf(outcome), render: () => renderOutcome(outcome), ok: main.recording?.fault === undefined };
}

/** Recorded heartbeats stream in, the network learns while it runs, a board follows. */
export const heartbeat: App<HeartbeatFlags> = {
  name: 'heartbeat',
  summary: 'premature ventricular beats in an ECG, learned beat by beat',
  network: (seed: number): Network => heartbeatNetwork(seed),
  run,
};
