import type { StoredSynapses } from '../network/connectivity.ts';
import type { Grid } from '../network/convolution.ts';
import type { Network } from '../network/network.ts';
import type { Arena } from './arena.ts';
import type { Op, Region } from './ops.ts';

/**
 * Phases of a tick, in order. forward: always; learn: while learning is on; handover: before
 * each fold, what a learner beside the loop takes and gives back (nothing where `updateDelay` is 0); backward: before each fold, once for each tick
 * since the last one, the last tick first, the row of a moment being the tick's; fold: when a block of ticks is full, or an event
 * or an update needs what it has so far; label: when a label arrives; update: when weights are due; guard: always; reset: when
 * an episode ends.
 */
export const phases = ['forward', 'learn', 'handover', 'backward', 'fold', 'label', 'update', 'guard', 'reset'] as const;
export type Phase = (typeof phases)[number];

/** Bits of the per-tick event tape. */
export const events = { label: 1, episodeEnd: 2 } as const;

/** Bits of {@link Status}; 0 is fine. */
export const statuses = { nonFinite: 1 } as const;
export type Status = number;

/** When the update phase runs: every `ticks` ticks, or at an event. */
export type UpdateBoundary = { readonly ticks: number } | 'label' | 'episode';

/** A compiled network: layout, ops and initial values. Immutable; an executable gives it memory. */
export interface Program {
  readonly network: Network;
  readonly regions: ReadonlyMap<string, Region>;
  /** words of the arena */
  readonly length: number;
  /** words before the tapes: what a fingerprint covers and a checkpoint holds */
  readonly stateLength: number;
  /** ticks that one run may cover */
  readonly maxTicks: number;
  readonly ops: Readonly<Record<Phase, readonly Op[]>>;
  /** row starts and columns of stored synapses */
  readonly topology: Uint32Array;
  readonly update: UpdateBoundary;
  /** ticks after which the fold phase runs at the latest */
  readonly block: number;
  /** words of event bits, one a tick */
  readonly eventTape: Region;
  /** traces, sums and gradients, cleared when learning is switched on, so that nothing stale teaches */
  readonly traces: readonly Region[];
  /** names of the weight regions, the running average among them where there is one */
  readonly weights: ReadonlyMap<string, WeightRegions>;
  /** writes every initial value into a zeroed arena */
  initialize(arena: Arena): void;
}

export interface WeightRegions {
  /** those that act */
  readonly acting: string;
  /** those that learn, where others act: they begin to act a block later, or are perturbed */
  readonly next: string | undefined;
  readonly average: string | undefined;
  /** row starts, columns and places in the description, when only some synapses are stored */
  readonly stored: StoredSynapses | undefined;
  /** the sizes of a convolution, whose weights lie in rows of taps, [tap][output channel] */
  readonly shared: Grid | undefined;
}

/** The same program, executed: two backends, equal bits. */
export interface Backend {
  readonly name: string;
  /** instruction set in use */
  readonly target: string;
  load(program: Program): Executable;
}

/** A program with memory of its own. */
export interface Executable {
  readonly program: Program;
  readonly backend: string;
  readonly target: string;
  readonly arena: Arena;
  /**
   * runs `ticks` ticks over the tapes; synchronous, allocates nothing; returns the status bits. Throws a RangeError for more than maxTicks. Where learning is
   * off, the ticks that learning left unfolded are folded first, so run(0) then does only that.
   */
  run(ticks: number): Status;
  /**
   * waits for a learner that works beside the ticks (`learning.updateDelay: 1` and several threads). Traces, gradients, and the weights that
   * are still to act may be read or written only then, until the next run; the functions of this module see to it themselves
   */
  settle(): void;
  /** handovers that found the learner still at work and waited for it: it is too slow for the rate of the ticks */
  waits(): number;
  /** back to the initial values, weights included */
  reset(): void;
  dispose(): void;
}
