/** A pipe driven tick by tick, with the parts that tests of single stages need. */
import {
  type Actuator,
  type Executable,
  frames,
  type Sensor,
  type Stage,
  stage,
  type Teacher,
  type VirtualClock,
  virtualClock,
} from '../../../runtime/index.ts';

export interface Bench {
  readonly clock: VirtualClock;
  /** pipes the stages behind `frames` and subscribes; `outcome` tells how it ended */
  start(...stages: readonly Stage[]): { unsubscribe(): void; readonly outcome: { completed: boolean; error: unknown; frames: number } };
}

export function bench(executable: Executable, frameTicks = 4): Bench {
  const clock = virtualClock({ dt: executable.program.network.dt, frameTicks, stepped: true });
  return {
    clock,
    start(...stages) {
      const outcome = { completed: false, error: undefined as unknown, frames: 0 };
      const pipe = stages.reduce((source, next) => source.pipe(next), frames(clock, executable));
      const subscription = pipe.subscribe({
        next: () => outcome.frames++,
        error: (error) => (outcome.error = error),
        complete: () => (outcome.completed = true),
      });
      return { unsubscribe: () => subscription.unsubscribe(), outcome };
    },
  };
}

/** A sensor that gives `samples[tick]`. */
export const replay = <S extends number | ArrayLike<number>>(samples: readonly (S | undefined)[]): Sensor<S> => ({
  read: (tick) => samples[tick],
});

/** Three channels that wander, good for some spikes in the tiny network. */
export const wander = (): Sensor<Float64Array> => {
  const sample = new Float64Array(3);
  return {
    read(tick) {
      for (let i = 0; i < 3; i++) sample[i] = 0.6 + 0.5 * Math.sin(0.05 * (i + 1) * tick);
      return sample;
    },
  };
};

/** Three channels of whole numbers from 0 to 3: what crosses to a board without rounding. */
export const graded = {
  read(tick: number): Float64Array {
    for (let i = 0; i < 3; i++) whole[i] = (tick * (i + 3)) % 7 === 0 ? 1 + (tick % 3) : 0;
    return whole;
  },
};
const whole = new Float64Array(3);

/** Teaches two slow waves, except every fifth tick. */
export const waves: Teacher = {
  write(tick, target, teaching) {
    target[0] = Math.sin(0.03 * tick);
    target[1] = Math.cos(0.02 * tick);
    teaching.importance = tick % 5 === 0 ? 0 : 1;
  },
};

/** Remembers what was done to it. */
export function actuator<A>(copy: (action: A) => A = (action) => action): Actuator<A> & { readonly log: (A | 'safe')[] } {
  const log: (A | 'safe')[] = [];
  return { log, apply: (action) => void log.push(copy(action)), safe: () => void log.push('safe') };
}

/** Stands behind `advance`: from `tick` on the network seems to have these status bits. */
export const statusFrom = (tick: number, status: number): Stage =>
  stage(() => ({
    step(frame) {
      if (frame.tick >= tick) (frame as { status: number }).status |= status;
    },
  }));
