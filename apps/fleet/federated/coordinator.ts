import { type Ms, raise } from '../../../runtime/index.ts';
import { type Aggregate, aggregate } from './aggregate.ts';
import { encodeAnnouncement } from './announcement.ts';
import { encodeModel, largest, type Shared } from './model.ts';
import { type Place, putObject } from './place.ts';
import { createRound, type Round } from './round.ts';
import type { Refusal } from './update.ts';

/** Time as a coordinator needs it: counted in a test, measured in a fleet. */
export interface Timer {
  /** resolves after `ms`, or when `signal` aborts */
  wait(ms: Ms, signal: AbortSignal): Promise<void>;
}

export interface CoordinatorOptions {
  readonly place: Place;
  readonly shared: Pick<Shared, 'layout' | 'length'>;
  /** weights that all devices begin with */
  readonly initial: Float32Array;
  /** names of the devices that may take part */
  readonly devices: readonly string[];
  readonly rounds: number;
  /** updates that a round needs, or the model stays as it is */
  readonly quorum: number;
  /** after which a round goes on without those that have not answered */
  readonly deadlineMs: Ms;
  readonly timer: Timer;
  readonly aggregate: Aggregate;
  readonly clip?: number | undefined;
  readonly signal: AbortSignal;
  readonly onRound?: (report: RoundReport) => void;
}

export interface RoundReport {
  readonly round: number;
  /** devices whose update was taken */
  readonly heard: readonly string[];
  readonly missing: readonly string[];
  /** updates that had no part, by reason */
  readonly refused: Readonly<Record<Refusal, number>>;
  /** false: fewer than the quorum, or their sum is no number; the model stays as it is */
  readonly moved: boolean;
  readonly clip: number;
  readonly clipped: readonly string[];
  /** L2 norm of the change of the model */
  readonly norm: number;
  /** SHA-256 of the model that the next round begins with */
  readonly model: string;
}

export interface Coordinator {
  /**
   * all rounds, one after another; resolves early when the signal aborts. Raises ERR_QUORUM after {@link VOID} rounds in a row without one, and as soon as
   * so many devices are lost that there can be none
   */
  run(): Promise<{ readonly rounds: readonly RoundReport[]; readonly values: Float32Array }>;
  /** a device that is known to be gone, and why, is not waited for */
  lost(device: string, reason: string): void;
}

/** Rounds in a row without a quorum after which a fleet is given up. */
const VOID = 3;
/** Models that are kept: those that a slow device may still be loading. */
const KEEP = 4;

/**
 * Opens a round by a model (bytes first, then the pointer), waits until every device has answered that is waited for, or for the deadline; aggregates
 * what came, and opens the next one. Who missed a round is not waited for until it is heard again: late and lost devices skip, and cost the fleet one
 * deadline. The model is a function of the updates of each round alone, whatever the order in which they came.
 */
export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { place, shared, devices, rounds, quorum, deadlineMs, timer, signal } = options;
  const { layout, length } = shared;
  const gone = new Map<string, string>();
  let round: Round | undefined;
  let wake = (): void => undefined;
  const look = (): void => {
    if (round?.complete() === true || devices.length - gone.size < quorum) wake();
  };

  const kept: string[] = [];
  /** Bytes first, then ears for what is sent of them, then the pointer. */
  const open = async (number: number, values: Float32Array, waitedFor: ReadonlySet<string>): Promise<string> => {
    const model = await putObject(place.objects, encodeModel({ layout, round: number, values }));
    round = createRound({ round: number, layout, base: model, length }, devices, waitedFor, quorum);
    await place.channel.announce(encodeAnnouncement({ round: number, rounds, model, layout }));
    kept.push(model);
    if (kept.length > KEEP) await place.objects.drop(kept.shift()!);
    return model;
  };

  const answered = async (): Promise<void> => {
    const over = new AbortController();
    wake = () => over.abort();
    look();
    await timer.wait(deadlineMs, AbortSignal.any([over.signal, signal]));
    wake = () => undefined;
  };

  return {
    lost(device, reason) {
      gone.set(device, reason);
      round?.lost(device);
      look();
    },
    async run() {
      const ended = new AbortController();
      const reports: RoundReport[] = [];
      let values = options.initial.slice();
      let silent = 0;
      let missing: ReadonlySet<string> = new Set();
      const waited = () => new Set(devices.filter((device) => !gone.has(device) && !missing.has(device)));
      const received = place.channel.receive(
        (device, bytes) => {
          round?.take(device, bytes);
          look();
        },
        largest(length),
        AbortSignal.any([ended.signal, signal]),
      );
      // Its failure ends the run as an error; nobody may be waiting for it at that moment.
      const failed = received.then(() => new Promise<never>(() => undefined));
      failed.catch(() => undefined);
      try {
        await open(0, values, waited());
        for (let number = 0; number < rounds && !signal.aborted; number++) {
          await Promise.race([answered(), failed]);
          if (signal.aborted) break;
          const current = round!;
          const updates = current.updates();
          if (updates.length < quorum && devices.length - gone.size < quorum)
            raise('ERR_QUORUM', { round: number, heard: updates.length, quorum, reason: reasonOf(gone) });
          missing = new Set(current.missing());
          const sum = aggregate(updates, options);
          const next = values.map((value, k) => value + (sum.values[k] ?? 0));
          const moved = updates.length >= quorum && next.every(Number.isFinite);
          if (moved) values = next;
          const model = await open(number + 1, values, waited());
          const report: RoundReport = {
            round: number,
            heard: updates.map(({ device }) => device),
            missing: [...missing],
            refused: current.refused(),
            moved,
            clip: sum.clip,
            clipped: sum.clipped,
            norm: moved ? sum.norm : 0,
            model,
          };
          reports.push(report);
          options.onRound?.(report);
          silent = moved ? 0 : silent + 1;
          if (silent === VOID)
            raise('ERR_QUORUM', { round: number, heard: updates.length, quorum, reason: `the last of ${VOID} such rounds` });
        }
        return { rounds: reports, values };
      } finally {
        ended.abort();
        await received.catch(() => undefined);
      }
    },
  };
}

const reasonOf = (gone: ReadonlyMap<string, string>): string =>
  [...gone].map(([device, reason]) => `device ${device} is gone: ${reason}`).join('; ');
