import type { BoardReport, ClockReport, MirrorReport, SensorReport } from '../../runtime/index.ts';
import { deviceText } from '../device.ts';

/** What a session has to say of itself while it runs. */
export interface Standing {
  readonly record: string;
  readonly second: number;
  /** of this record so far; null: undefined yet */
  readonly f1: number | null;
  readonly beats: number;
  readonly updates: number;
  readonly clock: ClockReport;
  readonly sensor: SensorReport;
  readonly mirror: MirrorReport | undefined;
}

const clockOf = (second: number): string =>
  `${String(Math.floor(second / 60)).padStart(2, '0')}:${String(Math.floor(second % 60)).padStart(2, '0')}`;

const linkOf = ({ spikesIn, spikesOut, dropped, late, crcErrors, retransmits, faults }: BoardReport): string =>
  `${spikesIn} spikes in, ${spikesOut} out; ${dropped} ticks dropped, ${late} late; ${crcErrors} bad frames, ${retransmits} sent again, ${faults} faults`;

/** Facts of a session for people who watch, by their names. */
export function factsOf({ record, second, f1, beats, updates, clock, sensor, mirror }: Standing): Readonly<Record<string, string>> {
  const bad = sensor.held + sensor.safe;
  return {
    record: `${record}, ${clockOf(second)}`,
    'F1 of this record': f1 === null ? 'not yet' : f1.toFixed(3),
    'beats judged': String(beats),
    'weight updates': String(updates),
    loop: `${clock.achievedHz.toFixed(0)} of ${clock.askedHz.toFixed(0)} ticks a second; ${clock.framesLate} frames late, ${clock.skippedTicks} ticks skipped, ${clock.slippedTicks} waited for`,
    lateness: `p50 ${clock.latenessUs.p50.toFixed(0)}, p99 ${clock.latenessUs.p99.toFixed(0)}, max ${clock.latenessUs.max.toFixed(0)} µs`,
    sensor: bad === 0 ? 'every sample believed' : `${bad} samples not believed`,
    ...(mirror === undefined
      ? {}
      : {
          [`board ${mirror.board.kind}`]: mirror.fault === undefined ? linkOf(mirror.board) : `gone: ${mirror.fault.message}`,
          ...(mirror.board.device === undefined ? {} : { 'board link': deviceText(mirror.board.device) }),
          'spikes shared with the board': mirror.agreement === undefined ? 'none compared yet' : mirror.agreement.toFixed(4),
        }),
  };
}
