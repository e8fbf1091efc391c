import type { ControllerError } from '../../runtime/index.ts';

/** A tick that was played. */
export interface PlayedTick {
  readonly sentMs: number;
  readonly taken: boolean;
  /** neurons that spiked, when the answer came; undefined before it came, or if it was lost */
  spikes?: readonly number[];
  answeredMs?: number;
}

/** What a rig has seen of a device. */
export interface Evidence {
  readonly device: { pins?(): Readonly<Record<string, number>> };
  readonly board: { verify(): Promise<boolean> };
  /** every tick that was played */
  readonly ticks: ReadonlyMap<number, PlayedTick>;
  /** every fault, with its time */
  readonly faults: readonly { readonly ms: number; readonly error: ControllerError }[];
  /** when the device's outputs became safe, or no longer were */
  readonly safety: readonly { readonly ms: number; readonly safe: boolean }[];
  /** when a pin changed */
  readonly pins: readonly { readonly ms: number; readonly pin: string; readonly level: number }[];
  /** whether the outputs are safe now; undefined before anything is known */
  readonly safe: boolean | undefined;
}
