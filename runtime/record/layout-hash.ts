import { createHash } from 'node:crypto';
import type { Program } from '../program/program.ts';

/** What stands where in the state of a program, hashed: words saved under one hash may be put back under the same. Tapes and their length do not count. */
export function layoutHash({ regions, stateLength }: Program): string {
  const places = [...regions].flatMap(([name, { offset, rows, columns, stride, bits = 32 }]) =>
    offset < stateLength ? [[name, offset, rows, columns, stride, bits]] : [],
  );
  return createHash('sha256')
    .update(JSON.stringify([stateLength, places]))
    .digest('hex')
    .slice(0, 16);
}
