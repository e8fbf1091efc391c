import { dirname, resolve } from 'node:path';
import { compile, type Network, type Program } from '../../runtime/index.ts';
import { appNamed, apps } from './apps.ts';
import { readJson, readRegular } from './files.ts';
import { UsageError } from './usage.ts';

/** The program of an app's network or of a description in a file, and that description. */
export async function programOf(name: string, seed: number): Promise<{ readonly network: Network; readonly program: Program }> {
  const app = appNamed(name);
  const isFile = app === undefined && name.endsWith('.json');
  if (app === undefined && !isFile)
    throw new UsageError(`there is no app '${name}'`, `apps are ${Object.keys(apps).join(', ')}; a description is a .json file`);
  const network =
    app !== undefined
      ? (await app.load()).network(seed)
      : readJson<Network>(name, `name a file, or an app: ${Object.keys(apps).join(', ')}`);
  const base = isFile ? dirname(resolve(name)) : process.cwd();
  return { network, program: compile(network, { readFile: (path) => readRegular(resolve(base, path)) }) };
}
