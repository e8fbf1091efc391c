import { identity } from 'rxjs';
import type { FileRecorder, RecordingReport } from '../../drivers/recording/index.ts';
import {
  type Action,
  advance,
  type Backend,
  type ClockReport,
  compile,
  copyWeights,
  countEvents,
  type Environment,
  type EpisodeEnd,
  type EventCounts,
  type Executable,
  type Frame,
  fieldsOf,
  frames,
  frozen,
  memoryOf,
  type Network,
  type ObservationEncoder,
  type RateReport,
  type RecordedSignal,
  type Recorder,
  run,
  type Scene,
  type SectionReport,
  type SimulateOptions,
  type Stage,
  type State,
  type Stateful,
  simulate,
  stage,
  tickOf,
  watch,
} from '../../runtime/index.ts';
import type { Observed, Pacing, Watched } from '../app.ts';
import { paced } from '../time.ts';

export interface EpisodesOptions {
  readonly executable: Executable;
  readonly environment: Environment<number> | Environment<Float64Array>;
  readonly encoder: ObservationEncoder;
  /** ticks of a step */
  readonly ticks: number;
  readonly discount: number;
  readonly rewardScale?: number;
  readonly greedy?: boolean;
  readonly judged?: SimulateOptions['judged'];
  readonly seed: number;
  /** episodes to play */
  readonly episodes: number;
  /** ends the run before that: the returns so far, the last one among them */
  readonly enough?: (returns: readonly number[]) => boolean;
  readonly clock?: 'fast' | 'realtime';
  /** times as fast as the world, where the clock is 'realtime'; default 1 */
  readonly speed?: number | undefined;
  /** people who look at the network, and may act on it */
  readonly watched?: Watched | undefined;
  /** of a loop in real time; default: nobody watches its rate, and hears of misses */
  readonly pacing?: Pacing | undefined;
  /** logs and metrics */
  readonly observed?: Observed | undefined;
  readonly signal?: AbortSignal;
  readonly onEpisode?: (episode: EpisodeEnd) => void;
  /** writes the run down; given the actions as they are drawn */
  readonly recorder?: ((actions: RecordedSignal) => Promise<FileRecorder>) | undefined;
  /** what earlier play was when it was saved: this one goes on from there; one that was at its end plays nothing */
  readonly resumed?: State | undefined;
  /** whether people may ask for a checkpoint; default no */
  readonly saves?: boolean;
  /** called about once a second of the world, and when a person asks for a checkpoint (`now`), between two frames; the state is borrowed */
  readonly onState?: ((ticks: number, state: () => State, now: boolean) => void) | undefined;
  /** sees the world now and then, not every step of it */
  readonly show?: ((scene: Scene) => void) | undefined;
}

export interface Played {
  readonly returns: readonly number[];
  readonly steps: number;
  /** episodes that were truncated for another reason than the time limit, by reason */
  readonly truncations: Readonly<Record<string, number>>;
  readonly ticks: number;
  readonly wallSeconds: number;
  readonly events: EventCounts;
  readonly clock: ClockReport;
  /** of real time; undefined in virtual time, or where nobody asked */
  readonly rate: RateReport | undefined;
  readonly sections: Readonly<Record<string, SectionReport>> | undefined;
  readonly recording: RecordingReport | undefined;
  /** of the end */
  readonly state: State;
}

/** Pictures are worth little more often than a person sees them, ms. */
const PICTURE_MS = 40;

/** Shows the world behind the steps; nothing stands in the pipe where nobody looks. */
export function shown({ scene }: Pick<Environment, 'scene'>, show: EpisodesOptions['show']): Stage {
  if (show === undefined || scene === undefined) return (source) => source;
  return stage(() => {
    let last = Number.NEGATIVE_INFINITY;
    return {
      step() {
        const now = performance.now();
        if (now - last < PICTURE_MS) return;
        last = now;
        show(scene());
      },
    };
  });
}

/** What a play has come to so far. */
function createTally() {
  const returns: number[] = [];
  const truncations: Record<string, number> = {};
  let steps = 0;
  return {
    returns,
    truncations,
    get steps() {
      return steps;
    },
    add(end: EpisodeEnd): void {
      returns.push(end.return);
      steps += end.steps;
      if (end.reason !== undefined) truncations[end.reason] = (truncations[end.reason] ?? 0) + 1;
    },
    state: () => ({ returns: Float64Array.from(returns), steps, truncations: { ...truncations } }),
    restore(state: State): void {
      const saved = fieldsOf(state, 'play.tally');
      returns.splice(0, returns.length, ...saved.numbers('returns', Float64Array));
      steps = saved.number('steps');
      const counts = saved.any('truncations');
      for (const reason of Object.keys(counts ?? {})) truncations[reason] = fieldsOf(counts, 'play.tally.truncations').number(reason);
    },
  };
}

/** Plays episodes through the pipe: sense → advance → act → record → show → watch. */
export async function playEpisodes(options: EpisodesOptions): Promise<Played> {
  const { executable, environment, encoder, ticks, discount, greedy = false, seed, episodes, enough, signal, onEpisode } = options;
  const { dt } = executable.program.network;
  const tally = createTally();
  const { returns } = tally;
  const judge = (): boolean => returns.length >= episodes || enough?.(returns) === true;
  let over = false;
  const simulation = simulate(environment as unknown as Environment<Action>, {
    source: 'input',
    policy: 'policy',
    encoder,
    discount,
    greedy,
    judged: options.judged ?? 'step',
    seed,
    rewardScale: options.rewardScale ?? 1,
    onEpisode(end) {
      tally.add(end);
      over = judge();
      onEpisode?.(end);
      watching?.tell([{ series: 'return', at: tickOf(executable) * dt, value: end.return }], {
        episodes: String(returns.length),
        'last return': String(Number(end.return.toPrecision(6))),
        steps: String(tally.steps),
      });
    },
  });
  const counted = countEvents(executable);
  const { speed = 1, watched, resumed, onState } = options;
  const { clock, rate, sections } = paced(
    { dt, frameTicks: ticks, ...(watched && { paused: watched.paused }) },
    { clock: options.clock ?? 'fast', speed, pacing: options.pacing },
  );
  const watching = watched?.show(executable, {
    population:
      Object.keys(executable.program.network.populations).find((name) => executable.program.regions.has(`${name}.spikes`)) ?? 'policy',
    readout: undefined,
    saves: options.saves ?? false,
    safe: () => undefined,
  });

  const parts: Readonly<Record<string, Stateful>> = { memory: memoryOf(executable), events: counted, tally, ...(rate && { rate }) };
  const saved = resumed === undefined ? undefined : fieldsOf(resumed, 'play');
  let ran = 0;
  if (saved !== undefined) {
    for (const [name, part] of Object.entries(parts)) part.restore(saved.any(name));
    ran = saved.number('ticks');
    over = judge();
    if (!over) simulation.restore(saved.any('simulation'));
  }
  const began = performance.now() - (saved?.number('wallSeconds') ?? 0) * 1000;
  const wall = (): number => (performance.now() - began) / 1000;
  const state = (): State => ({
    ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.state()])),
    // At the end its world is closed, and has no future.
    simulation: over ? null : simulation.state(),
    ticks: ran,
    wallSeconds: wall(),
  });

  const actions = executable.arena.view('policy.action');
  const drawn: RecordedSignal = { name: 'action', values: new Float64Array(actions.length) };
  const recorder = await options.recorder?.(drawn);
  const done = new AbortController();
  let last: State | undefined;
  const stop = (): void => {
    if (done.signal.aborted) return;
    if (onState !== undefined) last = state();
    done.abort();
  };
  let nextState = ran + 1000 / dt;
  const kept = stage(() => ({
    step(frame: Frame) {
      ran = frame.tick + frame.ticks;
      if (over) return stop();
      const now = watching?.checkpointDue() === true;
      if (onState === undefined || (ran < nextState && !now)) return;
      nextState = ran + 1000 / dt;
      onState(ran, state, now);
    },
  }));
  const timed = (name: string, inner: Stage): Stage => sections?.stage(name, inner) ?? inner;
  const pipe: Stage[] = [
    sections?.begin ?? identity,
    watching?.settings ?? identity,
    rate ?? identity,
    timed('sense', simulation.sense),
    watching?.injections ?? identity,
    timed('network', advance()),
    timed('act', simulation.act),
    recorder === undefined ? identity : timed('record', recorded(recorder, actions, drawn.values)),
    shown(environment, options.show),
    shown(environment, watching?.picture),
    watching?.frames ?? identity,
    watch(),
    options.observed?.stage({ clock, executable, events: counted.counts, score: () => returns.at(-1) ?? null }) ?? identity,
    kept,
    sections?.end ?? identity,
  ];
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true || over) {
    stop();
    environment.close();
  } else
    await run(
      pipe.reduce((source, next) => source.pipe(next), frames(clock, counted.executable, ran)),
      done.signal,
    );
  signal?.removeEventListener('abort', stop);
  const wallSeconds = wall();
  const events = counted.counts();
  return {
    returns,
    steps: tally.steps,
    truncations: tally.truncations,
    ticks: events.inference.ticks,
    wallSeconds,
    events,
    clock: clock.report(),
    rate: rate?.report(),
    sections: sections?.report(),
    recording: await recorder?.finish(),
    state: last ?? null,
  };
}

/** The frames, and what they drew. */
function recorded(recorder: Recorder, actions: Float32Array, drawn: Float64Array): Stage {
  return stage(() => ({
    step(frame: Frame) {
      drawn.set(actions);
      recorder.frame(frame);
    },
    close: () => recorder.close(),
  }));
}

/** The best mean of `window` episodes in a row, and the first episode (counted from 1) at which it reached `mark`. */
export function bestMean(
  returns: readonly number[],
  mark: number,
  window = 100,
): { readonly best: number | null; readonly reached: number | null } {
  let [sum, best, reached]: [number, number | null, number | null] = [0, null, null];
  for (const [index, value] of returns.entries()) {
    sum += value - (index >= window ? returns[index - window]! : 0);
    if (index + 1 < window) continue;
    if (best === null || sum / window > best) best = sum / window;
    if (reached === null && sum / window >= mark) reached = index + 1;
  }
  return { best, reached };
}

/** Plays with the weights of a learner, frozen, taking the best action; the learner is left as it is. */
export async function playFrozen(
  backend: Backend,
  learner: Executable,
  options: Omit<EpisodesOptions, 'executable' | 'greedy'>,
): Promise<Played> {
  const network: Network = learner.program.network;
  const still = backend.load(compile(frozen(network), { maxTicks: options.ticks }));
  copyWeights(learner, still, 'learning');
  const played = await playEpisodes({ ...options, executable: still, greedy: true });
  still.dispose();
  return played;
}
