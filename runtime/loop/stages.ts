import { controllerError, raise } from '../errors.ts';
import { setLearning } from '../program/executable.ts';
import { type Executable, type Status, statuses } from '../program/program.ts';
import type { Recorder } from '../record/recorder.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { type Frame, inhibit, type Stage, stage } from './frames.ts';

/** Reads an action out of a frame that has run. */
export interface Decoder<A> {
  /** the object that decode fills, made once for every pipe; a decoder's memory lives in it */
  create(executable: Executable): A;
  /** fills `into`, or returns another value in its place */
  decode(frame: Frame, into: A): A;
  /** what it remembers, in itself or in the object that it filled last; a decoder without it is taken to remember nothing */
  state?(into: A): State;
  restore?(state: State, into: A): void;
}

/** Acts on the world. */
export interface Actuator<A> {
  apply(action: A): void;
  /** to the state that hurts nobody; called when no action may be applied, and once more as the last thing of all */
  safe(): void;
}

export interface ActOptions {
  /** µs after the deadline of a frame from which its action is stale and not applied: a process that was stopped does not replay what it missed; default never */
  readonly staleUs?: number;
}

export interface ActReport {
  /** actions applied */
  readonly applied: number;
  /** frames whose action was not, because they were inhibited */
  readonly inhibited: number;
  /** of those, because they were stale */
  readonly stale: number;
  /** how often the actuator was sent to its safe state, the end not counted */
  readonly safes: number;
}

export interface ActStage extends Stage, Stateful {
  /** counts since the stage was made */
  report(): ActReport;
}

/**
 * Decodes and applies one action a frame. However the pipe ends (completion, error, unsubscription) `safe` is called, last. It is called
 * at the first frame that is inhibited ({@link Frame.inhibited}) or stale; then nothing is applied until a frame comes that is neither, and that frame's own
 * action is the next. When the network is no longer finite, `safe` is called at once and nothing is applied ever after: what continues after such
 * a fault may watch and record, not act. Its state is its counts and what the decoder remembers; the actuator is restored by whoever made it.
 */
export function act<A>(decoder: Decoder<A>, actuator: Actuator<A>, { staleUs = Number.POSITIVE_INFINITY }: ActOptions = {}): ActStage {
  if (!(staleUs >= 0)) raise('ERR_OUT_OF_RANGE', { path: 'act.staleUs', bound: '≥ 0', value: staleUs, remedy: 'give a time in µs' });
  const report = { applied: 0, inhibited: 0, stale: 0, safes: 0 };
  let action: A | undefined;
  let restored: State | undefined;
  const begin = (frame: Frame): A => {
    const made = decoder.create(frame.executable);
    if (restored !== undefined && restored !== null) decoder.restore?.(restored, made);
    restored = undefined;
    return made;
  };
  const operator = stage(() => {
    action = undefined;
    let ended = false;
    let isSafe = false;
    const stop = (): void => {
      if (ended) return;
      ended = true;
      actuator.safe();
    };
    return {
      step(frame) {
        if (ended) return;
        if ((frame.status & statuses.nonFinite) !== 0) {
          report.safes++;
          return stop();
        }
        const stale = frame.latenessUs > staleUs;
        if (stale) inhibit(frame, 'late');
        // Decoded even so: its memory goes on with the network.
        action = decoder.decode(frame, action ?? begin(frame));
        if (frame.inhibited === 0) {
          isSafe = false;
          report.applied++;
          return actuator.apply(action);
        }
        report.inhibited++;
        if (stale) report.stale++;
        if (isSafe) return;
        isSafe = true;
        report.safes++;
        actuator.safe();
      },
      close: stop,
    };
  });
  return Object.assign(operator, {
    report: () => ({ ...report }),
    state: () => ({
      report: { ...report },
      decoder: action === undefined ? (restored ?? null) : (decoder.state?.(action) ?? null),
    }),
    restore(state: State) {
      const saved = fieldsOf(state, 'act');
      const counts = fieldsOf(saved.any('report'), 'act.report');
      for (const count of Object.keys(report) as (keyof typeof report)[]) report[count] = counts.number(count);
      restored = saved.any('decoder');
    },
  });
}

/** Hands every frame to a recorder, and closes it when the pipe ends. */
export function record(recorder: Recorder): Stage {
  return stage(() => ({
    step: (frame) => recorder.frame(frame),
    close: () => recorder.close(),
  }));
}

/** 'stop' ends the pipe with an error. */
export type FaultAction = 'continue' | 'freezeLearning' | 'stop';

/** Asks what to do each time a status bit is set that was not set before. Default: stop. */
export function watch(onFault: (status: Status, frame: Frame) => FaultAction = () => 'stop'): Stage {
  return stage(() => {
    let known: Status = 0;
    return {
      step(frame) {
        const { status } = frame;
        if ((status & ~known) === 0) return;
        known |= status;
        const action = onFault(status, frame);
        if (action === 'freezeLearning') setLearning(frame.executable, false);
        if (action === 'stop') throw controllerError('ERR_NETWORK_FAULT', { state: describe(status), tick: frame.tick });
      },
    };
  });
}

function describe(status: Status): string {
  const names = Object.entries(statuses).filter(([, bit]) => (status & bit) !== 0);
  return names.length === 0 ? `in status ${status}` : names.map(([name]) => (name === 'nonFinite' ? 'not finite' : name)).join(', ');
}
