import type { Arena } from '../../program/arena.ts';
import type { Operands, OpName, Region, TopologyRegion } from '../../program/ops.ts';

/** Where a run stands: the tick since the start and the row of the tapes. */
export interface Moment {
  tick: number;
  row: number;
}

/** Memory that kernels bind to once, at load. */
export interface Memory {
  readonly arena: Arena;
  readonly floats: (region: Region) => Float32Array;
  readonly words: (region: Region) => Uint32Array;
  readonly doubles: (region: Region) => Float64Array;
  readonly halves: (region: Region) => Uint16Array;
  readonly topology: (region: TopologyRegion) => Uint32Array;
}

/** One executable step of a tick. */
export type Step = (moment: Moment) => void;

/** Binds an op's operands to memory; the step it returns is the op's equation, in plain loops. */
export type Kernels<Names extends OpName> = { readonly [Name in Names]: (operands: Operands<Name>, memory: Memory) => Step };

/** First index of row (tick − delay) of a ring. */
export const ringRow = (tick: number, delay: number, rows: number, stride: number): number => ((tick - delay) & (rows - 1)) * stride;
