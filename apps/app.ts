import type { Backend, Network } from '../runtime/index.ts';

/** What the command asks of every app; what it asks of one alone is the {@link FlagSet} of that app. */
export interface RunOptions {
  readonly backend: Backend;
  /** 'fast': virtual time, as fast as the machine allows; 'realtime': one tick every dt */
  readonly clock: 'fast' | 'realtime';
  readonly seed: number;
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

export interface App<Own = unknown> {
  readonly name: string;
  readonly summary: string;
  /** the network that the app runs, for `explain` */
  network(seed: number): Network;
  run(options: RunOptions & Own): Promise<RunResult>;
}
