import type { ChipBoard, WireBoard } from '../drivers/index.ts';

export type Drivers = typeof import('../drivers/index.ts');

/** A kind of board that needs no hardware. */
export interface BoardEntry {
  /** what it is, for people */
  readonly summary: string;
  make(drivers: Drivers): ChipBoard | WireBoard;
}

/** Every board that `--board` and `ganglion board` know by name; all run in this process, in virtual time. */
export const boards = {
  emulated: { summary: 'our wire to an integer board in TypeScript', make: ({ emulatedBoard }) => emulatedBoard() },
  avr: { summary: 'our firmware on an emulated ATmega328P', make: ({ emulatedAvr }) => emulatedAvr() },
  rp2040: { summary: 'our firmware on an emulated RP2040', make: ({ emulatedRp2040 }) => emulatedRp2040() },
  reckon: { summary: 'ReckOn, bit for bit, over its SPI and AER buses', make: ({ reckonBoard }) => reckonBoard() },
  loihi: { summary: 'Loihi 1, fixed-point compartments', make: ({ loihiBoard }) => loihiBoard() },
  xylo: { summary: 'a Xylo-like chip with bit-shift decays', make: ({ xyloBoard }) => xyloBoard() },
  crossbar: { summary: 'a phase-change crossbar, analogue sums', make: ({ crossbarBoard }) => crossbarBoard() },
} satisfies Readonly<Record<string, BoardEntry>>;

export type BoardName = keyof typeof boards;
export const boardNames = Object.keys(boards) as readonly BoardName[];
