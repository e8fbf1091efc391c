import { ControllerError, type ErrorCode } from '../../../runtime/index.ts';
import { type Announcement, decodeAnnouncement } from './announcement.ts';
import { decodeModel, largest, type Shared } from './model.ts';
import type { Participant } from './participant.ts';
import { getObject, type Place } from './place.ts';
import { encodeUpdate } from './update.ts';

export interface PartOptions {
  readonly place: Place;
  readonly device: string;
  readonly shared: Pick<Shared, 'layout' | 'length'>;
  readonly participant: Participant;
  /** learns until the end of the round; gives the examples that it learned from. Between two ticks when it resolves */
  readonly learn: () => Promise<number>;
  readonly signal: AbortSignal;
}

/** What became of a device's part. Nothing of it ends the device's own learning. */
export interface PartCounts {
  /** updates that were sent */
  readonly sent: number;
  /** rounds that went on without this device */
  readonly skipped: number;
  /** announcements and models that were not taken, updates that could not be sent, by the code of the error */
  readonly faults: Readonly<Partial<Record<ErrorCode, number>>>;
}

/**
 * A device's part in its fleet: takes the newest model that is announced, checks its hash, form and layout, loads it between two ticks, learns for a round
 * and sends what it has learned. A model that cannot be taken costs it the round: it learns on with the weights that it has. Resolves when the rounds are
 * over, or the fleet is gone.
 */
export async function takePart({ place, device, shared, participant, learn, signal }: PartOptions): Promise<PartCounts> {
  const faults: Partial<Record<ErrorCode, number>> = {};
  let [sent, skipped] = [0, 0];
  const fault = (error: unknown): void => {
    if (!(error instanceof ControllerError)) throw error;
    faults[error.code] = (faults[error.code] ?? 0) + 1;
  };

  const ended = new AbortController();
  let newest: Announcement | undefined;
  let over = false;
  let wake = (): void => undefined;
  const watched = place.channel
    .watch(
      (bytes) => {
        try {
          newest = decodeAnnouncement(bytes);
          wake();
        } catch (error) {
          fault(error);
        }
      },
      AbortSignal.any([ended.signal, signal]),
    )
    .catch(fault)
    .finally(() => {
      over = true;
      wake();
    });
  /** The newest announcement of a round from `from` on. */
  const next = async (from: number): Promise<Announcement | undefined> => {
    while (!over && (newest === undefined || newest.round < from))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return newest !== undefined && newest.round >= from ? newest : undefined;
  };

  const load = async ({ model, round }: Announcement): Promise<boolean> => {
    try {
      const bytes = await getObject(place.objects, model, largest(shared.length));
      const { values } = decodeModel(bytes, shared, `round ${round}`);
      participant.load(values);
      return true;
    } catch (error) {
      fault(error);
      return false;
    }
  };

  try {
    for (let from = 0; ; ) {
      const said = await next(from);
      if (said === undefined || signal.aborted) break;
      const last = said.round >= said.rounds;
      skipped += Math.min(said.round, said.rounds) - from;
      const loaded = await load(said);
      if (last) break;
      from = said.round + 1;
      const samples = await learn();
      if (!loaded || signal.aborted) continue;
      try {
        const { layout } = shared;
        await place.channel.send(
          device,
          encodeUpdate({ device, round: said.round, layout, base: said.model, samples, values: participant.delta() }),
        );
        sent++;
      } catch (error) {
        fault(error);
      }
    }
  } finally {
    ended.abort();
    await watched;
  }
  return { sent, skipped, faults };
}
