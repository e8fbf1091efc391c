import { type ControllerError, controllerError } from '../runtime/index.ts';
import type { Caps, Hello } from './codecs/control.ts';
import { PROTO_MAJOR, PROTO_MINOR, schema32 } from './description.ts';
import { feature } from './messages.ts';

/** Every end takes frames of this size: the largest Caps and a useful chunk fit. */
export const MIN_FRAME = 128;
/** Larger ones would only wait longer for their turn and be lost more often. */
export const MAX_FRAME = 1024;

/** What a device says about itself; the link adds what is its own. */
export type DeviceCaps = Omit<Caps, 'protoMajor' | 'protoMinor' | 'session' | 'schema' | 'maxFrame' | 'rxWindow'>;

export const makeHello = (session: number, maxFrame: number, features: number): Hello => ({
  protoMajor: PROTO_MAJOR,
  protoMinor: PROTO_MINOR,
  session,
  maxFrame,
  schema: schema32,
  features,
});

export const makeCaps = (caps: DeviceCaps, session: number, maxFrame: number, rxWindow: number): Caps => ({
  ...caps,
  protoMajor: PROTO_MAJOR,
  protoMinor: PROTO_MINOR,
  session,
  schema: schema32,
  maxFrame,
  rxWindow,
});

/** Why no session with an end that says this of itself is possible; undefined if it is. */
export function refusal(other: Pick<Hello, 'protoMajor' | 'protoMinor' | 'schema'>): ControllerError | undefined {
  if (other.protoMajor !== PROTO_MAJOR) {
    return controllerError('ERR_PROTOCOL_VERSION', {
      ours: `${PROTO_MAJOR}.${PROTO_MINOR}`,
      theirs: `${other.protoMajor}.${other.protoMinor}`,
    });
  }
  if (other.schema !== schema32) {
    return controllerError('ERR_PROTOCOL_SCHEMA', { ours: hex(schema32), theirs: hex(other.schema) });
  }
  return undefined;
}

/** What both ends agreed on. */
export interface Agreement {
  readonly maxFrame: number;
  readonly features: number;
  readonly wide: boolean;
}

export function agree(ownFrame: number, ownFeatures: number, other: Pick<Hello, 'maxFrame' | 'features'>): Agreement {
  const features = ownFeatures & other.features;
  return { maxFrame: Math.max(MIN_FRAME, Math.min(ownFrame, other.maxFrame)), features, wide: (features & feature.wideCrc) !== 0 };
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
