import type { Backend, Network } from '../runtime/index.ts';
import type { BoardName } from './boards.ts';

/** What the command asks of an app; flags that an app does not know are refused by the command. */
export interface RunOptions {
  readonly backend: Backend;
  /** 'fast': virtual time, as fast as the machine allows; 'realtime': one tick every dt */
  readonly clock: 'fast' | 'realtime';
  readonly seed: number;
  readonly learn: 'on' | 'off' | 'readout';
  readonly records: readonly string[] | undefined;
  readonly data: string | undefined;
  readonly board: BoardName | 'none';
  readonly baselines: boolean;
  readonly invert: { readonly record: string; readonly atSecond: number } | undefined;
  /** ends the run early, with its report */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

export interface Progress {
  /** 0 to 1 */
  readonly fraction: number;
  readonly text: string;
}

export interface RunResult {
  /** the JSON object of the run */
  readonly report: Readonly<Record<string, unknown>>;
  /** the same for a person: tables and plots */
  render(): string;
  /** false ends the command with exit code 1 */
  readonly ok: boolean;
}

export interface App {
  readonly name: string;
  readonly summary: string;
  /** the network that the app runs, for `explain` */
  network(seed: number): Network;
  run(options: RunOptions): Promise<RunResult>;
}
