import test from 'ava';
import { header } from '../../runtime/program/arena.ts';
import { opNames } from '../../runtime/program/ops.ts';
import type { Program } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { nativeTargets } from '../native/backends.ts';
import { TICKS } from '../native/layout.ts';
import { coveredOps, opPrograms } from '../native/op-cases.ts';
import { wordsAfter } from './outcomes.ts';

const targets = nativeTargets();

/** Words of the header that move by themselves. */
const counters: readonly number[] = [header.tick, header.sinceUpdate, header.sinceFold];

const firstDifference = (a: Uint32Array, b: Uint32Array): number => a.findIndex((word, k) => word !== b[k]);

test('every op of the table has a case', (t) => {
  t.deepEqual([...coveredOps].sort(), [...opNames].sort());
});

for (const name of opNames) {
  test(`${name} has the bits of the reference on every target`, (t) => {
    let changed = 0;
    for (const { program, place } of opPrograms(name)) {
      const expected = wordsAfter(referenceBackend, program, TICKS);
      const before = wordsAfter(referenceBackend, program, 0);
      if (expected.some((word, k) => !counters.includes(k) && word !== before[k])) changed++;
      for (const backend of targets) {
        const at = firstDifference(expected, wordsAfter(backend, program, TICKS));
        if (at >= 0) t.fail(`${name} on ${backend.target} at ${place}: ${wordOf(program, at)} differs`);
      }
    }
    t.true(changed > 0, 'the op must write something, else nothing was compared');
  });
}

function wordOf(program: Program, at: number): string {
  const region = [...program.regions.values()].find(({ offset, length }) => at >= offset && at < offset + length);
  return `word ${at - (region?.offset ?? 0)} of ${region?.name ?? 'the header'}`;
}
