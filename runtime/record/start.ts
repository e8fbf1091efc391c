import { raise } from '../errors.ts';
import { allocate, createArena } from '../program/arena.ts';
import type { Executable } from '../program/program.ts';

/** The state that a run begins with, as bytes; undefined where it is the initial one of its description, which says it all. */
export function startState({ arena, program, settle }: Executable): Uint8Array | undefined {
  settle();
  const initial = createArena(program.regions, program.length, allocate);
  program.initialize(initial);
  for (let word = 0; word < program.stateLength; word++) {
    if (initial.words[word] !== arena.words[word]) return new Uint8Array(arena.words.slice(0, program.stateLength).buffer);
  }
  return undefined;
}

/** Puts such bytes back. The words lie in them as in memory, little-endian as every machine that this runs on. */
export function restoreStart({ arena, program, settle }: Executable, bytes: Uint8Array): void {
  if (bytes.length !== 4 * program.stateLength) {
    raise('ERR_SHAPE', {
      path: 'state',
      what: 'a state',
      expected: 4 * program.stateLength,
      value: bytes.length,
      remedy: 'use the state of this very network',
    });
  }
  settle();
  arena.words.set(new Uint32Array(Uint8Array.from(bytes).buffer));
}
