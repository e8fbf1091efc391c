/** Chips in this process that speak no wire: the interface, the board over it, and each chip's model and mapping. */
export type { Chip, ChipSync } from './chip.ts';
export { type ChipBoard, chipBoard } from './chip-board.ts';
export { AnalogueArray, type ArrayOptions, eightBits, type Periphery, sevenAndNineBits } from './crossbar/analogue-array.ts';
export { Crossbar, type CrossbarEvent, type CrossbarFault, type CrossbarOptions } from './crossbar/crossbar.ts';
export { crossbarBackend } from './crossbar/crossbar-backend.ts';
export { type CrossbarBoardOptions, type CrossbarChip, crossbarBoard } from './crossbar/crossbar-board.ts';
export * from './crossbar/pcm.ts';
export { type LoihiBoardOptions, type LoihiChip, loihiBoard } from './loihi/loihi-board.ts';
export * from './loihi/loihi-learning.ts';
export type { LoihiMapping, MappedGroup } from './loihi/loihi-mapping.ts';
export { type LoihiGroup, LoihiNetwork, type LoihiProjection, type SignMode } from './loihi/loihi-network.ts';
export { type PerturbationOptions, weightPerturbation } from './perturbation.ts';
export { type XyloBoardOptions, type XyloChip, xyloBoard } from './xylo/xylo-board.ts';
export { type BitShiftLifOptions, bitShiftLif, type MappedNeurons, type XyloMapping } from './xylo/xylo-mapping.ts';
export { type XyloDescription, type XyloMatrix, XyloNetwork, type XyloNeurons } from './xylo/xylo-network.ts';
