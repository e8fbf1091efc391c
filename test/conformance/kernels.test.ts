import test from 'ava';
import { header } from '../../runtime/program/arena.ts';
import { type OpName, opNames } from '../../runtime/program/ops.ts';
import type { Backend, Program } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { nativeTargets } from '../native/backends.ts';
import { palettes, TICKS } from '../native/layout.ts';
import { coveredOps, opProgram } from '../native/op-cases.ts';

const sizes = [1, 7, 15, 16, 17, 31, 33, 64, 65];
const targets = nativeTargets();

/** All words of the arena after a run. NaN bits are outside the contract: every NaN of a float region is written alike. */
function wordsAfter(backend: Backend, program: Program, ticks: number): Uint32Array {
  const executable = backend.load(program);
  if (ticks > 0) executable.run(ticks);
  const { floats, words } = executable.arena;
  const copy = words.slice();
  for (const { name, offset, length } of program.regions.values()) {
    if (name.startsWith('state')) continue;
    for (let k = offset; k < offset + length; k++) if (Number.isNaN(floats[k])) copy[k] = 0x7fc00000;
  }
  executable.dispose();
  return copy;
}

/** Words of the header that move by themselves. */
const counters: readonly number[] = [header.tick, header.sinceUpdate, header.sinceFold];

const firstDifference = (a: Uint32Array, b: Uint32Array): number => a.findIndex((word, k) => word !== b[k]);

test('every op of the table has a case', (t) => {
  t.deepEqual([...coveredOps].sort(), [...opNames].sort());
});

for (const [code, name] of opNames.entries()) {
  test(`${name} has the bits of the reference on every target`, (t) => {
    let changed = 0;
    for (const [index, n] of sizes.entries()) {
      const m = sizes[(index * 4 + code + 1) % sizes.length]!;
      for (const [seed, palette] of palettes.entries()) {
        const program = opProgram(name, n, m, palette, seed + index * 10);
        const expected = wordsAfter(referenceBackend, program, TICKS);
        const before = wordsAfter(referenceBackend, program, 0);
        if (expected.some((word, k) => !counters.includes(k) && word !== before[k])) changed++;
        for (const backend of targets) {
          const at = firstDifference(expected, wordsAfter(backend, program, TICKS));
          if (at >= 0) t.fail(differs(name, backend, program, n, m, palette, at));
        }
      }
    }
    t.true(changed > 0, 'the op must write something, else nothing was compared');
  });
}

function differs(name: OpName, { target }: Backend, program: Program, n: number, m: number, palette: string, at: number): string {
  const region = [...program.regions.values()].find(({ offset, length }) => at >= offset && at < offset + length);
  return `${name} on ${target} at n ${n}, m ${m}, ${palette}: word ${at - (region?.offset ?? 0)} of ${region?.name ?? 'the header'} differs`;
}
