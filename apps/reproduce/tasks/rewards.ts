import { agents, learn } from '../../robots/learn.ts';
import type { Arm as Agent } from '../../robots/network.ts';
import { mean } from '../../robots/report.ts';
import type { RobotTask } from '../../robots/task.ts';
import { cartpoleTask } from '../../robots/tasks/cartpole.ts';
import { doublePendulumTask } from '../../robots/tasks/double-pendulum.ts';
import { pongTask } from '../../robots/tasks/pong.ts';
import { reachTask } from '../../robots/tasks/reach.ts';
import { tmazeTask } from '../../robots/tasks/tmaze.ts';
import { type ArmSheet, armsFrom, type Bound, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

/** Points of a curve, each the mean of as many episodes, and the episodes at the end that are judged. */
const POINTS = 40;
const LAST = 100;

const last = `return of the last ${LAST} episodes`;
const greedy = 'return of the frozen, greedy policy';

interface Experiment {
  readonly task: RobotTask;
  /** default: all of the task */
  readonly controls?: readonly Agent[];
  readonly digits: number;
  /** default: those in which the task is to be solved; a multiple of POINTS */
  readonly episodes?: number;
  /** of the frozen policy after learning */
  readonly asked?: Bound;
  readonly published?: NonNullable<Figure['published']>;
  /** controls that must fail: most that their frozen policy may reach */
  readonly fail?: Partial<Record<Agent, Bound>>;
}

/** A task of `run` as an experiment: every agent learns in all its episodes, solved or not. */
function experiment({ task, controls = task.controls, digits, episodes = task.episodes, asked, published, fail = {} }: Experiment): Task {
  const stretch = episodes / POINTS;
  const figures = (agent: Agent): readonly Figure[] => {
    const ours = agent === 'eprop';
    const bound = ours ? asked : fail[agent];
    return [
      { name: last, digits },
      { name: greedy, digits, ...(bound && { asked: bound }), ...(ours && published && { published }) },
    ];
  };
  const sheet = (agent: Agent): ArmSheet & { readonly agent: Agent } => ({
    agent,
    name: agents[agent],
    kind: agent === 'eprop' ? 'rule' : 'control',
    figures: figures(agent),
  });
  async function run({ agent }: { readonly agent: Agent }, { backend, seed, progress }: Setting): Promise<Outcome> {
    const { learning, greedy: judged } = await learn(task, {
      backend,
      seed,
      arm: agent,
      episodes,
      signal: new AbortController().signal,
      progress: ({ fraction }) => progress(fraction),
    });
    const x = Array.from({ length: POINTS }, (_, point) => (point + 1) * stretch);
    return {
      figures: { [last]: mean(learning.returns.slice(-LAST))!, [greedy]: mean(judged!.returns)! },
      curve: { x, y: x.map((end) => mean(learning.returns.slice(end - stretch, end))!) },
    };
  }
  return {
    name: task.name,
    summary: task.summary,
    curve: { x: 'episodes', y: `mean return of ${stretch} episodes`, scale: 'linear' },
    seeds: 5,
    arms: armsFrom((['eprop', ...controls] as const).map(sheet), run),
  };
}

const solved = (value: string, name: string) => ({ value: `${value} is solved`, source: `Gymnasium's registry, ${name}` });

/** Agents that CartPole asks more of than they can; `run cartpole --baselines` has all of them. */
const CONTROLS = ['readout', 'reward-stdp'] as const;

export const cartpole = experiment({
  task: cartpoleTask('v1'),
  controls: CONTROLS,
  digits: 0,
  episodes: 400,
  asked: { of: 'median', atLeast: 450 },
  published: solved('475', 'CartPole-v1'),
  fail: { readout: { of: 'median', atMost: 450 }, 'reward-stdp': { of: 'median', atMost: 450 } },
});
export const cartpoleShort = experiment({
  task: cartpoleTask('v0'),
  controls: CONTROLS,
  digits: 0,
  episodes: 400,
  asked: { of: 'median', atLeast: 195 },
  published: solved('195', 'CartPole-v0'),
  fail: { 'reward-stdp': { of: 'median', atMost: 195 } },
});
export const reach = experiment({ task: reachTask, digits: 2, asked: { of: 'median', atLeast: -3 } });
export const tmaze = experiment({ task: tmazeTask, digits: 2, asked: { of: 'median', atLeast: 0.8 } });
export const pong = experiment({ task: pongTask, digits: 2, asked: { of: 'median', atLeast: -1 } });
export const doublePendulum = experiment({
  task: doublePendulumTask,
  digits: 0,
  published: { value: '9337 (TD3, a million steps)', source: 'Fujimoto et al. 2018, table 1; TRPO there 206' },
});
