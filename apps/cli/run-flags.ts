import type { TelemetryFlags } from '../fleet/telemetry/index.ts';
import type { ObserveFlags } from '../observe/index.ts';
import type { SchedulingFlags } from './scheduling.ts';

/** The flags of every app; those of one are parsed by its flag set. */
export interface RunFlags extends SchedulingFlags, ObserveFlags, TelemetryFlags {
  readonly fast?: boolean;
  readonly realtime?: boolean;
  readonly speed?: string;
  readonly dashboard?: string | true;
  readonly foxglove?: string | true;
  readonly seed: string;
  readonly backend?: string;
  readonly leastRate?: string;
  readonly rearm?: string;
  readonly json?: boolean;
  readonly checkpoint?: string;
  readonly every?: string;
  readonly resume?: string;
}
