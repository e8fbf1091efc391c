import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { junit, runSuite, type Suite, tapHeader, tapLine } from '../../drivers/hil/index.ts';
import { demandWritable, writeAtomically } from './files.ts';
import { parseSeed } from './run.ts';
import { exitCode, UsageError } from './usage.ts';

export interface HilFlags {
  readonly junit?: string;
  readonly seed: string;
  readonly only?: string;
}

const isSuite = (value: unknown): value is Suite =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'cases' in value &&
  Array.isArray(value.cases) &&
  value.cases.length > 0;

async function suiteOf(file: string): Promise<Suite> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`${file} is not there`, 'name a module whose default export is a suite of ganglion/hil');
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${file} cannot be loaded: ${reason}`, 'a module of JavaScript is needed; compile TypeScript first');
  }
  if (!isSuite(module.default)) {
    throw new UsageError(
      `the default export of ${file} is no suite with cases`,
      "export default suite('name', device, { … }) of ganglion/hil",
    );
  }
  return module.default;
}

/** `ganglion hil FILE`: the cases of a suite on their device; TAP on stdout, JUnit in a file; exit code 1 when one fails. */
export async function hilCommand(file: string, flags: HilFlags): Promise<void> {
  const seed = parseSeed(flags.seed);
  if (flags.junit !== undefined) demandWritable('junit', flags.junit);
  const suite = await suiteOf(file);
  const only = flags.only ?? '';
  const count = suite.cases.filter(({ name }) => name.includes(only)).length;
  if (count === 0)
    throw new UsageError(`no case of ${suite.name} contains '${only}'`, `cases are: ${suite.cases.map(({ name }) => name).join('; ')}`);
  process.stdout.write(tapHeader(count));
  const done = await runSuite(suite, { seed, only, done: (result, index) => process.stdout.write(tapLine(result, index)) });
  if (flags.junit !== undefined) writeAtomically('junit', flags.junit, junit(done));
  process.exitCode = done.results.every(({ error }) => error === undefined) ? exitCode.ok : exitCode.failed;
}
