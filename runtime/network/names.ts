import { raise } from '../errors.ts';
import type { Network, Population } from './network.ts';
import { print, printNames } from './plain.ts';

/** The field of that name, and nothing that every object inherits. */
export const named = <T>(fields: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;

/** The population of that name, or a refusal of `path`. */
export function populationNamed(network: Network, path: string, name: string): Population {
  const found = named(network.populations, name);
  if (found === undefined) raise('ERR_UNKNOWN_NAME', { path, value: print(name), known: printNames(Object.keys(network.populations)) });
  return found;
}
