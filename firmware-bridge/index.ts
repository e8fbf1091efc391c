/** Bytes on the wire: the only file that others import. The protocol itself is written down in PROTOCOL.md. */
export { ClockSync } from './clock-sync.ts';
export { cobsDecode, cobsEncode, cobsMaxEncoded } from './cobs.ts';
export * from './codecs/control.ts';
export { readWeightData, type Target, WEIGHT_READ_BYTES, type WeightData, writeTarget, writeWeightRead } from './codecs/learning.ts';
export {
  decodeNetworkImage,
  encodeNetworkImage,
  type ImageKind,
  type ImagePopulation,
  type ImageProjection,
  type NetworkImage,
  networkBytes,
  neuronKinds,
  weightRegionBytes,
} from './codecs/network-image.ts';
export {
  LONGEST_PULSE_US,
  mostOf,
  type PinMode,
  type PinReadings,
  pinMode,
  pinsQuestion,
  readPinModes,
  readPinReadings,
  writePin,
} from './codecs/pins.ts';
export { SPIKE_HEADER_BYTES, SpikeBatch, SpikeWriter } from './codecs/spikes.ts';
export { readStates, readStatesQuestion, type States, type StatesQuestion, writeStates, writeStatesQuestion } from './codecs/states.ts';
export { clockOffset, readTimeSync, roundTripTime, TIME_SYNC_BYTES, type TimeSync, writeTimeSync } from './codecs/time-sync.ts';
export { applyPatch, MAX_REGION_BYTES, PatchWriter, WEIGHT_HEADER_BYTES, WeightHeader, writeChunk } from './codecs/weights.ts';
export type { LinkCounters } from './counters.ts';
export { crc16, crc32c } from './crc.ts';
export { description, PROTO_MAJOR, PROTO_MINOR, schema16, schema32 } from './description.ts';
export { descriptor } from './descriptor.ts';
export { descriptorSet } from './descriptor-set.ts';
export { FailSafe, type FailSafeOptions, type SafetyState } from './fail-safe.ts';
export { type Damage, type FrameFormat, FrameParser, type FrameSink, FrameWriter, handshakeFormat, sessionFormat } from './frame.ts';
export type { DeviceCaps } from './handshake.ts';
export { Link } from './link.ts';
export type { LinkHandlers, LinkOptions, LinkState } from './link-options.ts';
export { code, FROM_DEVICE, feature, neuronKindBit, UNRELIABLE } from './messages.ts';
export type { Fault, FaultCounts, FaultRates, Faults, When } from './transports/fault-list.ts';
export { type FaultOptions, type FaultyTransport, type Tap, withFaults } from './transports/faults.ts';
export { type LoopbackEnd, type LoopbackOptions, loopbackPair } from './transports/loopback.ts';
export { MachineLine } from './transports/machine-line.ts';
export { type ProcessOptions, processTransport } from './transports/process.ts';
export { type SerialOptions, type SerialTransport, serialTransport } from './transports/serial.ts';
export { findPort, listPorts, type PortIdentity, type PortInfo, stablePort } from './transports/serial-ports.ts';
export type { ByteListener, Transport } from './transports/transport.ts';
export { type TransferResult, WeightSender, type WeightTransfer } from './weight-sender.ts';
export { type RegionImage, WeightStore, type WeightStoreOptions } from './weight-store.ts';
