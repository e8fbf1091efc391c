import { agents, learn } from '../../robots/learn.ts';
import type { Arm as Agent } from '../../robots/network.ts';
import { mean } from '../../robots/report.ts';
import type { RobotTask } from '../../robots/task.ts';
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
  readonly digits: number;
  /** of the frozen policy after learning */
  readonly asked?: Bound;
  readonly published?: NonNullable<Figure['published']>;
}

/** A task of `run` as an experiment: every agent learns in all its episodes (a multiple of POINTS), solved or not. */
function experiment({ task, digits, asked, published }: Experiment): Task {
  const stretch = task.episodes / POINTS;
  const figures = (ours: boolean): readonly Figure[] => [
    { name: last, digits },
    { name: greedy, digits, ...(ours && asked && { asked }), ...(ours && published && { published }) },
  ];
  const sheet = (agent: Agent): ArmSheet & { readonly agent: Agent } => ({
    agent,
    name: agents[agent],
    kind: agent === 'eprop' ? 'rule' : 'control',
    figures: figures(agent === 'eprop'),
  });
  async function run({ agent }: { readonly agent: Agent }, { backend, seed, progress }: Setting): Promise<Outcome> {
    const { learning, greedy: judged } = await learn(task, {
      backend,
      seed,
      arm: agent,
      episodes: task.episodes,
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
    arms: armsFrom((['eprop', ...task.controls] as const).map(sheet), run),
  };
}

export const reach = experiment({ task: reachTask, digits: 2, asked: { of: 'median', atLeast: -3 } });
export const tmaze = experiment({ task: tmazeTask, digits: 2, asked: { of: 'median', atLeast: 0.8 } });
export const pong = experiment({ task: pongTask, digits: 2, asked: { of: 'median', atLeast: -1 } });
export const doublePendulum = experiment({
  task: doublePendulumTask,
  digits: 0,
  published: { value: '9337 (TD3, a million steps)', source: 'Fujimoto et al. 2018, table 1; TRPO there 206' },
});
