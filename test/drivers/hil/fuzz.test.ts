import test from 'ava';
import { emulatedDevice } from '../../../drivers/hil/index.ts';
import { fuzz, judgeFuzz } from './fuzz.ts';

for (const [name, wide] of [
  ['CRC-32C', true],
  ['CRC-16', false],
] as const) {
  test(`a million fuzzed bytes under ${name}: no bad frame but by chance, no weight image that was not sent, outputs safe`, async (t) => {
    const found = await fuzz(emulatedDevice(), 1_000_000, wide, 11);
    judgeFuzz(found, wide);
    t.log(`${found.bad} bad frames, ${found.accepted} accepted (chance ${found.chance.toFixed(2)}), ${found.activated} images activated`);
    t.true(found.activated > 0, 'frames that were right do something');
  });
}

test('a receiver with no check would be noticed', (t) => {
  // The control: with one accepted frame the judgement falls.
  t.throws(() => judgeFuzz({ bytes: 1, bad: 5000, accepted: 1, chance: 0, good: 1, activated: 0, grown: 0, seconds: 1 }, true));
  t.throws(() => judgeFuzz({ bytes: 1, bad: 5000, accepted: 20, chance: 2, good: 1, activated: 0, grown: 0, seconds: 1 }, false));
});
