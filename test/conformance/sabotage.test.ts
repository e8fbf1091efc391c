/** What `verify` would not notice in a compiled program, which must be nothing: an op that is missing, a number that is 2 % wrong, a delay that is 0. */
import test from 'ava';
import { sections } from '../../apps/verify/sections.ts';
import { fastestBackend, nativeBackend } from '../../native/index.ts';
import { type Backend, type Op, opTable, type Phase, type Program, phases } from '../../runtime/index.ts';

const built = nativeBackend();
/** Hundreds of runs: for the native backend only. A contributor without a compiler may test the rest; CI may not. */
const fast = fastestBackend();
const many = 'backend' in built || process.env['CI'] !== undefined ? test : test.skip;

/** The chain without its float64 part, which has a test of its own. */
const compiled = (backend: Backend) => sections(backend).slice(1);

/** What an op has that can be damaged, by name. */
type Parts = (phase: Phase, op: Op) => readonly string[];

/** The sections in whose programs each part occurs, those that take least time first: elsewhere it cannot be missed. */
function occurrences(parts: Parts): Map<string, number[]> {
  const found = new Map<string, Set<number>>();
  let section = 0;
  const spy: Backend = {
    ...fast,
    load(program) {
      for (const phase of phases) {
        for (const op of program.ops[phase]) {
          for (const part of parts(phase, op)) found.set(part, (found.get(part) ?? new Set()).add(section));
        }
      }
      return fast.load(program);
    },
  };
  const seconds = compiled(spy).map(({ rows }, index) => {
    section = index;
    const started = performance.now();
    rows();
    return performance.now() - started;
  });
  return new Map([...found].map(([part, where]) => [part, [...where].sort((a, b) => seconds[a]! - seconds[b]!)]));
}

/** Whether a row of these sections falls when every program is changed before it is loaded. */
function falls(where: readonly number[], phase: Phase, change: (list: readonly Op[]) => readonly Op[]): boolean {
  const damaged = (program: Program): Program => ({ ...program, ops: { ...program.ops, [phase]: change(program.ops[phase]) } });
  const chain = compiled({ ...fast, load: (program) => fast.load(damaged(program)) });
  return where.some((index) => chain[index]!.rows().some((row) => !row.pass));
}

many('no op can be left out of a phase unnoticed', (t) => {
  // A guard raises a flag and computes nothing.
  const found = occurrences((phase, op) => (op.name === 'guard' ? [] : [`${phase} ${op.name}`]));
  t.true(found.size > 50);
  for (const [part, where] of found) {
    const [phase, name] = part.split(' ') as [Phase, string];
    t.true(
      falls(where, phase, (list) => list.filter((op) => op.name !== name)),
      part,
    );
  }
});

many('no number of an op can be 2 % larger and no delay missing unnoticed', (t) => {
  const found = occurrences((phase, op) =>
    Object.entries(opTable[op.name].operands)
      .filter(([operand, kind]) => kind === 'scalar' || kind === 'double' || operand === 'delay')
      // Two percent of 0 is 0, and so is no delay.
      .filter(([operand]) => (op.operands as Record<string, unknown>)[operand] !== 0)
      .map(([operand]) => `${phase} ${op.name} ${operand}`),
  );
  t.true(found.size > 40);
  for (const [part, where] of found) {
    const [phase, name, operand] = part.split(' ') as [Phase, string, string];
    const larger = (value: number) => (operand === 'delay' ? 0 : 1.02 * value);
    const change = (op: Op): Op => {
      if (op.name !== name) return op;
      const operands = op.operands as Record<string, unknown>;
      return { ...op, operands: { ...operands, [operand]: larger(operands[operand] as number) } } as Op;
    };
    t.true(
      falls(where, phase, (list) => list.map(change)),
      part,
    );
  }
});
