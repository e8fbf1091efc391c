import { createHash } from 'node:crypto';
import { raise } from '../errors.ts';
import { encodeOp } from '../program/ops.ts';
import { type Executable, type Program, phases } from '../program/program.ts';
import { fieldsOf, reverseElements, type State, type Stateful } from './state.ts';

/** What a program makes of its memory: state words mean the same in two programs exactly when their layouts have one hash. */
export interface Layout {
  /** SHA-256 of the sizes, the regions (names, shapes, offsets), the ops of every phase with their operands, and the topology; hexadecimal */
  readonly hash: string;
  /** the description of the network, as JSON */
  readonly network: string;
  /** one line a region, and the sizes: what differs where the descriptions are equal and the hashes are not */
  readonly regions: readonly string[];
}

const bigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** Words as bytes, little-endian. */
function littleEndian(words: Uint32Array): Uint8Array {
  if (!bigEndian) return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const bytes = new Uint8Array(words.slice().buffer);
  reverseElements(bytes, 4);
  return bytes;
}

/** Typed arrays of a description become lists, as in its JSON. */
const plain = (_: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value);

export function layoutOf(program: Program): Layout {
  const { network, regions: table, stateLength, maxTicks, block, update, topology } = program;
  const regions = [
    `state of ${stateLength} words, frames of ${maxTicks} ticks, blocks of ${block}, update ${JSON.stringify(update)}`,
    ...Array.from(
      table.values(),
      ({ name, offset, rows, columns, stride, bits = 32 }) =>
        `${name} ${rows} × ${columns} of ${bits} bits, rows of ${stride}, at ${offset}`,
    ),
  ];
  const hash = createHash('sha256').update(regions.join('\n'));
  for (const phase of phases) {
    hash.update(`\n${phase}\n`);
    for (const op of program.ops[phase]) hash.update(littleEndian(Uint32Array.from(encodeOp(op))));
  }
  hash.update('\ntopology\n').update(littleEndian(topology));
  return { hash: hash.digest('hex'), network: JSON.stringify(network, plain), regions };
}

/** The first place where two plain values differ, and both values; undefined where they are equal. */
function difference(a: unknown, b: unknown, path: string): { path: string; saved: unknown; here: unknown } | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return { path, saved: a, here: b };
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      path === '' ? key : `${path}.${key}`,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 80) ?? String(value)));

/** Raises the first difference. Fields of a description in another order are none. */
function demandEqual(saved: Layout, here: Layout): void {
  let described: unknown;
  try {
    described = JSON.parse(saved.network);
  } catch (error) {
    raise('ERR_CHECKPOINT_STATE', { path: 'network', expected: 'JSON', value: String(error) });
  }
  const field = difference(described, JSON.parse(here.network), '');
  if (field !== undefined) {
    raise('ERR_CHECKPOINT_LAYOUT', { path: field.path === '' ? 'network' : field.path, saved: show(field.saved), here: show(field.here) });
  }
  const line = Array.from({ length: Math.max(saved.regions.length, here.regions.length) }, (_, k) => k).find(
    (k) => saved.regions[k] !== here.regions[k],
  );
  if (line !== undefined) {
    raise('ERR_CHECKPOINT_LAYOUT', { path: 'layout', saved: show(saved.regions[line]), here: show(here.regions[line]) });
  }
  if (saved.hash !== here.hash)
    raise('ERR_CHECKPOINT_LAYOUT', { path: 'ops', saved: saved.hash.slice(0, 16), here: here.hash.slice(0, 16) });
}

/**
 * The memory of an executable as it goes into a checkpoint: weights, membranes, traces, optimiser moments, delay lines, counters, half-filled blocks, all of
 * it, beside the layout that says what the words mean. `state` settles a learner beside the ticks and borrows the words; `restore` raises
 * ERR_CHECKPOINT_LAYOUT, naming the field of the description that differs, where the program is another one, and then changes nothing.
 */
export function memoryOf(executable: Executable): Stateful {
  const { arena, program } = executable;
  const here = layoutOf(program);
  const words = arena.words.subarray(0, program.stateLength);
  return {
    state() {
      executable.settle();
      return { layout: { ...here }, words };
    },
    restore(state: State) {
      const saved = fieldsOf(state, 'memory');
      const layout = fieldsOf(saved.any('layout'), 'memory.layout');
      demandEqual({ hash: layout.text('hash'), network: layout.text('network'), regions: layout.list('regions').map(String) }, here);
      executable.settle();
      saved.into('words', words);
    },
  };
}
