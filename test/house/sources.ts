/** The house's own files, found on disk: what the checks measure themselves against. */
import fs from 'node:fs';
import path from 'node:path';

/** Code may stand only under these. */
export const folders = ['runtime', 'drivers', 'firmware-bridge', 'native', 'apps', 'test'] as const;

/** Every file below `root`/`folder`, as paths from `root` with forward slashes; none when the folder is missing. */
export function filesIn(root: string, folder: string): string[] {
  const top = path.join(root, folder);
  if (!fs.existsSync(top)) return [];
  const entries = fs.readdirSync(top, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return files.map((file) => path.relative(root, file).replaceAll(path.sep, '/')).sort();
}

/** The TypeScript sources of the six folders. */
export function typescriptSources(root: string): string[] {
  return folders.flatMap((folder) => filesIn(root, folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}

/** Where tsc puts a source: dist/ may also hold the output of files that are gone, so always start from the source. */
export function built(root: string, source: string): string {
  return path.join(root, 'dist', source.replace(/\.ts$/, '.js'));
}
