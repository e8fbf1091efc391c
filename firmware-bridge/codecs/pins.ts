/**
 * Pins of a board, PROTOCOL.md section 15. Pin: `pin u8 | mode u8 | value u16`. Pins: a question `what u8`, and its answer `what u8 | modes u8...` or
 * `what u8 | levels, a bit a pin | voltages u16...`, one for each pin that can be an analog input.
 */
export const pinMode = { input: 0, pullUp: 1, analog: 2, output: 3, pwm: 4, servo: 5 } as const;
export type PinMode = (typeof pinMode)[keyof typeof pinMode];
/** First byte of a question and its answer. */
export const pinsQuestion = { modes: 0, readings: 1 } as const;
export const LONGEST_PULSE_US = 3000;

const PIN_BYTES = 4;

/** Largest value of a mode: a level, a duty in 1/255, a pulse in µs; of an input 0. */
export const mostOf = (mode: PinMode): number =>
  mode === pinMode.output ? 1 : mode === pinMode.pwm ? 255 : mode === pinMode.servo ? LONGEST_PULSE_US : 0;

/** Writes a Pin message; returns its length. */
export function writePin(out: Uint8Array, pin: number, mode: PinMode, value: number): number {
  out.set([pin, mode, value & 0xff, value >>> 8]);
  return PIN_BYTES;
}

/** What each pin can be, a bit for each mode, from an answer; undefined if it is none. */
export const readPinModes = (bytes: Uint8Array, start: number, end: number): Uint8Array | undefined =>
  end > start && bytes[start] === pinsQuestion.modes ? bytes.slice(start + 1, end) : undefined;

/** What is on the pins of a board. */
export interface PinReadings {
  /** 0 or 1 of each pin */
  readonly levels: Uint8Array;
  /** of each pin its voltage in 1/65536 of the reference; 0 of one that is no analog input now */
  readonly voltages: Uint16Array;
}

/** Reads an answer of a board whose pins have these `modes` into `to`; false if it is malformed. */
export function readPinReadings(bytes: Uint8Array, start: number, end: number, modes: Uint8Array, to: PinReadings): boolean {
  let at = start + 1 + ((modes.length + 7) >> 3);
  if (end < at || bytes[start] !== pinsQuestion.readings) return false;
  const analog = modes.reduce((count, bits) => count + ((bits >> pinMode.analog) & 1), 0);
  if (end - at !== 2 * analog) return false;
  for (let pin = 0; pin < modes.length; pin++) {
    to.levels[pin] = (bytes[start + 1 + (pin >> 3)]! >> (pin & 7)) & 1;
    if (((modes[pin]! >> pinMode.analog) & 1) === 0) continue;
    to.voltages[pin] = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
  }
  return true;
}
