/**
 * Makes the addons that the package carries, one for each processor: `npm pack` and `npm publish` run it before they pack (`prepack`).
 *
 *   node native/prebuild.mjs [ARCH …]     default x64 arm64
 *
 * Each is built on Linux with the cross compiler of its processor (CXX of Debian's g++-<triplet>), with libstdc++ inside and without symbols: it needs
 * glibc 2.34 (Debian 12, Ubuntu 22.04, RHEL 9) and any Node that the package runs on. One that cannot be made here is left out, with a line that says so: the
 * package then builds it where it is installed. GANGLION_NATIVE=require, as `npm publish` sets it, makes that an error.
 */
import fs from 'node:fs';
import path from 'node:path';
import { build, root, Unavailable } from './build.mjs';
import { prebuiltFor } from './prebuilt.mjs';

const triplets = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const LDFLAGS = '-static-libstdc++ -Wl,--exclude-libs,ALL -Wl,--gc-sections -Wl,-s';

/** A folder of its own, so that the addon in build/Release stays as it is; what is compiled there already is not compiled again. */
function folderFor(arch) {
  const folder = path.join(root, 'build', 'prebuild', arch);
  const made = path.join(root, 'build');
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(folder, { recursive: true });
    if (arch === process.arch && fs.existsSync(path.join(made, 'Release'))) {
      const entries = fs.readdirSync(made).filter((name) => name !== 'prebuild');
      for (const name of entries)
        fs.cpSync(path.join(made, name), path.join(folder, 'build', name), { recursive: true, preserveTimestamps: true });
    }
    for (const name of ['binding.gyp', 'native']) fs.symlinkSync(path.join('../../..', name), path.join(folder, name));
  }
  return folder;
}

function prebuild(arch) {
  const triplet = triplets[arch];
  if (process.platform !== 'linux' || triplet === undefined)
    throw new Unavailable(`${Object.keys(triplets).join(' or ')} required, made on Linux`, 'let it be built where it is installed');
  const tools = arch === process.arch ? {} : { CXX: `${triplet}-g++`, AR: `${triplet}-ar` };
  const made = build({ folder: folderFor(arch), arch, variables: { ...tools, LDFLAGS } });
  const file = prebuiltFor('linux', arch);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.copyFileSync(made, file);
  return file;
}

const asked = process.argv.slice(2);
for (const arch of asked.length > 0 ? asked : Object.keys(triplets)) {
  try {
    const file = prebuild(arch);
    process.stderr.write(`ganglion: ${path.relative(root, file)}, ${(fs.statSync(file).size / 1e6).toFixed(1)} MB\n`);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    if (process.env.GANGLION_NATIVE === 'require') process.exitCode = 1;
    process.stderr.write(`ganglion: no prebuilt addon for linux-${arch}: ${error.message}. Remedy: ${error.remedy}.\n`);
  }
}
