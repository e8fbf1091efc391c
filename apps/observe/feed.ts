import { type Frame, openRing, type Stage, stage, updatesOf } from '../../runtime/index.ts';
import type { Observed, Sources } from '../app.ts';
import type { Pauses } from '../controller/pauses.ts';
import { type EventCode, eventCodes, levels, logEvents } from './events.ts';
import type { Observing } from './job.ts';
import { type MeasureKey, measureKeys, writeLateness } from './measures.ts';

/** From one look at the numbers to the next. */
const SAMPLE_MS = 100;

/**
 * The run's end of logs and metrics. An event is a few numbers in a ring, a frame that is not logged one comparison; some times a second counters are looked at
 * and copied into shared memory. Nothing here waits: what another thread is too slow for is dropped and counted.
 */
export function createObserver({ ring: buffer, measures, level }: Observing, pauses: Pick<Pauses, 'sums'>): Observed {
  const ring = openRing(buffer);
  const { view } = ring;
  const shared = new Float64Array(measures);
  const told = levels.slice(0, levels.indexOf(level) + 1);
  const kindOf = (code: EventCode): number => (told.includes(logEvents[code].level) ? eventCodes.indexOf(code) : -1);
  const [frameKind, lateKind] = [kindOf('frame'), kindOf('frame.late')];
  const now = (): number => performance.timeOrigin + performance.now();

  const event = (code: EventCode, numbers: readonly number[], text?: Readonly<Record<string, string>>): void => {
    const kind = kindOf(code);
    if (kind === -1) return;
    const tail = text === undefined ? undefined : Buffer.from(JSON.stringify(text));
    const at = ring.reserve(8 * (numbers.length + 1) + (tail?.length ?? 0));
    if (at === -1) return;
    view.setFloat64(at, now(), true);
    numbers.forEach((value, k) => void view.setFloat64(at + 8 * (k + 1), value, true));
    if (tail !== undefined) ring.bytes.set(tail, at + 8 * (numbers.length + 1));
    ring.commit(kind);
  };

  const before = new Map<string, number>();
  /** by how much a counter has grown since it was looked at last */
  const grown = (name: string, value: number): number => {
    const by = value - (before.get(name) ?? 0);
    before.set(name, value);
    return by;
  };

  const sample = (tick: number, { clock, executable, events, sensor, rate, mirror, score }: Sources): void => {
    const { ticks, skippedTicks, slippedTicks, framesLate, askedHz, achievedHz, latenessUs } = clock.report();
    const { pauses: collections, totalMs, longestMs } = pauses.sums;
    const values: Partial<Record<MeasureKey, number>> = {
      ...{ ticks_total: ticks, ticks_skipped_total: skippedTicks, ticks_slipped_total: slippedTicks, frames_late_total: framesLate },
      ...{ asked_ticks_per_second: askedHz, achieved_ticks_per_second: achievedHz, weight_updates_total: updatesOf(executable) },
      ...{ gc_pauses_total: collections, gc_pause_seconds_total: totalMs / 1000, gc_longest_pause_seconds: longestMs / 1000 },
    };
    const skipped = grown('skipped', skippedTicks);
    if (skipped > 0) event('ticks.skipped', [tick, skipped, skippedTicks]);
    if (grown('gc', collections) > 0) event('gc.paused', [tick, collections, totalMs]);
    const counts = events?.();
    if (counts !== undefined) {
      const { spikes, deliveries, products } = counts.inference;
      Object.assign(values, { spikes_total: spikes, synaptic_operations_total: deliveries + products });
    }
    const value = score?.();
    if (value !== undefined && value !== null) {
      values.score = value;
      if (grown('score', value) !== 0) event('score', [tick, value]);
    }
    const kept = rate?.();
    if (kept !== undefined) {
      values.rate_guard_outs_total = kept.outs;
      if (grown('rate', kept.outs) > 0) event('rate.low', [tick, kept.outs, kept.lowestHz ?? Number.NaN]);
    }
    const sensed = sensor?.();
    if (sensed !== undefined) {
      let total = 0;
      for (const reason of ['missing', 'invalid', 'length', 'range', 'change', 'stuck'] as const) {
        values[`sensor_refused_samples_total.${reason}`] = sensed[reason];
        total += sensed[reason];
      }
      values.sensor_outs_total = sensed.outs;
      const refused = grown('sensor', total);
      if (refused > 0) event('sensor.refused', [tick, refused, total]);
    }
    const mirrored = mirror?.();
    if (mirrored !== undefined) {
      const { spikesIn, spikesOut, late, crcErrors, retransmits, faults, device } = mirrored.board;
      Object.assign(values, {
        ...{ 'board_spikes_total.in': spikesIn, 'board_spikes_total.out': spikesOut, board_ticks_dropped_total: mirrored.ticksDropped },
        ...{ board_ticks_late_total: late, board_damaged_frames_total: crcErrors, board_retransmitted_frames_total: retransmits },
        ...{ board_faults_total: faults, board_spike_agreement_ratio: mirrored.agreement ?? Number.NaN },
      });
      if (device !== undefined) {
        for (const state of ['connecting', 'ready', 'degraded', 'lost'] as const)
          values[`board_state.${state}`] = device.state === state ? 1 : 0;
        const { losses, attempts, refused } = device;
        Object.assign(values, { board_losses_total: losses, board_handshakes_total: attempts, board_refused_devices_total: refused });
      }
      if (grown('board', mirrored.ticksDropped + late + crcErrors + retransmits + faults) > 0)
        event('board.trouble', [tick, mirrored.ticksDropped, late, crcErrors, retransmits, faults]);
    }
    for (const [at, key] of measureKeys.entries()) shared[at] = values[key] ?? Number.NaN;
    writeLateness(shared, latenessUs.histogram);
  };

  return {
    device: ({ kind, attempt, reason }) => event('device.state', [attempt], { state: kind, ...(reason === undefined ? {} : { reason }) }),
    stage(sources): Stage {
      const { clock, executable } = sources;
      const lateUs = clock.dt * clock.frameTicks * 1000;
      const every = Math.max(1, Math.floor(SAMPLE_MS / (clock.dt * clock.frameTicks)));
      return stage(() => {
        let frames = 0;
        let last = Number.NEGATIVE_INFINITY;
        let tick = 0;
        return {
          step(frame: Frame) {
            if (frames === 0) event('run.started', [frame.tick, clock.dt, clock.frameTicks]);
            tick = frame.tick + frame.ticks;
            const kind = frame.latenessUs >= lateUs ? lateKind : frameKind;
            if (kind !== -1) {
              const at = ring.reserve(40);
              if (at !== -1) {
                view.setFloat64(at, now(), true);
                view.setFloat64(at + 8, tick, true);
                view.setFloat64(at + 16, frame.ticks, true);
                view.setFloat64(at + 24, frame.latenessUs, true);
                view.setFloat64(at + 32, updatesOf(executable), true);
                ring.commit(kind);
              }
            }
            if (frames++ % every !== 0) return;
            const at = performance.now();
            if (at - last < SAMPLE_MS) return;
            last = at;
            sample(tick, sources);
          },
          close: () => sample(tick, sources),
        };
      });
    },
  };
}
