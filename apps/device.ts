import type { DeviceReport } from '../runtime/index.ts';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** How a supervised device is and has been, for people; a device that was always there is `ready`. */
export function deviceText({ state, reason, attempts, opened, losses, refused, ms }: DeviceReport): string {
  const parts = [reason === null ? state : `${state} (${reason})`];
  if (losses > 0)
    parts.push(`lost ${times(losses)}, opened ${times(opened)} in ${attempts} attempts, ${seconds(ms.lost + ms.connecting)} without it`);
  if (refused > 0) parts.push(`another device in its place refused ${times(refused)}`);
  if (ms.degraded > 0) parts.push(`doubtful for ${seconds(ms.degraded)}`);
  return parts.join('; ');
}
