/** The blocks marked `vectors` of PROTOCOL.md, for whoever claims to speak the protocol. */
import { bridgeFile } from './support.ts';

const blocks = new Map(
  Array.from(bridgeFile('PROTOCOL.md').matchAll(/^```vectors (\w+)\n([\s\S]*?)^```$/gm), ([, name, text]) => [name, text]),
);
const used = new Set<string>();

export const block = (name: string): string => {
  const text = blocks.get(name);
  if (text === undefined) throw new Error(`PROTOCOL.md has no block ${name}`);
  used.add(name);
  return text;
};

/** Names of the blocks that nobody in this process has asked for. */
export const unused = (): string[] => [...blocks.keys()].filter((name) => !used.has(name));

/** Rows of a block below its head line, cell by cell. */
export const vectors = (name: string): string[][] =>
  block(name)
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.split('|').map((cell) => cell.trim()));

export const byte = (hex: string): number => Number.parseInt(hex, 16);
/** `00 01..fe`: bytes and ranges of bytes; `-` is nothing. */
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(
    text.split(' ').flatMap((part) => {
      if (part === '-') return [];
      const [first, last = first] = part.split('..');
      return Array.from({ length: byte(last) - byte(first) + 1 }, (_, i) => byte(first) + i);
    }),
  );
