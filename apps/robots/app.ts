import type { App, Observed, RunOptions, RunResult, Watched } from '../app.ts';
import type { RobotFlags } from './flags.ts';
import { learn } from './learn.ts';
import { type Arm, agentNetwork } from './network.ts';
import { agentReport, renderAgents } from './report.ts';
import type { RobotTask } from './task.ts';

/** The app of a task, which may depend on flags of its own. */
export function robotApp<Own extends RobotFlags>(name: string, taskOf: (own: Partial<Own>) => RobotTask): App<Own> {
  async function run(options: RunOptions & Own): Promise<RunResult> {
    const { seed, backend, signal, progress, clock, speed, watched, observed, baselines, render } = options;
    const task = taskOf(options);
    const one = (arm: Arm, seen?: Watched, noted?: Observed) =>
      learn(task, {
        backend,
        seed,
        arm,
        episodes: options.episodes,
        clock,
        speed,
        signal,
        progress,
        show: render ? options.show : undefined,
        watched: seen,
        observed: noted,
      });
    const learned = [await one('eprop', watched, observed)];
    if (baselines) for (const arm of task.controls) if (!signal.aborted) learned.push(await one(arm));
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
      ok: true,
    };
  }
  const { summary } = taskOf({});
  return { name, summary, network: (seed) => agentNetwork(taskOf({}).settings, seed), run };
}
