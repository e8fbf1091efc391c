import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, type Ms, raise } from '../../../runtime/index.ts';
import type { Progress } from '../../app.ts';
import { bundledData, bundledRecords, loadRecord } from '../../heartbeat/records.ts';
import type { RecordScore } from '../../heartbeat/scoring.ts';
import type { Aggregate } from './aggregate.ts';
import { startChild } from './children.ts';
import { createCoordinator, type RoundReport, type Timer } from './coordinator.ts';
import type { DeviceResult, Poison } from './job.ts';
import { sharedOf } from './model.ts';
import type { PlaceOptions } from './place.ts';
import { openPlace } from './places.ts';
import { programOf } from './player.ts';

export interface ExperimentOptions {
  /** devices, and records, one each: the first of the bundled ones; a device has the name of its record */
  readonly devices: number;
  readonly rounds: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly place: PlaceOptions;
  readonly aggregate: Aggregate;
  /** default from the norms of each round */
  readonly clip: number | undefined;
  readonly poison: Readonly<Record<string, Poison>>;
  /** default more than half of the devices */
  readonly quorum: number | undefined;
  readonly deadlineMs: Ms;
  /** folder of the records; default those of the package */
  readonly data: string | undefined;
  /** of each record; default all of it */
  readonly seconds: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** a device has begun, as this process */
  readonly onDevice?: (device: string, pid: number) => void;
  readonly onRound?: (report: RoundReport) => void;
}

export interface DeviceOutcome {
  readonly device: string;
  /** undefined: it is gone, for the reason below */
  readonly result: DeviceResult | undefined;
  readonly lost: string | undefined;
  readonly pooled: RecordScore | null;
}

export interface Outcome {
  readonly devices: readonly DeviceOutcome[];
  readonly rounds: readonly RoundReport[];
  /** why there is no pooled learner to compare with */
  readonly pooledLost: string | undefined;
}

const measured: Timer = {
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

/**
 * Devices that learn federated, each from its own record in a process of its own; beside each the same device alone, and beside all one learner that has
 * all records. Every device plays an equal part of its record in a round. One seed gives one outcome, wherever the fleet meets and whoever is faster, as long
 * as nobody is lost.
 */
export async function federatedHeartbeat(options: ExperimentOptions): Promise<Outcome> {
  const { devices: count, rounds, seed, place: where, data, seconds, signal } = options;
  const names = bundledRecords.slice(0, count);
  for (const name of names) await loadRecord(data ?? bundledData, name);
  const unknown = Object.keys(options.poison).find((name) => !names.includes(name));
  if (unknown !== undefined) raise('ERR_UNKNOWN_NAME', { path: '--poison', value: `'${unknown}'`, known: names.join(', ') });

  const learner = options.backend.load(programOf(seed));
  const shared = sharedOf(learner);
  const initial = new Float32Array(shared.length);
  shared.take(initial);
  const place = await openPlace(where);
  const stop = new AbortController();
  const ended = AbortSignal.any([stop.signal, signal]);
  const shape = { data, seed, rounds, seconds, backend: options.backend.name === 'native' ? 'native' : 'reference' } as const;
  const shares = new Map<string, number>();
  let opened = 0;
  const tell = (name: string) => (share: number) => {
    shares.set(name, share);
    const fraction = [...shares.values()].reduce((sum, one) => sum + one, 0) / (names.length + 1);
    options.progress({ fraction, text: opened < rounds ? `round ${opened + 1} of ${rounds}` : `${rounds} rounds, now each alone` });
  };
  try {
    const coordinator = createCoordinator({
      ...{ place, shared, initial, devices: names, rounds, deadlineMs: options.deadlineMs, timer: measured },
      quorum: options.quorum ?? Math.floor(names.length / 2) + 1,
      ...{ aggregate: options.aggregate, clip: options.clip, signal: ended },
      onRound(report) {
        opened = report.round + 1;
        options.onRound?.(report);
      },
    });
    const run = coordinator.run();
    run.catch(() => stop.abort());
    const pooled = startChild({ ...shape, kind: 'pooled', records: names }, ended, tell('pooled'));
    const children = names.map((device) => {
      const child = startChild(
        { ...shape, kind: 'device', device, record: device, place: where, poison: options.poison[device] },
        ended,
        tell(device),
      );
      child.ended.then((last) => coordinator.lost(device, last.kind === 'failed' ? last.message : 'it has ended'));
      options.onDevice?.(device, child.process.pid!);
      return child;
    });
    const coordinated = await run;
    const [together, ...said] = await Promise.all([pooled.ended, ...children.map((child) => child.ended)]);
    const pooledRecords = together!.kind === 'pooled' ? together!.records : [];
    return {
      rounds: coordinated.rounds,
      pooledLost: together!.kind === 'failed' ? together!.message : undefined,
      devices: names.map((device, k) => {
        const last = said[k]!;
        return {
          device,
          result: last.kind === 'device' ? last.result : undefined,
          lost: last.kind === 'failed' ? last.message : undefined,
          pooled: pooledRecords[k] ?? null,
        };
      }),
    };
  } finally {
    stop.abort();
    await place.close();
  }
}
