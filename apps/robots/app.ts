import { fieldsOf, type State } from '../../runtime/index.ts';
import type { App, RunOptions, RunResult } from '../app.ts';
import type { RobotFlags } from './flags.ts';
import { type LearnOptions, learn } from './learn.ts';
import { type Arm, agentNetwork } from './network.ts';
import { agentReport, type Learned, renderAgents } from './report.ts';
import type { RobotTask } from './task.ts';

/** The play of each agent so far, out of a checkpoint. */
const agentsOf = (resumed: State | undefined): readonly State[] => (resumed === undefined ? [] : fieldsOf(resumed, 'robot').list('agents'));

/** The app of a task, which may depend on flags of its own. */
export function robotApp<Own extends RobotFlags>(name: string, taskOf: (own: Partial<Own>) => RobotTask): App<Own> {
  async function run(options: RunOptions & Own): Promise<RunResult> {
    const { seed, backend, signal, progress, clock, speed, pacing, watched, observed, checkpoints, baselines, render, record } = options;
    const task = taskOf(options);
    const saved = agentsOf(checkpoints?.resumed);
    const finished: State[] = [];
    const one = async (arm: Arm, own: Pick<LearnOptions, 'watched' | 'observed' | 'record'> = {}): Promise<Learned> => {
      const learned = await learn(task, {
        backend,
        seed,
        arm,
        episodes: options.episodes,
        clock,
        speed,
        pacing,
        signal,
        progress,
        show: render ? options.show : undefined,
        ...own,
        resumed: saved[finished.length],
        ...(checkpoints !== undefined && {
          onState(ticks, state, now) {
            if (now || checkpoints.due()) checkpoints.save(ticks, { agents: [...finished, state()] });
          },
        }),
      });
      finished.push(learned.learning.state);
      return learned;
    };
    const learned = [await one('eprop', { watched, observed, record })];
    if (baselines) for (const arm of task.controls) if (!signal.aborted) learned.push(await one(arm));
    await checkpoints?.finish(learned.at(-1)!.learning.ticks, { agents: finished });
    const { recording } = learned[0]!.learning;
    const { agent: _, ...first } = agentReport(learned[0]!, task.mark);
    return {
      report: {
        app: name,
        task: task.name,
        seed,
        backend: backend.name,
        target: backend.target,
        ...first,
        ...(baselines && { baselines: learned.slice(1).map((agent) => agentReport(agent, task.mark)) }),
        interrupted: signal.aborted,
      },
      render: () =>
        renderAgents(
          `${task.name}  ${task.summary}; seed ${seed}, ${backend.name} backend (${backend.target})`,
          learned,
          task.mark,
          signal.aborted,
        ),
      ok: recording?.fault === undefined,
    };
  }
  const { summary } = taskOf({});
  return { name, summary, network: (seed) => agentNetwork(taskOf({}).settings, seed), run };
}
