import type { DeviceTime } from '../../../drivers/index.ts';
import type { Ms } from '../../../runtime/index.ts';

/** The time of a machine; `wake` is called whenever it has moved on. */
export interface MachineTime extends DeviceTime {
  wake(): void;
}

export function machineTime(now: () => Ms): MachineTime {
  const sleepers: { readonly until: Ms; readonly wake: () => void }[] = [];
  return {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        if (signal?.aborted === true) return resolve();
        signal?.addEventListener('abort', wake);
        sleepers.push({ until: now() + ms, wake });
      }),
    wake() {
      for (let k = sleepers.length - 1; k >= 0; k--) if (sleepers[k]!.until <= now()) sleepers.splice(k, 1)[0]!.wake();
    },
  };
}
