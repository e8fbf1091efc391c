import { setImmediate as turn } from 'node:timers/promises';
import { type Backend, compile, type Executable, updatesOf, virtualClock } from '../../../runtime/index.ts';
import { createAlarm } from '../../heartbeat/alarm.ts';
import { heartbeatNetwork } from '../../heartbeat/network.ts';
import type { EcgRecord } from '../../heartbeat/records.ts';
import type { Decision, Score } from '../../heartbeat/scoring.ts';
import { session } from '../../heartbeat/session.ts';
import { createStream, TICK_RATE_HZ } from '../../heartbeat/stream.ts';

/** Ticks of a frame: 50 ms, as in the app. */
const FRAME_TICKS = 6;
/** Ticks between two turns of the event loop. */
const TURN_TICKS = 10 * TICK_RATE_HZ;

export const programOf = (seed: number) => compile(heartbeatNetwork(seed), { maxTicks: FRAME_TICKS });

/** A device of the experiment: the whole session of the heartbeat app on one record, in virtual time, part by part. */
export interface Player {
  readonly learner: Executable;
  /** plays the next of `parts` parts of the record; gives the beats that taught in it */
  play(): Promise<number>;
  /** every part has been played */
  readonly ended: boolean;
  /** plays what is left */
  finish(): Promise<Score>;
}

export interface PlayerOptions {
  readonly record: EcgRecord;
  readonly seed: number;
  readonly backend: Backend;
  readonly parts: number;
  /** of the record; default all of it */
  readonly seconds: number | undefined;
  readonly signal: AbortSignal;
  /** a beat was decided, between two ticks, within a second of the signal */
  readonly onDecision?: (decision: Decision) => void;
  /** share of the record that has been played */
  readonly onPlayed?: (share: number) => void;
}

export function createPlayer({ record, seed, backend, parts, seconds, signal, onDecision, onPlayed }: PlayerOptions): Player {
  const stream = createStream([record]);
  const ticks = Math.min(stream.ticks, Math.ceil((seconds ?? Number.POSITIVE_INFINITY) * TICK_RATE_HZ));
  const program = programOf(seed);
  const learner = backend.load(program);
  const clock = virtualClock({ dt: program.network.dt, frameTicks: FRAME_TICKS, ticks, stepped: true });
  let told = 0;
  const ended = session({
    clock,
    stream,
    learner,
    shadows: [],
    linear: undefined,
    channels: undefined,
    board: undefined,
    alarm: createAlarm(),
    signal,
    until: ticks,
    onSecond(_, score) {
      const fresh = score.decided - told;
      if (fresh === 0 || onDecision === undefined) return;
      told += fresh;
      for (const decision of score.decisions.slice(-fresh)) onDecision(decision);
    },
  });
  let failure: unknown;
  ended.catch((error: unknown) => {
    failure = error;
  });
  let [part, played] = [0, 0];
  const play = async (): Promise<number> => {
    const before = updatesOf(learner);
    const until = Math.floor((ticks * ++part) / parts);
    while (played < until && !signal.aborted) {
      const next = Math.min(TURN_TICKS, until - played);
      clock.advance(next);
      played += next;
      await turn();
      if (failure !== undefined) throw failure;
    }
    onPlayed?.(played / ticks);
    return updatesOf(learner) - before;
  };
  return {
    learner,
    play,
    get ended() {
      return part >= parts;
    },
    async finish() {
      while (part < parts && !signal.aborted) await play();
      return (await ended).score;
    },
  };
}
