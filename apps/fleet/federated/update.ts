import { ControllerError, decodeCheckpoint, encodeCheckpoint, encodeState, fieldsOf, raise } from '../../../runtime/index.ts';
import { allFinite, type Delta } from './aggregate.ts';
import { largest } from './model.ts';

/** What a device sends at the end of a round. */
export interface Update extends Delta {
  readonly round: number;
  readonly layout: string;
  /** SHA-256 of the model that the delta starts from, hexadecimal */
  readonly base: string;
}

const UPDATE = 'federated update';
/** More labels than a device sees in a round. */
const MOST = 2 ** 31;

/** An update as a checkpoint, whose tick is its round: checked by a hash of its own, one encoding for one update. */
export const encodeUpdate = ({ device, round, layout, base, samples, values }: Update): Uint8Array =>
  encodeCheckpoint(round, { kind: UPDATE, device, layout, base, samples }, encodeState(values));

/** Why an update has no part in its round. */
export const refusals = ['tooLarge', 'malformed', 'device', 'layout', 'late', 'base', 'length', 'samples', 'nonFinite', 'twice'] as const;
export type Refusal = (typeof refusals)[number];

/** What the coordinator holds an update to. */
export interface Expected {
  readonly round: number;
  readonly layout: string;
  readonly base: string;
  readonly length: number;
}

/**
 * The update in bytes that came from `device`, or why it is refused: too large or not readable at all, in another device's name, of another layout, of a
 * round that is over, from another model, of another length, with samples that are no count, with NaN or infinity. Hostile bytes cost time in proportion to
 * their number, and what is too large is not looked at.
 */
export function admit(bytes: Uint8Array, from: string, { round, layout, base, length }: Expected): Update | Refusal {
  if (bytes.length > largest(length)) return 'tooLarge';
  let update: Update;
  try {
    update = decodeUpdate(bytes);
  } catch (error) {
    if (error instanceof ControllerError) return 'malformed';
    throw error;
  }
  if (update.device !== from) return 'device';
  if (update.layout !== layout) return 'layout';
  if (update.round !== round) return 'late';
  if (update.base !== base) return 'base';
  if (update.values.length !== length) return 'length';
  if (!(Number.isInteger(update.samples) && update.samples >= 0 && update.samples < MOST)) return 'samples';
  return allFinite(update.values) ? update : 'nonFinite';
}

function decodeUpdate(bytes: Uint8Array): Update {
  const { tick: round, run, state } = decodeCheckpoint(bytes, 'update');
  const fields = fieldsOf(run, 'update');
  const kind = fields.text('kind');
  if (kind !== UPDATE) raise('ERR_CHECKPOINT_STATE', { path: 'update.kind', expected: `'${UPDATE}'`, value: kind });
  return {
    round,
    device: fields.text('device'),
    layout: fields.text('layout'),
    base: fields.text('base'),
    samples: fields.number('samples'),
    values: fieldsOf({ values: state }, 'update').numbers('values', Float32Array),
  };
}
