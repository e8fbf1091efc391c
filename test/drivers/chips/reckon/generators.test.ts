import test from 'ava';
import fc from 'fast-check';
import { after7, draw7, draw15, seed7, seed15, WordGenerator } from '../../../../drivers/chips/reckon/generators.ts';

/** s[n] = s[n−a] ⊕ s[n−L], bit by bit, from a seed whose bit i stands at `position(i)`. */
function sequence(lag: number, length: number, seed: number, position: (bit: number) => number): (n: number) => number {
  const s = new Map<number, number>();
  for (let bit = 0; bit < length; bit++) s.set(position(bit), (seed >>> bit) & 1);
  let made = Math.max(...s.keys());
  return (n) => {
    while (made < n) {
      made++;
      s.set(made, s.get(made - lag)! ^ s.get(made - length)!);
    }
    return s.get(n)!;
  };
}

const wide = [
  { name: 'input and recurrent weights', lag: 3, length: 25, words: 16, ahead: 3 },
  { name: 'output weights', lag: 1, length: 22, words: 14, ahead: 1 },
  { name: 'noise', lag: 3, length: 17, words: 1, ahead: 3 },
];

for (const { name, lag, length, words, ahead } of wide) {
  test(`32 bits at once are the sequence: ${name}`, (t) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** length - 1 }), (seed) => {
        const generator = new WordGenerator(lag, length, words, ahead, seed);
        const bit = sequence(lag, length, seed, (i) => (i < ahead ? i : i - length));
        // Over several turns of the buffer.
        for (let drawn = 0; drawn < 150; drawn++) {
          const at = generator.draw();
          for (let n = 0; n < 32 * words; n++)
            if (((generator.bits[at + (n >> 5)]! >>> (n & 31)) & 1) !== bit(drawn * 32 * words + n)) return false;
        }
        return true;
      }),
      { numRuns: 10, seed: 1 },
    );
    const [one, other] = [3, 4].map((a) => sequence(a, length, 0x1357, (i) => i - length));
    t.true(
      Array.from({ length: 200 }, (_, n) => n).some((n) => one!(n) !== other!(n)),
      'another lag is another sequence',
    );
  });
}

test('15 and 7 bits at once are the sequence', (t) => {
  const positions = [0, -14, -7, -13, -6, -12, -5, -11, -4, -10, -3, -9, -2, -8, -1];
  for (let seed = 1; seed < 2 ** 15; seed += 371) {
    const long = sequence(1, 15, seed, (i) => (i === 0 ? 0 : i - 15));
    const short = sequence(1, 15, seed, (i) => positions[i]!);
    let [state15, state7] = [seed15(seed), seed7(seed)];
    for (let drawn = 0; drawn < 40; drawn++) {
      state15 = draw15(state15);
      const bits = draw7(state7);
      state7 = after7(state7, bits);
      for (let n = 0; n < 15; n++) t.is((state15 >> n) & 1, long(15 * drawn + n));
      for (let n = 0; n < 7; n++) t.is((bits >> n) & 1, short(7 * drawn + n));
    }
  }
});
