/** Applies the rules of .dependency-cruiser.cjs to a source tree, and refuses to be content with less than the whole tree. */
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTypescript from 'dependency-cruiser/config-utl/extract-ts-config';
import { folders, typescriptSources } from './sources.ts';

export interface Cruise {
  /** How many of our own files were read. */
  readonly modules: number;
  /** One line each; empty means the rules hold. */
  readonly violations: readonly string[];
}

/**
 * With a compiler that dependency-cruiser does not know it reads nothing, finds nothing wrong and says so cheerfully. So every
 * TypeScript file on disk must have been read, and there must be at least `atLeast` of them.
 */
export async function cruiseImports(root: string, rules: string, tsconfig: string, atLeast: number): Promise<Cruise> {
  const sources = typescriptSources(root);
  const options = await extractOptions(rules);
  const present = folders.filter((folder) => sources.some((file) => file.startsWith(`${folder}/`)));
  const { output } = await cruise([...present], { ...options, baseDir: root, validate: true }, undefined, {
    tsConfig: extractTypescript(tsconfig),
  });
  const result = output as ICruiseResult;

  const read = new Set(result.modules.map((module) => module.source));
  const own = sources.filter((file) => read.has(file));
  const violations = result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  for (const file of sources)
    if (!read.has(file)) violations.push(`unread: ${file} was not cruised; is this TypeScript one that dependency-cruiser knows?`);
  if (own.length < atLeast) violations.push(`too-few: at least ${atLeast} modules must be cruised, got ${own.length}`);
  return { modules: own.length, violations: violations.sort() };
}
