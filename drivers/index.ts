/** Things with pins, and things that only pretend to have some: the only file that others import. */
export type { Chip, ChipSync } from './chips/chip.ts';
export { type ChipBoard, chipBoard } from './chips/chip-board.ts';
export * from './chips/index.ts';
export { type LoihiBoardOptions, type LoihiChip, loihiBoard } from './chips/loihi/loihi-board.ts';
export {
  type Factor,
  LoihiLearning,
  type LoihiLearningOptions,
  type LoihiRule,
  type LoihiTrace,
  type Product,
  type TraceName,
} from './chips/loihi/loihi-learning.ts';
export { type LoihiGroup, LoihiNetwork, type LoihiProjection, type SignMode } from './chips/loihi/loihi-network.ts';
export { ReckonDevice } from './chips/reckon/device.ts';
export { compareReckonVectors, type GoldenReport } from './chips/reckon/golden.ts';
export { type ReckonAnswer, ReckonLearner, type ReckonNetwork, type ReckonSample } from './chips/reckon/learner.ts';
export { type ReckonBoardOptions, type ReckonChip, type ReckonReport, reckonBoard } from './chips/reckon/reckon-board.ts';
export type { SpiLine } from './chips/reckon/spi-master.ts';
export { type EmulatedBoard, type EmulatedBoardOptions, emulatedBoard } from './emulated/emulated.ts';
export { IntegerBoard, type IntegerBoardOptions } from './emulated/integer-board.ts';
export { IntegerNetwork } from './emulated/integer-network.ts';
export * from './io/index.ts';
export * from './onnx/index.ts';
export { serialBoard } from './wire/serial-board.ts';
export { WireBoard, type WireBoardOptions } from './wire/wire-board.ts';
