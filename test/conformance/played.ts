import type { Learning } from '../../runtime/network/network.ts';
import type { Backend, Executable, Program } from '../../runtime/program/program.ts';
import { generator } from '../native/layout.ts';
import { FRAME, fillTapes } from './variants.ts';

/** Weights act a block later than they are learned. */
export const later: Learning = { block: 8, update: { ticks: 8 }, updateDelay: 1, episode: 'carry' };

/** Runs on drawn inputs; `quiet` is without labels and ends of episodes, so that blocks are whole. */
export function run(executable: Executable, ticks: number, tape: () => number, quiet = true): void {
  for (let done = 0; done < ticks; done += FRAME) {
    fillTapes(executable, tape);
    if (quiet) executable.arena.view('events').fill(0);
    executable.run(Math.min(FRAME, ticks - done));
  }
}

export function played(backend: Backend, program: Program, ticks: number, quiet = true): Executable {
  const executable = backend.load(program);
  run(executable, ticks, generator(7), quiet);
  return executable;
}
