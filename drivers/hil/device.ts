import { type ProcessOptions, processTransport, type SerialOptions, serialTransport, type Transport } from '../../firmware-bridge/index.ts';
import type { ResetCause } from '../emulated/integer-board.ts';
import type { VirtualTime } from '../wire/pace.ts';

/**
 * What is under test: a line to something that speaks, and whatever of it can be seen and done from outside of the line. Everything but
 * the line is optional; a case that needs more says so.
 */
export interface Device {
  readonly name: string;
  /** the host's end of the line, closed */
  readonly transport: Transport;
  /** its time, if it passes only when told to; without, the machine's */
  readonly virtual?: VirtualTime;
  /** whether its outputs are safe, seen at its pins; without, what its telemetry says */
  safe?(): boolean;
  /** levels of its pins */
  pins?(): Readonly<Record<string, number>>;
  /** CRC-32C of the weights that run in a region, undefined where none do; seen in its memory */
  weights?(region: number): number | undefined;
  /** what its end of the link has counted */
  counters?(): Readonly<Record<string, number>>;
  /** starts it anew, as a reset of this cause does: nothing that it was sent is left */
  reset?(cause: ResetCause): void;
  /** it neither reads nor writes nor computes until it is told to go on */
  freeze?(frozen: boolean): void;
  /** takes away what was set up */
  close?(): Promise<void>;
}

/** Makes a device for one case; what is drawn at random is drawn from `seed`. */
export type DeviceFactory = (seed: number) => Device | Promise<Device>;

/** Firmware at a serial port or a pseudo-terminal. */
export const serialDevice = (options: SerialOptions): Device => ({
  name: 'path' in options ? options.path : `board ${options.serialNumber ?? options.vendorId}`,
  transport: serialTransport(options),
});

/** Firmware built for this machine, or an emulator, that speaks on its standard input and output. */
export const processDevice = (options: ProcessOptions): Device => ({ name: options.command, transport: processTransport(options) });
