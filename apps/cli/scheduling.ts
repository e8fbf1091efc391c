import type { Command } from 'commander';
import type { RealtimeOptions } from '../../native/index.ts';
import { UsageError } from './usage.ts';

export interface SchedulingFlags {
  readonly priority?: string;
  readonly cpu?: string;
  readonly lockMemory?: boolean;
}

/** The flags of every command whose thread keeps a rate. */
export const declareScheduling = (command: Command): Command =>
  command
    .option('--priority <n>', "SCHED_FIFO with this priority for the controller's thread, 1 to 99, where the system allows it")
    .option('--cpu <n>', "the only core of the controller's thread, where the system allows it")
    .option(
      '--lock-memory',
      'code, stack and memory of the network stay in memory, where the system allows it (the heap of JavaScript cannot be held)',
    );

/** What the thread asks of the system; undefined where nothing is asked. */
export function parseScheduling({ priority, cpu, lockMemory: lock }: SchedulingFlags): RealtimeOptions | undefined {
  const whole = (flag: string, text: string | undefined, low: number, high: number): number | undefined => {
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= low && value <= high))
      throw new UsageError(`${flag} needs a whole number from ${low} to ${high}, got '${text}'`, `for example ${flag} ${low}`);
    return value;
  };
  const wishes = { priority: whole('--priority', priority, 1, 99), cpu: whole('--cpu', cpu, 0, 1023), lock };
  return Object.values(wishes).every((wish) => wish === undefined) ? undefined : wishes;
}
