/** The host's end of Firmata, written anew from the protocol's description: the firmware is not tested against the library that it serves. */
import { type EmulatedUno, type EmulatedUnoOptions, emulatedUno } from '../../../drivers/index.ts';

const SYSEX = 0xf0;
const END = 0xf7;

/** One message of the board: its first byte, for a sysex its number and data, else its two values of seven bits. */
export interface Message {
  readonly kind: number;
  readonly data: readonly number[];
}

/** Splits what a board said; throws at the first byte that does not belong there. */
export function messagesOf(bytes: Iterable<number>): Message[] {
  const messages: Message[] = [];
  let open: number[] | undefined;
  for (const byte of bytes) {
    if (open === undefined) {
      if (byte < 0x80) throw new Error(`data byte ${byte} outside a message, after ${messages.length}`);
      open = [byte];
    } else if (open[0] === SYSEX ? byte >= 0x80 && byte !== END : byte >= 0x80) {
      throw new Error(`byte ${byte} inside message ${open}`);
    } else open.push(byte);
    const done = open[0] === SYSEX ? byte === END : open.length === 3;
    if (!done) continue;
    messages.push({ kind: open[0]!, data: open.slice(1, open[0] === SYSEX ? -1 : undefined) });
    open = undefined;
  }
  if (open !== undefined) throw new Error(`message ${open} has no end`);
  return messages;
}

export const value14 = (low: number, high: number): number => low | (high << 7);
export const split14 = (value: number): [number, number] => [value & 0x7f, value >> 7];
/** The values of 14 bits in a list of bytes. */
export const values14 = (bytes: readonly number[]): number[] =>
  Array.from({ length: bytes.length >> 1 }, (_, i) => value14(bytes[2 * i]!, bytes[2 * i + 1]!));
const textOf = (data: readonly number[]): string => String.fromCharCode(...values14(data));

/** An Uno in virtual time, and a host that speaks raw messages and has waited until it started: what comes before is lost, as on any chip. */
export async function talk(options: EmulatedUnoOptions = {}) {
  const uno: EmulatedUno = emulatedUno(options);
  let heard: number[] = [];
  uno.transport.onBytes((bytes, start, end) => heard.push(...bytes.subarray(start, end)));
  await uno.transport.open();
  const take = (): Message[] => {
    const bytes = heard;
    heard = [];
    return messagesOf(bytes);
  };
  uno.pass(40);
  return {
    uno,
    /** what it said when it started */
    hello: take(),
    /** Says bytes, lets time pass, and returns what the board said meanwhile. */
    say(bytes: readonly number[], ms = 30): Message[] {
      if (!uno.transport.write(Uint8Array.from(bytes), 0, bytes.length)) throw new Error('the line is full');
      uno.pass(ms);
      return take();
    },
    /** Lets time pass. */
    pass(ms: number): Message[] {
      uno.pass(ms);
      return take();
    },
  };
}

export const sysex = (command: number, ...data: number[]): number[] => [SYSEX, command, ...data, END];
/** What a list of messages has of one sysex. */
export const ofSysex = (messages: readonly Message[], command: number): (readonly number[])[] =>
  messages.filter(({ kind, data }) => kind === SYSEX && data[0] === command).map(({ data }) => data.slice(1));
/** The texts among them. */
export const texts = (messages: readonly Message[]): string[] => ofSysex(messages, 0x71).map(textOf);
/** The values reported by a message of three bytes. */
export const reports = (messages: readonly Message[], kind: number): number[] =>
  messages.filter((message) => message.kind === kind).map(({ data }) => value14(data[0]!, data[1]!));
export { textOf };
