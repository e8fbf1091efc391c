import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const BUILT = /\.(js|js\.map|d\.ts|d\.ts\.map)$/;

/** Files of `folder`/dist whose source is not there; paths from dist. */
export function stale(folder: string): string[] {
  const dist = join(folder, 'dist');
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && BUILT.test(entry.name))
    .map(({ parentPath, name }) => relative(dist, join(parentPath, name)))
    .filter((file) => !existsSync(join(folder, file.replace(BUILT, '.ts'))));
}
