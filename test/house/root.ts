import { fileURLToPath } from 'node:url';

/** The root of the package, found by its own name: the same from a source file, from dist/ and where the package is installed. */
export const root = fileURLToPath(new URL('.', import.meta.resolve('ganglion/package.json')));
