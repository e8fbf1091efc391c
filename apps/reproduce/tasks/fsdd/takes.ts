import { unpacked } from '../../data.ts';
import { BANDS } from './front-end.ts';

export const SPEAKERS = ['george', 'jackson', 'nicolas', 'theo', 'yweweler'];
export const DIGITS = 10;
/** Takes of a digit by a speaker. */
export const TAKES = 50;
/** The first takes are the test takes, as upstream has it. */
export const TEST_TAKES = 5;

/** One digit, spoken once. */
export interface Take {
  /** index into {@link SPEAKERS} */
  readonly speaker: number;
  readonly digit: number;
  readonly number: number;
  readonly frames: number;
  /** (frames, bands), 0 to 255 */
  readonly levels: Uint8Array;
}

/** Calls `each` for every take, in the order of the file: by speaker, digit and number. */
function everyTake<T>(each: (speaker: number, digit: number, number: number) => T): T[] {
  const all: T[] = [];
  for (let speaker = 0; speaker < SPEAKERS.length; speaker++)
    for (let digit = 0; digit < DIGITS; digit++) for (let number = 0; number < TAKES; number++) all.push(each(speaker, digit, number));
  return all;
}

/** The file of all takes: one byte a take, its frames; then the levels, take after take. */
export function encodeTakes(levelsOf: (speaker: number, digit: number, number: number) => Uint8Array): Uint8Array {
  const takes = everyTake(levelsOf);
  const frames = takes.map((levels) => levels.length / BANDS);
  const longest = Math.max(...frames);
  if (longest > 255) throw new RangeError(`takes of at most 255 frames required, got ${longest}`);
  return Buffer.concat([Uint8Array.from(frames), ...takes]);
}

/** The takes of a file made by {@link encodeTakes}. */
export function decodeTakes(bytes: Uint8Array): Take[] {
  const count = SPEAKERS.length * DIGITS * TAKES;
  const length = bytes.subarray(0, count).reduce((sum, frames) => sum + frames * BANDS, count);
  if (bytes.length !== length) throw new RangeError(`${count} takes of ${length} bytes required, got ${bytes.length}`);
  let [index, at] = [0, count];
  return everyTake((speaker, digit, number) => {
    const frames = bytes[index++]!;
    const begins = at;
    at += frames * BANDS;
    return { speaker, digit, number, frames, levels: bytes.subarray(begins, at) };
  });
}

/** All 2,500 takes of the Free Spoken Digit Dataset. */
export const loadTakes = (): Take[] => decodeTakes(unpacked('fsdd/takes.br'));
