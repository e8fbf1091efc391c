import { defer, type MonoTypeOperatorFunction, map, type Observable, tap } from 'rxjs';
import { raise } from '../errors.ts';
import { header } from '../program/arena.ts';
import { type Executable, statuses } from '../program/program.ts';
import { type Frame, inhibitions } from '../record/frame.ts';
import type { Clock } from './clock.ts';

export { type Frame, inhibitions } from '../record/frame.ts';

/** A station of the pipe. It hands on the frame it was given, at once: nothing may buffer or delay frames, for there is only one. */
export type Stage = MonoTypeOperatorFunction<Frame>;

type MutableFrame = { -readonly [Key in keyof Frame]: Frame[Key] };

/** Says that no action may be applied in this frame. */
export function inhibit(frame: Frame, why: keyof typeof inhibitions): void {
  (frame as MutableFrame).inhibited |= inhibitions[why];
}

/** Says that the network is undone when the frame is over, and goes on with what it had learned before. Its status is that of good weights from now on. */
export function undo(frame: Frame, restored: Uint32Array): void {
  (frame as MutableFrame).restored = restored;
  (frame as MutableFrame).status &= ~statuses.nonFinite;
  inhibit(frame, 'learning');
}

/** What a stage does while one pipe runs. */
export interface Running {
  step(frame: Frame): void;
  /** once, however the pipe ends: completion, error or unsubscription */
  close?(): void;
}

/** Makes a stage: `start` is called for every pipe, so that two never share state. What `step` throws ends the pipe as an error. */
export function stage(start: () => Running): Stage {
  return (source) =>
    defer(() => {
      const { step, close } = start();
      return source.pipe(tap(close === undefined ? { next: step } : { next: step, finalize: close }));
    });
}

/**
 * The start of a pipe: one frame each time the clock says that ticks are due. Every subscription begins with empty tapes, so
 * that no input or target of an earlier run acts in this one; the state of the network goes on where it was. The clock starts at 0; `from` is the tick that
 * a run had reached which is resumed, and is added to the clock's.
 */
export function frames(clock: Clock, executable: Executable, from = 0): Observable<Frame> {
  const { program, arena } = executable;
  if (clock.dt !== program.network.dt) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'clock.dt',
      bound: `the network's dt (${program.network.dt})`,
      value: clock.dt,
      remedy: 'give clock and network the same tick',
    });
  }
  if (clock.frameTicks > program.maxTicks) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'clock.frameTicks',
      bound: `≤ maxTicks (${program.maxTicks})`,
      value: clock.frameTicks,
      remedy: 'compile with a larger maxTicks, or use shorter frames',
    });
  }
  return defer(() => {
    const frame: MutableFrame = {
      tick: 0,
      ticks: 0,
      latenessUs: 0,
      status: arena.words[header.status]!,
      inhibited: 0,
      restored: undefined,
      executable,
    };
    const { offset, length } = program.eventTape;
    const events = arena.words.subarray(offset, offset + length);
    arena.floats.fill(0, program.stateLength);
    return clock.frames.pipe(
      map((due): Frame => {
        frame.tick = from + due.tick;
        frame.ticks = due.ticks;
        frame.latenessUs = due.latenessUs;
        frame.inhibited = 0;
        frame.restored = undefined;
        // Teachers add their bits to these words; targets and inputs are overwritten.
        events.fill(0);
        return frame;
      }),
    );
  });
}

/** Runs the ticks of the frame: one call of the backend, whatever their number. */
export function advance(): Stage {
  return stage(() => ({
    step(frame) {
      (frame as MutableFrame).status = frame.executable.run(frame.ticks);
    },
  }));
}

/**
 * Subscribes; resolves when the pipe completes or `signal` aborts, rejects when it fails. By then every stage has closed: actuators
 * are safe. (A board's shutdown has begun; await `board.shutdown()` to see its end.)
 */
export function run(pipe$: Observable<unknown>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return resolve();
    const subscription = pipe$.subscribe({ complete: resolve, error: reject });
    const abort = (): void => {
      subscription.unsubscribe();
      resolve();
    };
    signal?.addEventListener('abort', abort, { once: true });
    subscription.add(() => signal?.removeEventListener('abort', abort));
  });
}
