import { explain } from '../../runtime/index.ts';
import { programOf } from './program.ts';
import { parseSeed } from './run.ts';

/** `ganglion explain APP|FILE.json`: what runs, in order, with equations and memory. */
export async function explainCommand(name: string, flags: { readonly seed: string; readonly json?: boolean }): Promise<void> {
  const { network, program } = await programOf(name, parseSeed(flags.seed));
  if (flags.json === true) {
    const { regions, ops, length, stateLength } = program;
    process.stdout.write(`${JSON.stringify({ network, words: length, stateWords: stateLength, regions: [...regions.values()], ops })}\n`);
  } else process.stdout.write(`${explain(program)}\n`);
}
