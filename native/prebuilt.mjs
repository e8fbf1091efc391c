/** Prebuilt addons: prebuilds/<platform>-<arch>/ganglion.node in the package, made by prebuild.mjs; those for Linux need glibc. */
import fs from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

export const prebuiltFor = (platform, arch) => path.join(root, 'prebuilds', `${platform}-${arch}`, 'ganglion.node');

/** Whether this Node stands on musl: the loader that an executable asks for is named in its first page. */
function onMusl() {
  if (process.platform !== 'linux') return false;
  const page = Buffer.alloc(4096);
  const file = fs.openSync(process.execPath);
  try {
    fs.readSync(file, page);
  } finally {
    fs.closeSync(file);
  }
  return page.includes('/ld-musl-');
}

/** The file for this Node, or undefined. A binary for another libc must not be tried: it may load and then crash. */
export function prebuilt() {
  const file = prebuiltFor(process.platform, process.arch);
  return fs.existsSync(file) && !onMusl() ? file : undefined;
}
