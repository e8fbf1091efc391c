/** What must be the same on every backend, instruction set and machine: the words that an op leaves, and where a network ends. */
import { fingerprint, tickOf, updatesOf } from '../../runtime/program/executable.ts';
import type { Backend, Executable, Program } from '../../runtime/program/program.ts';
import { generator } from '../native/layout.ts';
import { FRAME, fillTapes } from './variants.ts';

/** All words of the arena after a run. NaN bits are outside the contract: every NaN of a float region is written alike. */
export function wordsAfter(backend: Backend, program: Program, ticks: number): Uint32Array {
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

export interface Outcome {
  readonly state: string;
  readonly updates: number;
  readonly spikes: number;
}

/** A network driven by the tapes of all variants for at least `ticks` ticks, after `prepare` has had its way with the loaded program. */
export function outcome(backend: Backend, program: Program, ticks: number, prepare: (executable: Executable) => void = () => {}): Outcome {
  const executable = backend.load(program);
  prepare(executable);
  const random = generator(99);
  let spikes = 0;
  // Frames of every length up to a whole one: a frame's length must not matter either.
  for (let frame = 0; tickOf(executable) < ticks; frame++) {
    fillTapes(executable, random);
    const length = 1 + (frame % FRAME);
    if (executable.run(length) !== 0) throw new Error('the network blew up: choose gentler parameters');
    const counts = program.regions.get('hidden.spikeCount');
    if (counts !== undefined) for (let row = 0; row < length; row++) spikes += executable.arena.words[counts.offset + row]!;
  }
  const result = { state: fingerprint(executable), updates: updatesOf(executable), spikes };
  executable.dispose();
  return result;
}

/** Turns over the last bit of one recurrent weight: the least that a comparison must see. */
export function flipOneBit({ arena, program }: Executable): void {
  arena.words[program.regions.get('recurrent.weights')!.offset + 1]! ^= 1;
}
