import { compile, fingerprint } from '../../runtime/index.ts';
import type { App, RunOptions, RunResult } from '../app.ts';
import { CARTPOLE_TICKS, cartpole, cartpoleEncoder, cartpoleSettings, cartpoleVersions } from './cartpole.ts';
import { bestMean, playEpisodes, playFrozen } from './episodes.ts';
import type { CartpoleFlags } from './flags.ts';
import { type Arm, agentNetwork } from './network.ts';
import { agentReport, type Learned, renderAgents } from './report.ts';

/** Episodes in which the task is to be solved, and those of the frozen policy afterwards. */
const LIMIT = { v0: 800, v1: 1200 } as const;
const GREEDY_EPISODES = 20;

const agents: Readonly<Record<Arm, string>> = {
  eprop: 'reward-based e-prop',
  'no-recurrence': 'without recurrence',
  readout: 'readout alone',
  linear: 'linear TD(λ)',
};

async function learn(options: RunOptions & CartpoleFlags, arm: Arm): Promise<Learned> {
  const { backend, seed, version, signal, progress } = options;
  const mark = cartpoleVersions[version].solved;
  const episodes = options.episodes ?? LIMIT[version];
  const learner = backend.load(compile(agentNetwork(cartpoleSettings, seed, arm), { maxTicks: CARTPOLE_TICKS }));
  const common = { encoder: cartpoleEncoder(), ticks: CARTPOLE_TICKS, discount: cartpoleSettings.discount, signal };
  const learning = await playEpisodes({
    ...common,
    executable: learner,
    environment: cartpole(version),
    seed,
    episodes,
    ...(options.episodes === undefined && { enough: (returns: readonly number[]) => bestMean(returns, mark).reached !== null }),
    clock: options.clock,
    onEpisode: ({ index, return: total }) =>
      progress({ fraction: (index + 1) / episodes, text: `${agents[arm]}: episode ${index + 1}, return ${total}` }),
  });
  const greedy = signal.aborted
    ? undefined
    : await playFrozen(backend, learner, { ...common, environment: cartpole(version), seed: seed + 1000, episodes: GREEDY_EPISODES });
  const learned = { agent: agents[arm], learning, greedy, fingerprint: fingerprint(learner) };
  learner.dispose();
  return learned;
}

async function run(options: RunOptions & CartpoleFlags): Promise<RunResult> {
  const { version, seed, backend, signal } = options;
  const mark = cartpoleVersions[version].solved;
  const learned = [await learn(options, 'eprop')];
  if (options.baselines)
    for (const arm of ['no-recurrence', 'readout', 'linear'] as const) if (!signal.aborted) learned.push(await learn(options, arm));
  const { agent: _, ...first } = agentReport(learned[0]!, mark);
  return {
    report: {
      app: 'cartpole',
      version,
      seed,
      backend: backend.name,
      target: backend.target,
      ...first,
      ...(options.baselines && { baselines: learned.slice(1).map((one) => agentReport(one, mark)) }),
      interrupted: signal.aborted,
    },
    render: () =>
      renderAgents(
        `cartpole ${version}  balances a pole by reward; seed ${seed}, ${backend.name} backend (${backend.target})`,
        learned,
        mark,
        signal.aborted,
      ),
    ok: true,
  };
}

/** A pole is balanced by an actor and a critic that learn from reward alone. */
export const cartpoleApp: App<CartpoleFlags> = {
  name: 'cartpole',
  summary: 'a pole, balanced by reward',
  network: (seed) => agentNetwork(cartpoleSettings, seed),
  run,
};
