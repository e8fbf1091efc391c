/** A short run; the long one is `node dist/test/deep/fuzz.js`. */
import test from 'ava';
import fc from 'fast-check';
import { fuzz, targets } from './fuzz.ts';
import type { Target } from './target.ts';

const CASES = 1500;

for (const target of targets) {
  test(`${target.name}: whatever comes ends in a value or in a refusal, in time and memory that its size bounds`, (t) => {
    const { taken, refused, slowest } = fuzz(target, CASES, 11);
    t.log(`${taken} taken, ${refused} refused, the slowest at ${slowest.toFixed(1)} times the time of good bytes`);
    t.true(taken > CASES / 50 && refused > CASES / 50, 'both ends are reached');
  });
}

/** Parsers with a mistake each, at a byte that is rarely what it has to be. */
const kept: unknown[] = [];
const bad = (mistake: () => void): Target<number> => ({
  name: 'bad',
  share: 1,
  cases: fc.nat(500),
  whole: 0,
  size: () => 1,
  read(input) {
    if (input === 77) mistake();
    return true;
  },
});

test('negative control: a crash, a slow case and one that asks for much memory are found', (t) => {
  const spin = (): void => {
    for (let k = 0; k < 3e6; k++) kept[0] = k;
  };
  t.throws(
    () =>
      fuzz(
        bad(() => Reflect.get(undefined as never, 'x')),
        CASES,
        1,
      ),
    { message: /Counterexample: \[77\]/ },
  );
  t.throws(() => fuzz(bad(spin), CASES, 1), { message: /times the time/ });
  t.throws(
    () =>
      fuzz(
        bad(() => (kept[1] = new ArrayBuffer(2 ** 28))),
        CASES,
        1,
      ),
    { message: /bytes of memory/ },
  );
  kept.length = 0;
});
