import { identity } from 'rxjs';
import {
  type Actuator,
  act,
  advance,
  type Board,
  type Clock,
  type ClockReport,
  countEvents,
  type EventCounts,
  type Executable,
  type Frame,
  fieldsOf,
  fingerprint,
  frames,
  guardLearning,
  type LearningBounds,
  type LearningReport,
  type MirrorReport,
  memoryOf,
  mirror,
  type RateReport,
  type Recorder,
  record,
  run,
  type SectionReport,
  type Sensor,
  type SensorLimits,
  type SensorReport,
  type Stage,
  type State,
  type Stateful,
  sense,
  stage,
  teach,
  updatesOf,
  watch,
} from '../../runtime/index.ts';
import type { Observed, Watched } from '../app.ts';
import type { Paced } from '../time.ts';
import { beatDecoder, cardiologist, type Verdict } from './beats.ts';
import { scoreBoard } from './board-score.ts';
import { factsOf } from './facts.ts';
import { type EcgValues, type FrontEnd, frontEnd } from './front-end.ts';
import type { LinearModel } from './linear.ts';
import { createScore, type Score } from './scoring.ts';
import { follow, type Shadow } from './shadows.ts';
import { type EcgSample, type EcgStream, TICK_RATE_HZ } from './stream.ts';

/** Constant input of the source `one`. */
const ONE = 1;

/** An ECG lead in mV: what no heart does is a fault of the lead. A second without a good sample, and the alarm is off until half a second was good. */
const LEAD: SensorLimits<EcgValues> = {
  length: 1,
  range: [-10, 10],
  maxChange: 5,
  stuckTicks: 2 * TICK_RATE_HZ,
  silentTicks: TICK_RATE_HZ / 10,
  outTicks: TICK_RATE_HZ,
  rearmTicks: TICK_RATE_HZ / 2,
};

/** Far from what the bundled records make of it: with seeds 1 to 3 no norm was above 22, no readout above 38. Copies and pauses take ten seconds. */
const BOUNDS: LearningBounds = { weightNorm: 1e3, readout: 1e3, everyTicks: 10 * TICK_RATE_HZ, pauseTicks: 10 * TICK_RATE_HZ };

export interface SessionOptions extends Partial<Paced> {
  readonly clock: Clock;
  readonly stream: EcgStream;
  readonly learner: Executable;
  readonly shadows: readonly Shadow[];
  readonly linear: { readonly model: LinearModel; readonly score: Score } | undefined;
  /** channels of the front end that the network has; undefined: all */
  readonly channels: readonly number[] | undefined;
  readonly board: Board | undefined;
  readonly alarm: Actuator<Verdict> & Stateful;
  /** of what the learner may become; default those of this app */
  readonly bounds?: LearningBounds | undefined;
  /** writes the run down; default nobody */
  readonly recorder?: Recorder | undefined;
  /** people who look at the learner; default nobody */
  readonly watched?: Watched | undefined;
  /** logs and metrics; default neither */
  readonly observed?: Observed | undefined;
  /** whether they may ask for a checkpoint; default no */
  readonly saves?: boolean;
  readonly signal: AbortSignal;
  /** called about once a second of signal */
  readonly onSecond: (tick: number, score: Score) => void;
  /** what an earlier session was when it was saved: this one goes on from there */
  readonly resumed?: State | undefined;
  /** ticks of the whole run; a session that has reached them runs none */
  readonly until?: number;
  /** called about once a second of signal, and when a person asks for a checkpoint (`now`), between two frames; the state is borrowed */
  readonly onState?: (ticks: number, state: () => State, now: boolean) => void;
}

/** A tick that a saved session had reached. */
export const ticksOf = (state: State | undefined): number => (state === undefined ? 0 : fieldsOf(state, 'session').number('ticks'));

export interface SessionReport {
  readonly score: Score;
  readonly ticks: number;
  readonly events: EventCounts;
  readonly updates: number;
  readonly wallSeconds: number;
  readonly sensor: SensorReport;
  readonly learning: LearningReport;
  readonly clock: ClockReport;
  /** of real time; undefined in virtual time, or where nobody asked */
  readonly rate: RateReport | undefined;
  readonly sections: Readonly<Record<string, SectionReport>> | undefined;
  readonly mirror: MirrorReport | undefined;
  /** what the board decided by itself; undefined without one */
  readonly boardScore: Score | undefined;
  readonly fingerprint: string;
  /** of the end */
  readonly state: State;
}

/** One pass over the stream: sense → teach → advance → judge → act → record → mend → watch → mirror. */
export async function session({
  clock,
  rate,
  sections,
  stream,
  learner: bare,
  shadows,
  linear,
  channels,
  board,
  alarm,
  bounds = BOUNDS,
  recorder,
  watched,
  observed,
  saves = false,
  signal,
  onSecond,
  resumed,
  until = stream.ticks,
  onState,
}: SessionOptions): Promise<SessionReport> {
  const counted = countEvents(bare);
  const learner = counted.executable;
  const score = createScore();
  const encoder: FrontEnd = frontEnd();
  const values = new Float64Array(1);
  const held: EcgValues = new Float64Array(2);
  const encoded = new Float32Array(encoder.size);
  const sample: EcgSample = { millivolt: 0, rPeak: false };
  const lead: Sensor<EcgValues> = {
    read(tick) {
      stream.read(tick, sample);
      values[0] = sample.millivolt;
      return values;
    },
  };
  const sensed = sense<EcgValues>(
    sections?.sensor('sense', lead) ?? lead,
    {
      ...encoder,
      size: channels?.length ?? encoder.size,
      // A lead that gives no value is held by the stage; the R marker is that of this very tick.
      encode(value, into, tick) {
        held[0] = value[0]!;
        held[1] = sample.rPeak ? 1 : 0;
        encoder.encode(held, channels === undefined ? into : encoded, tick);
        channels?.forEach((channel, k) => {
          into[k] = encoded[channel]!;
        });
        linear?.model.push(tick, encoder.normalized);
      },
    },
    'input',
    LEAD,
  );
  const constant = learner.program.regions.has('one.input') ? learner.arena.view('one.input') : undefined;
  const bias = stage(() => ({ step: () => void constant?.fill(ONE) }));

  const decider = beatDecoder(stream.cursor(), score, (beat, tick) => {
    if (linear === undefined) return;
    linear.score.add(beat.record, beat.atSecond, linear.model.predict(tick) > 0.5, beat.isPvc);
    linear.model.learn(beat.isPvc);
  });
  const shadowed = follow(
    shadows,
    shadows.map((shadow) => beatDecoder(stream.cursor(), shadow.score)),
  );
  const saved = resumed === undefined ? undefined : fieldsOf(resumed, 'session');
  const mirrored = board === undefined ? undefined : mirror(board, { population: 'hidden', weightsEvery: TICK_RATE_HZ });
  const boardScore = board === undefined ? undefined : createScore();
  const unheard = board === undefined ? undefined : scoreBoard(board, learner, stream.cursor(), boardScore!);
  const scores = [
    score,
    ...(boardScore === undefined ? [] : [boardScore]),
    ...shadows.map((shadow) => shadow.score),
    ...(linear === undefined ? [] : [linear.score]),
  ];
  const watching = watched?.show(learner, { population: 'hidden', readout: 'readout', saves, safe: () => alarm.safe() });
  const { dt } = learner.program.network;
  const from = ticksOf(resumed);
  let nextSecond = saved?.number('nextSecond') ?? 0;
  let nextState = from + TICK_RATE_HZ;
  let ticks = from;
  let nameOfRecord = '';
  const progress = stage(() => ({
    step(frame: Frame) {
      ticks = frame.tick + frame.ticks;
      if (frame.tick < nextSecond) return;
      nextSecond = frame.tick + TICK_RATE_HZ;
      const { name } = stream.recordAt(frame.tick).record;
      nameOfRecord = name;
      for (const running of scores) running.begin(name);
      onSecond(frame.tick, score);
      if (watching === undefined) return;
      const { second } = stream.recordAt(frame.tick);
      const [f1, at] = [score.running(name), frame.tick * dt];
      const agreement = mirrored?.report().agreement;
      watching.tell(
        [
          ...(f1 === null ? [] : [{ series: 'F1 of the record', at, value: f1 }]),
          ...(agreement === undefined ? [] : [{ series: 'agreement of the board', at, value: agreement }]),
        ],
        factsOf({
          record: name,
          second,
          f1,
          beats: score.decided,
          updates: updatesOf(learner),
          clock: clock.report(),
          sensor: sensed.report(),
          mirror: mirrored?.report(),
        }),
      );
    },
  }));

  const started = performance.now() - (saved?.number('wallSeconds') ?? 0) * 1000;
  const wall = (): number => (performance.now() - started) / 1000;
  const taught = teach(cardiologist(stream.cursor()), 'readout');
  const acted = act(decider, sections?.actuator('act', alarm) ?? alarm);
  const learning = guardLearning(bounds);
  const memory = memoryOf(learner);
  const parts: Readonly<Record<string, Stateful>> = {
    memory,
    events: counted,
    sensed,
    taught,
    learning,
    acted,
    ...(rate === undefined ? {} : { rate }),
    alarm,
    score,
    shadowed,
    ...(linear === undefined ? {} : { linear: linear.model, linearScore: linear.score }),
    ...(boardScore === undefined ? {} : { boardScore }),
    ...(mirrored === undefined ? {} : { mirrored }),
  };
  const state = (): State => ({
    ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.state()])),
    ticks,
    nextSecond,
    wallSeconds: wall(),
  });
  if (saved !== undefined) for (const [name, part] of Object.entries(parts)) part.restore(saved.any(name));
  const kept = stage(() => ({
    step(frame: Frame) {
      const now = watching?.checkpointDue() === true;
      if (frame.tick < nextState && !now) return;
      nextState = frame.tick + TICK_RATE_HZ;
      onState?.(ticks, state, now);
    },
  }));

  const timed = (name: string, inner: Stage): Stage => sections?.stage(name, inner) ?? inner;
  const stages: Stage[] = [
    ...(sections === undefined ? [] : [sections.begin]),
    watching?.settings ?? identity,
    ...(rate === undefined ? [] : [rate]),
    timed('encode', sensed),
    bias,
    timed('teach', taught),
    shadowed.copy,
    watching?.injections ?? identity,
    timed('network', advance()),
    timed('judge', learning.judge),
    timed('decode', acted),
    ...(recorder === undefined ? [] : [timed('record', record(recorder))]),
    learning.mend,
    watching?.frames ?? identity,
    watch(),
    timed('shadows', shadowed.run),
    progress,
    ...(mirrored === undefined ? [] : [timed('board', mirrored)]),
    kept,
    observed?.stage({
      ...{ clock, executable: learner, events: counted.counts, sensor: sensed.report, rate: rate?.report, mirror: mirrored?.report },
      score: () => (nameOfRecord === '' ? null : score.running(nameOfRecord)),
    }) ?? identity,
    ...(sections === undefined ? [] : [sections.end]),
  ];
  if (from < until) {
    await run(
      stages.reduce((source, next) => source.pipe(next), frames(clock, learner, from)),
      signal,
    );
  }
  unheard?.();
  const wallSeconds = wall();
  return {
    score,
    ticks,
    events: counted.counts(),
    updates: updatesOf(learner),
    wallSeconds,
    sensor: sensed.report(),
    learning: learning.report(),
    clock: clock.report(),
    rate: rate?.report(),
    sections: sections?.report(),
    mirror: mirrored?.report(),
    boardScore,
    fingerprint: fingerprint(learner),
    state: state(),
  };
}
