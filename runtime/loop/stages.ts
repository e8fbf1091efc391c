import { controllerError } from '../errors.ts';
import { setLearning } from '../program/executable.ts';
import { type Executable, type Status, statuses } from '../program/program.ts';
import type { Recorder } from '../record/recorder.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { type Frame, type Stage, stage } from './frames.ts';

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
  /** to the state that hurts nobody; called once, last */
  safe(): void;
}

/**
 * Decodes and applies one action a frame. However the pipe ends (completion, error, unsubscription) `safe` is called, once. It is called
 * at once, before any other action, when the network is no longer finite; from then on nothing is applied: what continues after such a
 * fault may watch and record, not act. Its state is what the decoder remembers; the actuator is restored by whoever made it.
 */
export function act<A>(decoder: Decoder<A>, actuator: Actuator<A>): Stage & Stateful {
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
    let acting = true;
    const stop = (): void => {
      if (!acting) return;
      acting = false;
      actuator.safe();
    };
    return {
      step(frame) {
        if ((frame.status & statuses.nonFinite) !== 0) stop();
        if (!acting) return;
        action = decoder.decode(frame, action ?? begin(frame));
        actuator.apply(action);
      },
      close: stop,
    };
  });
  return Object.assign(operator, {
    state: () => ({ decoder: action === undefined ? (restored ?? null) : (decoder.state?.(action) ?? null) }),
    restore(state: State) {
      restored = fieldsOf(state, 'act').any('decoder');
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
