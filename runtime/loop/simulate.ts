import { raise } from '../errors.ts';
import { isActing } from '../network/acting.ts';
import { type Executable, events } from '../program/program.ts';
import type { Action, Environment, TimeStep } from './environment.ts';
import { type Frame, type Stage, stage } from './frames.ts';
import { guarded } from './guard.ts';

/** Turns an observation into what a source shows during a whole frame. */
export interface ObservationEncoder {
  /** neurons of the source */
  readonly size: number;
  /** overwrites `into`, (size); allocates nothing */
  encode(observation: Float64Array, into: Float32Array): void;
  /** an episode begins: forgets what it remembers of observations */
  reset?(): void;
}

export interface SimulateOptions {
  /** the source that shows observations */
  readonly source: string;
  readonly encoder: ObservationEncoder;
  /** the policy whose action is taken; every other readout that acts or judges counts in the same ticks */
  readonly policy: string;
  /** γ, what a value is worth a step later */
  readonly discount: number;
  /** takes the best action, or the mean, in the place of a draw; default false */
  readonly greedy?: boolean;
  /** seeds the environment at its first reset */
  readonly seed: number;
  /** factor on rewards before they teach; default 1 */
  readonly rewardScale?: number;
  /** what teaches: each step by its reward (default), or the whole episode by its return, which perturbations ask for */
  readonly judged?: 'step' | 'episode';
  /** called at the end of each episode, before the world is reset */
  readonly onEpisode?: (episode: EpisodeEnd) => void;
}

/** How an episode ended. One object for all. */
export interface EpisodeEnd {
  readonly index: number;
  /** sum of rewards */
  readonly return: number;
  readonly steps: number;
  readonly terminated: boolean;
  readonly reason: string | undefined;
}

/** Why an episode was truncated whose controller was late by a frame or more. */
export const missedDeadline = 'missed deadline';

/** Sensor, actuator and reward source of one environment: `sense` stands before `advance`, `act` behind it. */
export interface Simulation {
  readonly sense: Stage;
  readonly act: Stage;
}

/**
 * An environment in lockstep with a network: each frame shows one observation for all its ticks, and its last tick decides. That tick brings the reward of
 * the action before and its discount (γ where the episode went on or was cut, 0 where the world ended), and the action that it draws is the next step of
 * the world. The observation at the end of an episode has a frame of its own, which draws nothing and ends the episode of the network too. In real time a
 * frame that begins when the next was due already comes too late for its world: the episode is truncated there, with {@link missedDeadline} for a reason. The
 * environment is guarded; nothing is allocated in a step.
 */
export function simulate<A extends Action>(environment: Environment<A>, options: SimulateOptions): Simulation {
  const { source, encoder, policy, discount, greedy = false, seed, rewardScale = 1, judged = 'step', onEpisode } = options;
  const world = guarded(environment);
  const end = { index: -1, return: 0, steps: 0, terminated: false, reason: undefined as string | undefined };
  let step: TimeStep | undefined;
  const begin = (): void => {
    step = step === undefined ? world.reset({ seed }) : world.reset();
    encoder.reset?.();
    end.index++;
    end.return = 0;
    end.steps = 0;
  };
  const over = (): boolean => step!.terminated || step!.truncated;
  const cut: { -readonly [Field in keyof TimeStep]: TimeStep[Field] } = {
    observation: new Float64Array(0),
    reward: 0,
    terminated: false,
    truncated: true,
    reason: missedDeadline,
  };

  const sense = stage(() => {
    let tapes: Tapes | undefined;
    return {
      step({ executable, ticks, latenessUs }: Frame) {
        if (step === undefined) begin();
        // Before the first step of an episode the world waits.
        if (end.steps > 0 && !over() && latenessUs >= 1000 * ticks * executable.program.network.dt) {
          cut.observation = step!.observation;
          cut.reward = step!.reward;
          step = cut;
        }
        tapes ??= tapesOf(executable, { source, policy, size: encoder.size });
        const { input, stride, value, events: bits, reward, rewardStride, choose, importances } = tapes;
        encoder.encode(step!.observation, value);
        for (let row = 0; row < ticks; row++) input.set(value, row * stride);
        const decides = ticks - 1;
        const ended = over();
        bits[decides] = bits[decides]! | (ended || judged === 'step' ? events.label : 0) | (ended ? events.episodeEnd : 0);
        if (reward !== undefined) {
          reward[decides * rewardStride] = rewardScale * (judged === 'step' ? step!.reward : end.return);
          reward[decides * rewardStride + 1] = step!.terminated ? 0 : discount;
        }
        // A frame may be shorter than the one before: rows behind its last tick are never read.
        choose.fill(0);
        choose[decides] = ended ? 0 : greedy ? 2 : 1;
        for (const importance of importances) {
          importance.fill(0);
          importance[decides] = ended ? 0 : 1;
        }
      },
    };
  });

  const act = stage(() => {
    let action: Float32Array | undefined;
    const vector = new Float64Array(environment.action.kind === 'box' ? environment.action.low.length : 0);
    return {
      step({ executable }: Frame) {
        if (over()) {
          end.terminated = step!.terminated;
          end.reason = step!.reason;
          onEpisode?.(end);
          begin();
          return;
        }
        action ??= executable.arena.view(`${policy}.action`);
        step = world.step(actionOf(environment, action, vector) as A);
        end.return += step.reward;
        end.steps++;
      },
      close: () => world.close(),
    };
  });
  return { sense, act };
}

/** What a policy drew, as an action of the environment: numbers are cut to its bounds. */
function actionOf({ action: space }: Pick<Environment, 'action'>, drawn: Float32Array, vector: Float64Array): Action {
  if (space.kind === 'discrete') return drawn[0]!;
  for (let k = 0; k < vector.length; k++) {
    const [low, high] = [space.low[k]!, space.high[k]!];
    vector[k] = drawn[k]! < low ? low : drawn[k]! > high ? high : drawn[k]!;
  }
  return vector;
}

interface Tapes {
  readonly input: Float32Array;
  readonly stride: number;
  readonly value: Float32Array;
  readonly events: Uint32Array;
  /** undefined where no rule waits for a reward */
  readonly reward: Float32Array | undefined;
  readonly rewardStride: number;
  readonly choose: Float32Array;
  readonly importances: readonly Float32Array[];
}

function tapesOf(
  { arena, program }: Executable,
  { source, policy, size }: Pick<SimulateOptions, 'source' | 'policy'> & { readonly size: number },
): Tapes {
  const input = program.regions.get(`${source}.input`);
  if (input === undefined || input.columns !== size)
    raise('ERR_SHAPE', {
      what: 'a source',
      expected: size,
      path: `populations.${source}`,
      value: input?.columns ?? 'none',
      remedy: 'give it a neuron for each number of the encoder',
    });
  const { neuron } = program.network.populations[policy] ?? {};
  if (neuron?.kind !== 'integrator' || !isActing(neuron.loss) || neuron.loss.kind === 'value' || neuron.loss.kind === 'spread')
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `populations.${policy}`,
      reason: 'it draws no actions',
      remedy: "name an integrator with loss {kind: 'softmax'} or {kind: 'gaussian'}",
    });
  const { offset, length } = program.eventTape;
  const importances = Object.entries(program.network.populations)
    .filter(([name, { neuron: other }]) => 'loss' in other && isActing(other.loss) && program.regions.has(`${name}.importance`))
    .map(([name]) => arena.view(`${name}.importance`));
  return {
    input: arena.view(input.name),
    stride: input.stride,
    value: new Float32Array(size),
    events: arena.words.subarray(offset, offset + length),
    reward: program.regions.has('reward') ? arena.view('reward') : undefined,
    rewardStride: program.regions.get('reward')?.stride ?? 0,
    choose: arena.view(`${policy}.choose`),
    importances,
  };
}
