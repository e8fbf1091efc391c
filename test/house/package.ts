/** The rules of the package itself; each function returns what breaks its rule, one line each. */
import fs from 'node:fs';
import path from 'node:path';
import { filesIn, folders } from './sources.ts';

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { optional?: boolean }>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<Record<string, { resolved?: string; hasInstallScript?: boolean }>>;
}

/** A lock file that names a host ties everyone to that host. */
export function hostsIn(lock: Lock): string[] {
  return Object.entries(lock.packages).flatMap(([name, { resolved }]) => (resolved === undefined ? [] : [`${name}: ${resolved}`]));
}

/** Each package that wants to run a script at install time is allowed or denied by name, so that npm has nothing to ask. */
export function unreviewedScripts(manifest: Manifest, lock: Lock): string[] {
  const wanting = Object.entries(lock.packages).filter(([place, { hasInstallScript }]) => place !== '' && hasInstallScript === true);
  return wanting.map(([place]) => place.split('node_modules/').at(-1) as string).filter((name) => !(name in manifest.allowScripts));
}

const code = /\.([cm]?[jt]sx?|cc|cpp|c|h|hpp|inc|py|sh|ps1)$/;
/** What the tools make. */
const generated: readonly string[] = ['node_modules', 'dist', 'build', 'prebuilds', '.git'];
/** Tools look for these where they stand. */
const exempt = ['.dependency-cruiser.cjs', '.ci/run'];

/** Code outside the six folders: by its name, or by a `#!` at its start. */
export function strayCode(root: string): string[] {
  const entries = fs.readdirSync(root, { withFileTypes: true });
  const elsewhere = entries.filter(({ name }) => !(folders as readonly string[]).includes(name) && !generated.includes(name));
  const files = elsewhere.flatMap((entry) => (entry.isDirectory() ? filesIn(root, entry.name) : [entry.name]));
  const isCode = (file: string): boolean => code.test(file) || fs.readFileSync(path.join(root, file), 'latin1').startsWith('#!');
  return files.filter((file) => !exempt.includes(file) && isCode(file));
}

/** The packages a source imports: `from`, `import()`, `require()`, and the side-effect form. */
export function importedPackages(text: string): string[] {
  const specifiers = text.matchAll(/(?:\bfrom|\bimport\(|\brequire\(|\brequire\.resolve\(|\bimport)\s*\\?['"]([^'"\\]+)\\?['"]/g);
  const names = [...specifiers].map((match) => match[1]).filter((specifier) => !/^(\.|node:)/.test(specifier));
  return names.map((specifier) => (specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]));
}

/** Packages used as commands: each must stand in a script of package.json. */
const commands: Readonly<Record<string, RegExp>> = { typescript: /\btsc\b/, '@biomejs/biome': /\bbiome\b/ };

/** Declared packages that nothing imports and no script runs; types count with the package they describe. */
export function unusedPackages(manifest: Manifest, texts: readonly string[]): string[] {
  const used = new Set(['node', ...texts.flatMap(importedPackages)]);
  const scripts = Object.values(manifest.scripts).join('\n');
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  return declared.filter((name) => !(commands[name]?.test(scripts) ?? used.has(name.replace('@types/', ''))));
}
