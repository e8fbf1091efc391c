import { identity } from 'rxjs';
import { createControls, steer } from '../../../runtime/index.ts';
import type { Show, Watched, Watching } from '../../app.ts';

/** The run's end of commands where nobody looks: it is steered by controls in shared memory, and shows nothing. */
export function steeredBy(shared: SharedArrayBuffer): Watched {
  const controls = createControls(shared);
  let paused = (): boolean => false;
  return {
    paused: () => paused(),
    show(_, { readout, safe }: Show): Watching {
      const steering = steer({ controls, readout, safe });
      ({ paused } = steering);
      return {
        settings: steering.settings,
        injections: steering.injections,
        frames: identity,
        checkpointDue: steering.checkpointDue,
        picture: () => undefined,
        tell: () => undefined,
      };
    },
  };
}
