import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { compile, explain, type Network, raise } from '../../runtime/index.ts';
import { appNamed, apps } from './apps.ts';
import { parseSeed } from './run.ts';
import { UsageError } from './usage.ts';

/** A pipe would be waited for without end, a device can have none. */
function readRegular(path: string): Buffer {
  if (!statSync(path).isFile()) throw new Error('it is not a regular file');
  return readFileSync(path);
}

function parse(path: string): Network {
  let text: string;
  try {
    text = readRegular(path).toString('utf8');
  } catch (cause) {
    throw new UsageError(
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      `name a file, or an app: ${Object.keys(apps).join(', ')}`,
    );
  }
  try {
    return JSON.parse(text) as Network;
  } catch (cause) {
    return raise('ERR_BAD_JSON', { path, value: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

/** `ganglion explain APP|FILE.json`: what runs, in order, with equations and memory. */
export async function explainCommand(name: string, flags: { readonly seed: string; readonly json?: boolean }): Promise<void> {
  const load = appNamed(name);
  const isFile = load === undefined && name.endsWith('.json');
  if (load === undefined && !isFile)
    throw new UsageError(`there is no app '${name}'`, `apps are ${Object.keys(apps).join(', ')}; a description is a .json file`);
  const network = load !== undefined ? (await load()).network(parseSeed(flags.seed)) : parse(name);
  const base = isFile ? dirname(resolve(name)) : process.cwd();
  const program = compile(network, { readFile: (path) => readRegular(resolve(base, path)) });
  if (flags.json === true) {
    const { regions, ops, length, stateLength } = program;
    process.stdout.write(`${JSON.stringify({ network, words: length, stateWords: stateLength, regions: [...regions.values()], ops })}\n`);
  } else process.stdout.write(`${explain(program)}\n`);
}
