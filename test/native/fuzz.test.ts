import { createRequire } from 'node:module';
import test from 'ava';
import { nativeInfo } from '../../native/index.ts';
import { encodeOp, opNames } from '../../runtime/program/ops.ts';
import { nativeTargets } from './backends.ts';
import { generator, palettes, TICKS } from './layout.ts';
import { opProgram } from './op-cases.ts';

const MUTATIONS = 20_000;
const native = nativeTargets().length === 0 ? test.skip : test;

interface Program {
  run(ticks: number): number;
  dispose(): void;
}

interface Addon {
  readonly NativeProgram: new (
    floats: Float32Array,
    ops: Uint32Array[],
    topology: Uint32Array,
    schedule: Uint32Array,
    target: string,
  ) => Program;
  alignment(bytes: Uint8Array): number;
}

/** Guards around the arena: a stray write that does not crash is found here. */
const GUARD = 1024;
const PATTERN = 0xdeadbeef;

native(`${MUTATIONS} corrupted programs are refused or run inside the arena`, (t) => {
  const info = nativeInfo();
  if ('reason' in info) return t.fail(info.reason);
  const addon = createRequire(import.meta.url)(info.file) as Addon;
  const random = generator(2024);
  const below = (bound: number): number => Math.floor(random() * bound);
  const odd = [0, 1, 2, 3, 15, 16, 17, 255, 2 ** 16, 2 ** 24, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 16, 2 ** 32 - 2, 2 ** 32 - 1];
  const mutate = (words: Uint32Array): void => {
    if (words.length === 0) return;
    const at = below(words.length);
    const kind = below(4);
    if (kind === 0) words[at]! ^= 1 << below(32);
    else if (kind === 1) words[at] = odd[below(odd.length)]!;
    else if (kind === 2) words[at] = words[at]! + below(65) - 32;
    else words[at] = words[below(words.length)]!;
  };

  let accepted = 0;
  const outcomes = { refused: 0 };
  for (let round = 0; round < MUTATIONS; round++) {
    const name = opNames[round % opNames.length]!;
    const source = opProgram(name, 1 + below(20), 1 + below(20), palettes[below(palettes.length)]!, round);
    // The topology lies first among what is mutated, then the op with its code, then the schedule.
    const ops = Uint32Array.from(encodeOp(source.ops.forward[0]!));
    const topology = source.topology.slice();
    const schedule = Uint32Array.of(source.eventTape.offset, TICKS, below(3), below(4), below(3), 1 + below(3));
    for (let times = 1 + below(2); times > 0; times--) mutate([ops, ops, ops, topology, schedule][below(5)]!);
    const cut = random() < 0.05 ? ops.subarray(0, below(ops.length)) : ops;

    const buffer = new SharedArrayBuffer((source.length + 2 * GUARD) * 4 + 64);
    const start = GUARD * 4 + addon.alignment(new Uint8Array(buffer, GUARD * 4));
    const floats = new Float32Array(buffer, start, source.length);
    const words = new Uint32Array(buffer, start, source.length);
    const all = new Uint32Array(buffer);
    all.fill(PATTERN);
    for (let k = 0; k < words.length; k++) words[k] = random() < 0.5 ? below(2 ** 32) : below(8);
    try {
      const none = new Uint32Array();
      // forward, learn, handover, backward, fold, label, update, guard, reset
      const phases = [cut, none, random() < 0.5 ? cut : none, random() < 0.5 ? cut : none, cut, none, cut, none, none];
      const program = new addon.NativeProgram(floats, phases, topology, schedule, info.supported[round % info.supported.length]!);
      program.run(Math.min(TICKS, schedule[1]!));
      program.dispose();
      accepted++;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      outcomes.refused++;
    }
    const first = start / 4;
    for (let k = 0; k < first; k++)
      if (all[k] !== PATTERN) return t.fail(`${name}: wrote word ${k - first} before the arena (round ${round})`);
    for (let k = first + source.length; k < all.length; k++)
      if (all[k] !== PATTERN) return t.fail(`${name}: wrote behind the arena (round ${round})`);
  }
  t.log(`${accepted} accepted, ${outcomes.refused} refused`);
  t.true(accepted > MUTATIONS / 20 && outcomes.refused > MUTATIONS / 20, 'both paths are tried');
});

native('an arena that begins off a line, or is less than one, is refused', (t) => {
  const info = nativeInfo();
  if ('reason' in info) return t.fail(info.reason);
  const addon = createRequire(import.meta.url)(info.file) as Addon;
  const none = new Uint32Array();
  const buffer = new SharedArrayBuffer(4096);
  const start = addon.alignment(new Uint8Array(buffer));
  const load = (offset: number, length: number) => () =>
    new addon.NativeProgram(
      new Float32Array(buffer, offset, length),
      Array(9).fill(none),
      none,
      Uint32Array.of(16, 2, 1, 0, 1, 1),
      '',
    ).dispose();
  t.notThrows(load(start, 64));
  for (const offset of [4, 8, 16, 32]) t.throws(load(start + offset, 64), { message: /64-byte line/ });
  t.throws(load(start, 15), { message: /at least one line/ });
  t.throws(load(start, 16), { message: /event tape/ });
});

native('arguments of the wrong kind are refused', (t) => {
  const info = nativeInfo();
  if ('reason' in info) return t.fail(info.reason);
  const { NativeProgram } = createRequire(import.meta.url)(info.file) as { NativeProgram: new (...values: unknown[]) => unknown };
  const [floats, words] = [new Float32Array(new SharedArrayBuffer(4096)), new Uint32Array(5)];
  const phases = Array.from({ length: 9 }, () => new Uint32Array());
  for (const values of [
    [],
    [floats],
    [floats, phases, words],
    [words, phases, words, words, ''],
    [floats, phases.slice(1), words, words, ''],
    [floats, [1, 2, 3, 4, 5, 6, 7, 8], words, words, ''],
    [floats, phases, words, floats, ''],
    [floats, phases, words, words, 7],
    [floats, phases, words, new Uint32Array(4), ''],
  ]) {
    t.throws(() => new NativeProgram(...values), { instanceOf: RangeError });
  }
});
