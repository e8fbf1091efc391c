import type { Environment, ObservationEncoder } from '../../runtime/index.ts';
import type { AgentSettings, Arm } from './network.ts';

/** A world, the agent that learns in it, and what it is to reach. */
export interface RobotTask {
  readonly name: string;
  /** what the agent does, in a few words */
  readonly summary: string;
  /** a new world; it is closed by the run that plays in it */
  world(): Environment<number> | Environment<Float64Array> | Promise<Environment<Float64Array>>;
  /** a new encoder: it may remember observations */
  encoder(): ObservationEncoder;
  readonly settings: AgentSettings;
  /** ticks of a step */
  readonly ticks: number;
  /** factor on rewards before they teach; default 1 */
  readonly rewardScale?: number;
  /** mean return of 100 episodes in a row with which the task is solved */
  readonly mark: number;
  /** episodes in which it is to be solved */
  readonly episodes: number;
  /** agents beside the learner */
  readonly controls: readonly Arm[];
}
