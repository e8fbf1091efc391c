import { setTimeout as sleep } from 'node:timers/promises';
import type { Ms } from '../../../runtime/index.ts';

/** The time in which a link is opened, watched and opened again. */
export interface LinkTime {
  now(): Ms;
  sleep(ms: Ms): Promise<void>;
}

export const wallTime: LinkTime = {
  now: () => performance.now(),
  sleep: async (ms) => void (await sleep(ms)),
};

/** The time of a machine; `wake` is called whenever it has moved on. */
export interface MachineTime extends LinkTime {
  wake(): void;
}

export function machineTime(now: () => Ms): MachineTime {
  const sleepers: { readonly until: Ms; readonly wake: () => void }[] = [];
  return {
    now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ until: now() + ms, wake })),
    wake() {
      for (let k = sleepers.length - 1; k >= 0; k--) if (sleepers[k]!.until <= now()) sleepers.splice(k, 1)[0]!.wake();
    },
  };
}
