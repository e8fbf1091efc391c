import { dirname, resolve } from 'node:path';
import { compile, type Network, type Program } from '../../runtime/index.ts';
import { appNamed, apps } from './apps.ts';
import { readJson, readRegular } from './files.ts';
import { UsageError } from './usage.ts';

/** A description, and the way to its program. */
export interface Described {
  readonly network: Network;
  compile(): Program;
}

/** The network of an app or the description in a file. */
export async function described(name: string, seed: number): Promise<Described> {
  const app = appNamed(name);
  const isFile = app === undefined && name.endsWith('.json');
  if (app === undefined && !isFile)
    throw new UsageError(`there is no app '${name}'`, `apps are ${Object.keys(apps).join(', ')}; a description is a .json file`);
  const network =
    app !== undefined
      ? (await app.load()).network(seed)
      : readJson<Network>(name, `name a file, or an app: ${Object.keys(apps).join(', ')}`);
  const base = isFile ? dirname(resolve(name)) : process.cwd();
  return { network, compile: () => compile(network, { readFile: (path) => readRegular(resolve(base, path)) }) };
}
