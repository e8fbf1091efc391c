import protobuf from 'protobufjs/light.js';
import { descriptor } from '../descriptor.ts';
import { code } from '../messages.ts';

/**
 * The control plane: protobuf messages as plain objects. Everything here may allocate; nothing here runs once a tick.
 */
export interface ControlMessages {
  Hello: Hello;
  Caps: Caps;
  Configure: { key: number; value: number; generation: number };
  WeightBegin: WeightBegin;
  WeightCommit: WeightCommit;
  WeightAck: WeightAck;
  WeightQuery: { region: number };
  /** `valueQ16` is the reward times 65536 */
  Reward: { tick: number; valueQ16: number };
  Arm: { session: number; ttlMs: number };
  Disarm: Record<never, never>;
  Error: { reason: number; context: number };
  Telemetry: Telemetry;
}
export type ControlName = keyof ControlMessages;
/** A decoded message under its name: `switch (m.name)` narrows `m.message`. */
export type ControlMessage = { [N in ControlName]: { readonly name: N; readonly message: ControlMessages[N] } }[ControlName];

export interface Hello {
  protoMajor: number;
  protoMinor: number;
  session: number;
  maxFrame: number;
  schema: number;
  features: number;
}

/** What a board says about itself. */
export interface Caps {
  protoMajor: number;
  protoMinor: number;
  session: number;
  schema: number;
  fwHash: Uint8Array;
  boardId: string;
  neurons: number;
  inputs: number;
  outputs: number;
  weightBits: number;
  stateBits: number;
  tickUs: number;
  maxFrame: number;
  rxWindow: number;
  features: number;
  bootId: number;
  failsafeMs: number;
  synapses: number;
  neuronKinds: number;
  resetCause: number;
  /** ticks; absent: 1 */
  maxDelay?: number;
  /** largest value of a graded spike; absent: 1 */
  maxGrade?: number;
  /** for a network, counted as PROTOCOL.md section 14 says; absent: whatever the other numbers allow fits */
  networkBytes?: number;
}

/** With `base`, patches to the running image of that generation will follow instead of a whole image. */
export interface WeightBegin {
  region: number;
  generation: number;
  total: number;
  crc32c: number;
  base?: number;
}

export interface WeightCommit {
  region: number;
  generation: number;
  total: number;
  crc32c: number;
}

export interface WeightAck {
  region: number;
  generation: number;
  nextOffset: number;
  crc32c: number;
  status: number;
}

export interface Telemetry {
  tick: number;
  overruns: number;
  crcErrors: number;
  dropped: number;
  lateTicks: number;
  stackFree: number;
  tempC: number;
  vccMv: number;
  resetCause: number;
  state: number;
  activeRegion: number;
  activeGeneration: number;
}

/** Keys of Configure. */
export const configureKey = {
  /** `value`: the tick (its low 32 bits) after which all neurons go back to rest */
  restAfter: 1,
  /** feature `learns`: a seed that is not 0 begins, 0 ends; traces and sums are empty then */
  learn: 2,
  /** f₀ in 1/65536 spikes a tick, and the strength c of the pull towards it, 0..65535 */
  targetRate: 3,
  regularization: 4,
  /** this + region: how its weights learn, `value` · 2^−`generation` counts for each count of a sum; 0: not at all */
  rate: 0x200,
  /** this + population: q, 0..65535; 0: nothing learns into it */
  dampening: 0x400,
  /** this + region: `value` is the shift of the projection whose weights are there, in force together with their `generation` */
  shift: 0x100,
} as const;

/** The enums of protocol.proto that cross the wire as numbers. */
export const weightStatus = {
  receiving: 0,
  committed: 1,
  wrongCrc: 2,
  wrongBase: 3,
  notBegun: 4,
  unknownRegion: 5,
  wrongSize: 6,
  refused: 7,
  busy: 8,
  empty: 9,
} as const;
export const errorReason = { unspecified: 0, unknownMessage: 1, malformed: 2, rejected: 3, overrun: 4, hardware: 5, timing: 6 } as const;
export const resetCause = { powerOn: 0, external: 1, watchdog: 2, brownOut: 3, software: 4 } as const;
export const safetyState = { safe: 0, run: 1, hold: 2 } as const;

const root = protobuf.Root.fromJSON(descriptor);
const typeOf = (name: ControlName): protobuf.Type => root.lookupType(`ganglion.wire.${name}`);
const types: Readonly<Record<ControlName, protobuf.Type>> = {
  Hello: typeOf('Hello'),
  Caps: typeOf('Caps'),
  Configure: typeOf('Configure'),
  WeightBegin: typeOf('WeightBegin'),
  WeightCommit: typeOf('WeightCommit'),
  WeightAck: typeOf('WeightAck'),
  WeightQuery: typeOf('WeightQuery'),
  Reward: typeOf('Reward'),
  Arm: typeOf('Arm'),
  Disarm: typeOf('Disarm'),
  Error: typeOf('Error'),
  Telemetry: typeOf('Telemetry'),
};
const nameOf = new Map<number, ControlName>((Object.keys(types) as ControlName[]).map((name) => [code[name], name]));

/** Whether `value` is the code of a protobuf message. */
export const isControl = (value: number): boolean => nameOf.has(value);

/** Encodes one message as a payload. */
export const encodeControl = <N extends ControlName>(name: N, message: ControlMessages[N]): Uint8Array =>
  types[name].encode(message).finish();

/**
 * Decodes the payload of the message `value`, with a default in every field that was absent (`base` stays absent) and unknown
 * fields skipped. Undefined if it is no control message or malformed; it never throws.
 */
export function decodeControl(value: number, bytes: Uint8Array, start: number, end: number): ControlMessage | undefined {
  const name = nameOf.get(value);
  if (name === undefined) return undefined;
  try {
    const type = types[name];
    const message = type.toObject(type.decode(bytes.subarray(start, end)), { defaults: true });
    // The decoder's bytes are a view of the parser's buffer, which the next frame overwrites.
    if (name === 'Caps') message['fwHash'] = Uint8Array.from(message['fwHash']);
    return { name, message } as ControlMessage;
  } catch {
    return undefined;
  }
}
