import type { RecordScore } from '../../heartbeat/scoring.ts';
import type { ParticipantCounts } from './participant.ts';
import type { PlaceOptions } from './place.ts';
import type { PartCounts } from './take-part.ts';

/** How a device of the experiment lies: it multiplies what it has learned, or sends no numbers. */
export type Poison = { readonly scale: number } | 'nan';

interface Shape {
  readonly data: string | undefined;
  readonly seed: number;
  readonly backend: 'native' | 'reference';
  readonly rounds: number;
  /** of each record; default all of it */
  readonly seconds: number | undefined;
}

/** What a process of the experiment is told when it begins. */
export type Job = Shape &
  (
    | {
        readonly kind: 'device';
        readonly device: string;
        readonly record: string;
        readonly place: PlaceOptions;
        readonly poison: Poison | undefined;
      }
    | { readonly kind: 'pooled'; readonly records: readonly string[] }
  );

export interface DeviceResult {
  readonly federated: RecordScore | null;
  /** the same record, learned by a device without a fleet */
  readonly alone: RecordScore | null;
  readonly part: PartCounts;
  readonly models: ParticipantCounts;
  /** of the network in the end */
  readonly fingerprint: string;
}

/** What it says: how far it is, and in the end its result or its error. */
export type Said =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'device'; readonly result: DeviceResult }
  | { readonly kind: 'pooled'; readonly records: readonly (RecordScore | null)[] }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string | undefined };
