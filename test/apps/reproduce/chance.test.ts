import test from 'ava';
import { chance } from '../../../apps/reproduce/chance.ts';

test('draws are those of the seed and the name, in a row', (t) => {
  const drawn = (seed: number, name: string): number[] => {
    const { below } = chance(seed, name);
    return Array.from({ length: 50 }, () => below(10));
  };
  t.deepEqual(drawn(1, 'a'), drawn(1, 'a'));
  t.notDeepEqual(drawn(1, 'a'), drawn(2, 'a'));
  t.notDeepEqual(drawn(1, 'a'), drawn(1, 'b'));
  t.is(new Set(drawn(1, 'a')).size, 10);
});

test('a shuffled list has the same items, each in every place equally often', (t) => {
  const draw = chance(1, 'shuffled');
  const items = [0, 1, 2, 3];
  const counts = items.map(() => items.map(() => 0));
  for (let k = 0; k < 4000; k++) {
    const shuffled = draw.shuffled(items);
    t.deepEqual([...shuffled].sort(), items);
    for (const [place, item] of shuffled.entries()) counts[item]![place]!++;
  }
  t.deepEqual(items, [0, 1, 2, 3]);
  // Five deviations of a count of 1,000 ± 27.
  for (const row of counts) for (const count of row) t.true(Math.abs(count - 1000) < 137, `${count}`);
});
