import { explain } from '../../runtime/index.ts';
import { described } from './program.ts';
import { parseSeed } from './run.ts';

/** `ganglion explain APP|FILE.json`: what runs, in order, with equations and memory. */
export async function explainCommand(name: string, flags: { readonly seed: string; readonly json?: boolean }): Promise<void> {
  const { compile } = await described(name, parseSeed(flags.seed));
  const program = compile();
  if (flags.json === true) {
    const { network, regions, ops, length, stateLength } = program;
    process.stdout.write(`${JSON.stringify({ network, words: length, stateWords: stateLength, regions: [...regions.values()], ops })}\n`);
  } else process.stdout.write(`${explain(program)}\n`);
}
