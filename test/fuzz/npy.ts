import fc from 'fast-check';
import { parseNpy } from '../../runtime/network/npy.ts';
import { refusal } from '../runtime/network/refusal.ts';
import { npy } from '../runtime/network/write-npy.ts';
import { editedBy, type Spoiled, spoiled, type Target } from './target.ts';

const whole = npy([0, -1.5, 2 ** -40, 3e38, 0.1, -0], { shape: '(2, 3)', version: 2 });
const HEADER_AT = 12;

/** Shapes of pieces of shapes, of which one may be long. */
const shape = fc.array(
  fc.tuple(
    fc.constantFrom('1', '23', ' ', ',', '(', ')', 'x', '-', "'shape':("),
    fc.oneof({ weight: 30, arbitrary: fc.integer({ min: 1, max: 3 }) }, { weight: 1, arbitrary: fc.constantFrom(256, 16_384) }),
  ),
  { maxLength: 6 },
);
type Shape = readonly (readonly [string, number])[];

/** The bytes, with the length of the header made right where that is asked for. */
function spoil({ edits, mended }: Spoiled): Uint8Array {
  const bytes = editedBy(whole, edits);
  const end = bytes.lastIndexOf(10);
  if (mended && bytes.length >= HEADER_AT && end > HEADER_AT) new DataView(bytes.buffer).setUint32(8, end + 1 - HEADER_AT, true);
  return bytes;
}

type Case = Spoiled | Shape;

const bytesOf = (input: Case): Uint8Array =>
  'edits' in input ? spoil(input) : npy([1, 2, 3], { shape: `(${input.map(([text, times]) => text.repeat(times)).join('')})` });

export const arrays: Target<Case> = {
  name: 'npy',
  share: 0.3,
  cases: fc.oneof({ weight: 3, arbitrary: spoiled }, { weight: 1, arbitrary: shape }),
  whole: { edits: [], mended: true },
  size: (input) => bytesOf(input).length,
  read: (input) => refusal(() => parseNpy(bytesOf(input), 'w.npy')) === undefined,
};
