/** Things with pins, and things that only pretend to have some: the only file that others import. */
export * from './chips/index.ts';
export { AvrMachine } from './emulated/avr/avr-machine.ts';
export { readIntelHex } from './emulated/avr/intel-hex.ts';
export { type AvrBaud, avrMachine, type EmulatedAvr, type EmulatedAvrOptions, emulatedAvr } from './emulated/avr-board.ts';
export { type EmulatedBoard, type EmulatedBoardOptions, emulatedBoard } from './emulated/emulated.ts';
export { EmulatedUno, type EmulatedUnoOptions, emulatedUno } from './emulated/emulated-uno.ts';
export { type I2cDevice, type Motion, Mpu6050, RegisterFile } from './emulated/i2c.ts';
export { IntegerBoard, type IntegerBoardOptions } from './emulated/integer-board.ts';
export {
  IntegerLearning,
  type IntegerLearningOptions,
  type LearningRate,
  type LearningTarget,
  powerOfTwo,
} from './emulated/integer-learning.ts';
export { IntegerNetwork } from './emulated/integer-network.ts';
export type { EmulatedPin } from './emulated/pin-watch.ts';
export { Rp2040Machine } from './emulated/rp2040/rp2040-machine.ts';
export { type EmulatedRp2040, type EmulatedRp2040Options, emulatedRp2040, rp2040Bauds, rp2040Machine } from './emulated/rp2040-board.ts';
export type { Cause, Difference, Drive, FidelityReport, FidelityStep, FirstDifference } from './fidelity/compare.ts';
export { fidelity } from './fidelity/fidelity.ts';
export * from './io/index.ts';
export * from './nir/index.ts';
export * from './onnx/index.ts';
export { loadOptional, reasonOf } from './optional.ts';
export { lsbOf } from './quantize.ts';
export * from './sources/index.ts';
export * from './storage/index.ts';
export {
  type Backoff,
  type Device,
  type DeviceSign,
  type DeviceState,
  type DeviceTime,
  type Supervised,
  type SuperviseOptions,
  supervise,
  wallTime,
} from './supervise.ts';
export { LearningLink } from './wire/learning-link.ts';
export { boardAt, serialBoard } from './wire/serial-board.ts';
export { type SupervisedBoard, superviseBoard } from './wire/supervised-board.ts';
export { WireBoard, type WireBoardOptions } from './wire/wire-board.ts';
