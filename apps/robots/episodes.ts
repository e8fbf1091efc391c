import { identity } from 'rxjs';
import {
  type Action,
  advance,
  type Backend,
  type Clock,
  compile,
  copyWeights,
  countEvents,
  type Environment,
  type EpisodeEnd,
  type EventCounts,
  type Executable,
  frames,
  frozen,
  type Network,
  type ObservationEncoder,
  realTimeClock,
  run,
  type Scene,
  type SimulateOptions,
  type Stage,
  simulate,
  stage,
  tickOf,
  virtualClock,
  watch,
} from '../../runtime/index.ts';
import type { Observed, Watched } from '../app.ts';
import { loopTime } from '../time.ts';

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
  /** logs and metrics */
  readonly observed?: Observed | undefined;
  readonly signal?: AbortSignal;
  readonly onEpisode?: (episode: EpisodeEnd) => void;
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
}

/** Pictures are worth little more often than a person sees them, ms. */
const PICTURE_MS = 40;

/** Shows the world behind the steps; nothing stands in the pipe where nobody looks. */
function shown({ scene }: Pick<Environment, 'scene'>, show: EpisodesOptions['show']): Stage {
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

/** Plays episodes through the pipe: sense → advance → act → show → watch. */
export async function playEpisodes(options: EpisodesOptions): Promise<Played> {
  const { executable, environment, encoder, ticks, discount, greedy = false, seed, episodes, enough, signal, onEpisode } = options;
  const { dt } = executable.program.network;
  const returns: number[] = [];
  const truncations: Record<string, number> = {};
  const done = new AbortController();
  const stop = (): void => done.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  let steps = 0;
  const { sense, act } = simulate(environment as unknown as Environment<Action>, {
    source: 'input',
    policy: 'policy',
    encoder,
    discount,
    greedy,
    judged: options.judged ?? 'step',
    seed,
    rewardScale: options.rewardScale ?? 1,
    onEpisode(end) {
      returns.push(end.return);
      steps += end.steps;
      if (end.reason !== undefined) truncations[end.reason] = (truncations[end.reason] ?? 0) + 1;
      onEpisode?.(end);
      watching?.tell([{ series: 'return', at: tickOf(executable) * dt, value: end.return }], {
        episodes: String(returns.length),
        'last return': String(Number(end.return.toPrecision(6))),
        steps: String(steps),
      });
      if (returns.length >= episodes || enough?.(returns) === true) stop();
    },
  });
  const counted = countEvents(executable);
  const { speed = 1, watched } = options;
  const shape = { dt, frameTicks: ticks, ...(watched && { paused: watched.paused }) };
  // A world that passes faster than it does is one that can wait.
  const late = speed === 1 ? {} : { late: { policy: 'slip' } as const, time: loopTime(speed) };
  const clock: Clock = options.clock === 'realtime' ? realTimeClock({ ...shape, ...late }) : virtualClock(shape);
  const watching = watched?.show(executable, {
    population:
      Object.keys(executable.program.network.populations).find((name) => executable.program.regions.has(`${name}.spikes`)) ?? 'policy',
    readout: undefined,
    saves: false,
    safe: () => undefined,
  });
  const began = performance.now();
  const pipe: Stage[] = [
    watching?.settings ?? identity,
    sense,
    watching?.injections ?? identity,
    advance(),
    act,
    shown(environment, options.show),
    shown(environment, watching?.picture),
    watching?.frames ?? identity,
    watch(),
    options.observed?.stage({ clock, executable, events: counted.counts, score: () => returns.at(-1) ?? null }) ?? identity,
  ];
  await run(
    pipe.reduce((source, next) => source.pipe(next), frames(clock, counted.executable)),
    done.signal,
  );
  signal?.removeEventListener('abort', stop);
  const events = counted.counts();
  return { returns, steps, truncations, ticks: events.inference.ticks, wallSeconds: (performance.now() - began) / 1000, events };
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
