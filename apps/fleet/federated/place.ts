import { raise } from '../../../runtime/index.ts';
import { hashOf } from './model.ts';

/** Where bytes lie by their SHA-256, hexadecimal: a folder, or the object store of a broker. */
export interface Objects {
  /** for messages */
  readonly name: string;
  /** resolves when they are lasting */
  put(hash: string, bytes: Uint8Array): Promise<void>;
  /** undefined where there is none; of one that is longer than `limit`, the first `limit` + 1 bytes at most */
  get(hash: string, limit: number): Promise<Uint8Array | undefined>;
  drop(hash: string): Promise<void>;
}

/** Moves bytes between a coordinator and its devices, and looks at none. */
export interface Channel {
  /** coordinator: what every device sees from now on, in the place of what was before */
  announce(bytes: Uint8Array): Promise<void>;
  /** device: what is announced, and whatever takes its place; resolves when `signal` aborts, rejects when there will be no more */
  watch(take: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void>;
  /** device: under its own name */
  send(device: string, bytes: Uint8Array): Promise<void>;
  /** coordinator: all that devices send; of what is longer than `limit`, `limit` + 1 bytes at most. Resolves when `signal` aborts */
  receive(take: (device: string, bytes: Uint8Array) => void, limit: number, signal: AbortSignal): Promise<void>;
}

/** Where a fleet meets. */
export interface Place {
  readonly objects: Objects;
  readonly channel: Channel;
  close(): Promise<void>;
}

/** Where a fleet meets, as data that goes to another process. */
export type PlaceOptions =
  | { readonly folder: string }
  | {
      readonly nats: string;
      /** name of the fleet on the broker */
      readonly fleet: string;
      readonly creds: string | undefined;
    };

/** What a device may be called: a token of a subject, a name of a file. */
export const deviceName = /^[\w-]{1,64}$/;

/** Puts bytes down; gives their hash when they are lasting, so that a pointer may be moved to it. */
export async function putObject(objects: Objects, bytes: Uint8Array): Promise<string> {
  const hash = hashOf(bytes);
  await objects.put(hash, bytes);
  return hash;
}

/** The bytes of that hash, of `limit` bytes at most: ERR_MODEL_MISSING where there are none, ERR_MODEL_BYTES where others are in their place. */
export async function getObject(objects: Objects, hash: string, limit: number): Promise<Uint8Array> {
  const bytes = (await objects.get(hash, limit)) ?? raise('ERR_MODEL_MISSING', { path: objects.name, hash });
  const place = { path: objects.name, hash };
  if (bytes.length > limit) raise('ERR_MODEL_BYTES', { ...place, value: `more than ${limit} bytes` });
  const found = hashOf(bytes);
  if (found !== hash) raise('ERR_MODEL_BYTES', { ...place, value: `${bytes.length} bytes with the SHA-256 ${found}` });
  return bytes;
}
