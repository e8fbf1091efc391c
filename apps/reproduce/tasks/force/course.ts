import { type Backend, setLearning } from '../../../../runtime/index.ts';
import { player } from '../../player.ts';
import { type Reservoir, reservoir } from './network.ts';

/** Ticks that run at once. */
const RUN = 200;

export interface Course {
  /** Goes on for some ms, a whole number of runs, taught or free; gives the outputs [tick][output], or undefined where a value was not finite. */
  go(ms: number, taught: boolean): Float32Array | undefined;
  dispose(): void;
}

/** A reservoir whose state goes on from stage to stage. `target` is asked at a tick since the start. */
export function course(backend: Backend, parts: Reservoir, target: (tick: number) => ArrayLike<number>): Course {
  const learner = player(backend, reservoir(parts), RUN);
  let tick = 0;
  return {
    go(ms, taught) {
      setLearning(learner.executable, taught);
      const ticks = Math.round(ms / parts.dt);
      const outputs = new Float32Array(ticks * parts.outputs);
      for (let done = 0; done < ticks; done += RUN, tick += RUN) {
        for (let t = 0; t < RUN && taught; t++) {
          learner.write('out.target', t, target(tick + t));
          learner.write('out.importance', t, [1]);
        }
        if (!learner.play(RUN, false)) return undefined;
        for (let t = 0; t < RUN; t++)
          for (let k = 0; k < parts.outputs; k++) outputs[(done + t) * parts.outputs + k] = learner.read('out.output', t, k);
      }
      return outputs;
    },
    dispose: learner.dispose,
  };
}
