import { dirname, resolve } from 'node:path';
import { compile, explain, type Network } from '../../runtime/index.ts';
import { appNamed, apps } from './apps.ts';
import { readJson, readRegular } from './files.ts';
import { parseSeed } from './run.ts';
import { UsageError } from './usage.ts';

/** `ganglion explain APP|FILE.json`: what runs, in order, with equations and memory. */
export async function explainCommand(name: string, flags: { readonly seed: string; readonly json?: boolean }): Promise<void> {
  const load = appNamed(name);
  const isFile = load === undefined && name.endsWith('.json');
  if (load === undefined && !isFile)
    throw new UsageError(`there is no app '${name}'`, `apps are ${Object.keys(apps).join(', ')}; a description is a .json file`);
  const network =
    load !== undefined
      ? (await load()).network(parseSeed(flags.seed))
      : readJson<Network>(name, `name a file, or an app: ${Object.keys(apps).join(', ')}`);
  const base = isFile ? dirname(resolve(name)) : process.cwd();
  const program = compile(network, { readFile: (path) => readRegular(resolve(base, path)) });
  if (flags.json === true) {
    const { regions, ops, length, stateLength } = program;
    process.stdout.write(`${JSON.stringify({ network, words: length, stateWords: stateLength, regions: [...regions.values()], ops })}\n`);
  } else process.stdout.write(`${explain(program)}\n`);
}
