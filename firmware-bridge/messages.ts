/**
 * Message codes. The first byte of a frame is `code | FROM_DEVICE`; a code says its own delivery class by
 * {@link UNRELIABLE}, so that a receiver can place even a message it does not know.
 */

/** Bit 7 of the type: the frame was sent by the device. An end that reads its own direction hears its echo. */
export const FROM_DEVICE = 0x80;
/** Bit 6 of the type: never resent. Clear: delivered once, in order. */
export const UNRELIABLE = 0x40;
/** What is left of a type without its direction. */
export const CODE_MASK = 0x7f;

/** 0x30..0x3F and 0x70..0x7F are never given a meaning here: a board may use them for its own messages. */
export const code = {
  // The handshake: outside of all numbering, under the handshake seed (see frame.ts).
  Hello: 0x01,
  Caps: 0x02,
  // Reliable, protobuf.
  Configure: 0x08,
  WeightBegin: 0x09,
  WeightCommit: 0x0a,
  WeightAck: 0x0b,
  WeightQuery: 0x0c,
  Reward: 0x0d,
  Arm: 0x0e,
  Disarm: 0x0f,
  Error: 0x10,
  // Reliable, packed.
  WeightChunk: 0x11,
  WeightPatch: 0x12,
  /** feature `learns`: what the readout should say */
  Target: 0x13,
  /** feature `pins`: what a pin of the board is, and what it drives */
  Pin: 0x14,
  // Of the link itself: no payload, no number of their own.
  Heartbeat: 0x40,
  Nak: 0x41,
  // Unreliable; spikes and time are packed, telemetry is protobuf.
  Spikes: 0x48,
  Telemetry: 0x49,
  TimeSync: 0x4a,
  /** feature `learns`: a question for a piece of a region, and its answer; packed */
  WeightRead: 0x4b,
  WeightData: 0x4c,
  /** feature `states`: a question for what neurons hold, and its answer; packed */
  States: 0x4d,
  /** feature `pins`: a question for what pins can be or what is on them, and its answer; packed */
  Pins: 0x4e,
} as const;

export const isHandshake = (value: number): boolean => value === code.Hello || value === code.Caps;

/** Feature bits of Hello and Caps; a feature is in force when both ends offer it. */
export const feature = {
  /** every frame of the session carries CRC-32C, short ones too */
  wideCrc: 1 << 0,
  /** the board takes WeightPatch */
  patches: 1 << 1,
  /** the board changes its own weights */
  learns: 1 << 2,
  /** spikes may carry values */
  graded: 1 << 3,
  /** running weights go on running while new ones arrive */
  doubleBuffer: 1 << 4,
  /** the shift of a projection can change with its weights (Configure) */
  rescale: 1 << 5,
  /** the board tells what its neurons hold */
  states: 1 << 6,
  /** the board lends pins to the host */
  pins: 1 << 7,
} as const;

/** Bits of `Caps.neuronKinds`, in the order of the network image's kinds. */
export const neuronKindBit = { source: 1 << 0, lif: 1 << 1, alif: 1 << 2, integrator: 1 << 3 } as const;
