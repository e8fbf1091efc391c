import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledData } from '../../data.ts';
import type { Player } from '../../player.ts';

export const KEYS = 88;
const LOWEST_PITCH = 21;
/** Steps of the longest piece, 145, less the last, which only is a target. */
export const LONGEST = 144;

/** A piece: the sounding keys of each quarter note. */
export type Piece = readonly (readonly number[])[];

export interface Chorales {
  readonly train: readonly Piece[];
  readonly valid: readonly Piece[];
  readonly test: readonly Piece[];
}

export const loadChorales = (): Chorales =>
  JSON.parse(readFileSync(join(bundledData, 'jsb-chorales/jsb-quarter.json'), 'utf8')) as Chorales;

function chord(keys: readonly number[], into: Float32Array): Float32Array {
  into.fill(0);
  for (const pitch of keys) into[pitch - LOWEST_PITCH] = 1;
  return into;
}

/** Writes a piece: each chord in, the next one as its target. Returns its ticks. */
export function write(to: Player, piece: Piece, teaches: boolean): number {
  const row = new Float32Array(KEYS);
  const ticks = piece.length - 1;
  for (let t = 0; t < ticks; t++) {
    to.write('keys.input', t, chord(piece[t]!, row));
    if (!teaches) continue;
    to.write('out.target', t, chord(piece[t + 1]!, row));
    to.write('out.importance', t, [1]);
  }
  return ticks;
}

/** Negative log likelihood in nats of what was played, summed over keys and ticks. */
export function loss(of: Player, piece: Piece): number {
  const row = new Float32Array(KEYS);
  let sum = 0;
  for (let t = 0; t + 1 < piece.length; t++) {
    chord(piece[t + 1]!, row);
    for (let k = 0; k < KEYS; k++) {
      const p = of.read('out.output', t, k);
      // A float32 probability of 0 or 1 stands for one that is nearer to it than 2⁻²⁴.
      sum -= Math.log(Math.max(2 ** -24, row[k] === 1 ? p : 1 - p));
    }
  }
  return sum;
}
