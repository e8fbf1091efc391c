import { type Backend, compile, type EpisodeEnd, fingerprint, frozen, type Scene } from '../../runtime/index.ts';
import type { Observed, Progress, Watched } from '../app.ts';
import { bestMean, playEpisodes, playFrozen } from './episodes.ts';
import { type Arm, agentNetwork, perturbs } from './network.ts';
import type { Learned } from './report.ts';
import type { RobotTask } from './task.ts';

/** Episodes of the frozen policy after learning, and those that are shown at the pace of the world. */
export const GREEDY_EPISODES = 20;
const SHOWN_EPISODES = 3;

export const agents: Readonly<Record<Arm, string>> = {
  eprop: 'reward-based e-prop',
  'no-recurrence': 'without recurrence',
  readout: 'readout alone',
  'reward-stdp': 'reward-modulated STDP',
  linear: 'linear TD(λ)',
  'weight-perturbation': 'weight perturbation',
  'node-perturbation': 'node perturbation',
  frozen: 'nothing learned',
};

export interface LearnOptions {
  readonly backend: Backend;
  readonly seed: number;
  readonly arm: Arm;
  /** undefined: until the task is solved, or its time is up */
  readonly episodes?: number | undefined;
  readonly clock?: 'fast' | 'realtime';
  /** times as fast as the world, where the clock is 'realtime'; default 1 */
  readonly speed?: number | undefined;
  /** people who look at the learner */
  readonly watched?: Watched | undefined;
  readonly observed?: Observed | undefined;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** sees pictures of the world: some while it learns, then some episodes of the frozen policy at the pace of the world */
  readonly show?: ((scene: Scene) => void) | undefined;
}

/** An agent learns the task from nothing; its frozen policy is then played in a world of another seed. */
export async function learn(
  task: RobotTask,
  { backend, seed, arm, episodes, clock = 'fast', speed, watched, observed, signal, progress, show }: LearnOptions,
): Promise<Learned> {
  const { ticks, settings, rewardScale = 1, mark } = task;
  const network = agentNetwork(settings, seed, arm);
  const learner = backend.load(compile(arm === 'frozen' ? frozen(network) : network, { maxTicks: ticks }));
  const most = episodes ?? task.episodes;
  const told =
    (what: string, fraction: (episode: number) => number) =>
    ({ index, return: total }: EpisodeEnd): void =>
      progress({
        fraction: fraction(index + 1),
        text: `${agents[arm]}${what}: episode ${index + 1}, return ${Number(total.toPrecision(4))}`,
      });
  const common = { ticks, discount: settings.discount, rewardScale, signal, show };
  const learning = await playEpisodes({
    ...common,
    ...(perturbs(arm) && { greedy: true, judged: 'episode' as const }),
    encoder: task.encoder(),
    executable: learner,
    environment: await task.world(),
    seed,
    episodes: most,
    ...(episodes === undefined && { enough: (returns: readonly number[]) => bestMean(returns, mark).reached !== null }),
    clock,
    speed,
    watched,
    observed,
    onEpisode: told('', (episode) => episode / most),
  });
  const judged = async (more: { readonly seed: number; readonly episodes: number; readonly clock?: 'realtime' }) =>
    playFrozen(backend, learner, {
      ...common,
      ...more,
      encoder: task.encoder(),
      environment: await task.world(),
      onEpisode: told(', frozen', () => 1),
    });
  const greedy = signal.aborted ? undefined : await judged({ seed: seed + 1000, episodes: GREEDY_EPISODES });
  if (show !== undefined && !signal.aborted) await judged({ seed: seed + 2000, episodes: SHOWN_EPISODES, clock: 'realtime' });
  const learned = { agent: agents[arm], learning, greedy, fingerprint: fingerprint(learner) };
  learner.dispose();
  return learned;
}
