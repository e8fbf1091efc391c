/**
 * Builds binding.gyp with node-gyp against the headers of the running Node, or those of the package node-api-headers; nothing is downloaded.
 * Environment:
 *   GANGLION_HEADERS=package use the headers package even where Node has headers of its own
 *   CXX                      the compiler
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** The package. */
export const root = path.dirname(import.meta.dirname);
const require = createRequire(import.meta.url);

/** Where the addon stands in a folder that was built in, and what a failed build leaves there. */
export const addon = path.join('build', 'Release', 'ganglion.node');
export const log = path.join('build', 'install.log');

/** Why there is no native backend, and what to do about it. */
export class Unavailable extends Error {
  constructor(reason, remedy) {
    super(reason);
    this.remedy = remedy;
  }
}

const isFile = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

function onPath(command) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const suffix of suffixes) {
      const file = path.join(folder, command + suffix);
      if (folder !== '' && isFile(file)) return file;
    }
  }
  return undefined;
}

/** Loads an addon in a child process, so that a binary made for another libc or processor cannot take this one down. */
export function loads(file) {
  const test = `if (Object.keys(require(${JSON.stringify(path.resolve(file))})).length === 0) process.exit(1)`;
  return spawnSync(process.execPath, ['-e', test], { stdio: 'ignore' }).status === 0;
}

/** node-gyp: the one npm offers, an installed one, the one inside Node's own npm, the one on the PATH. */
function nodeGyp() {
  const offered = process.env.npm_config_node_gyp;
  if (offered !== undefined && isFile(offered)) return [process.execPath, offered];
  try {
    return [process.execPath, require.resolve('node-gyp/bin/node-gyp.js')];
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
  }
  const modules = process.platform === 'win32' ? 'node_modules' : 'lib/node_modules';
  const bundled = path.join(nodePrefix(), modules, 'npm/node_modules/node-gyp/bin/node-gyp.js');
  if (isFile(bundled)) return [process.execPath, bundled];
  const command = onPath('node-gyp');
  // npm puts a stand-in on the PATH of its scripts that, without npm_config_node_gyp, does nothing and succeeds.
  if (command !== undefined && !command.includes('node-gyp-bin')) return [command];
  throw new Unavailable('no node-gyp found', 'install npm or node-gyp');
}

function nodePrefix() {
  const folder = path.dirname(fs.realpathSync(process.execPath));
  return process.platform === 'win32' ? folder : path.dirname(folder);
}

/** The folder that node-gyp calls nodedir: where include/node holds the headers and common.gypi the build settings. */
function headers() {
  if (process.env.GANGLION_HEADERS !== 'package') {
    const complete = (prefix) => ['node_api.h', 'common.gypi'].every((file) => isFile(path.join(prefix, 'include/node', file)));
    const found = [nodePrefix(), process.env.npm_config_nodedir].find((prefix) => prefix && complete(prefix));
    if (found !== undefined) return found;
  }
  if (process.platform === 'win32') {
    throw new Unavailable('no headers and import library of this Node found', 'set npm_config_nodedir to an unpacked Node with both');
  }
  return headersFromPackage();
}

/** Node-API is a C interface of four headers: with a common.gypi that sets what addons need, they are a complete nodedir. */
function headersFromPackage() {
  const nodedir = path.join(root, 'build', 'nodedir');
  const include = path.join(nodedir, 'include', 'node');
  fs.mkdirSync(include, { recursive: true });
  const packaged = require('node-api-headers').include_dir;
  for (const file of fs.readdirSync(packaged)) fs.copyFileSync(path.join(packaged, file), path.join(include, file));
  const common = {
    target_defaults: {
      default_configuration: 'Release',
      configurations: { Release: { cflags: ['-O3'] }, Debug: { cflags: ['-O0', '-g'] } },
      cflags: ['-Wall', '-Wextra', '-Wno-unused-parameter', '-pthread'],
      ldflags: ['-pthread'],
      xcode_settings: { GCC_ENABLE_CPP_EXCEPTIONS: 'NO', GCC_ENABLE_CPP_RTTI: 'NO', CLANG_CXX_LIBRARY: 'libc++' },
    },
  };
  fs.writeFileSync(path.join(include, 'common.gypi'), JSON.stringify(common, null, 2));
  fs.writeFileSync(
    path.join(include, 'config.gypi'),
    JSON.stringify({ target_defaults: {}, variables: { host_arch: process.arch } }, null, 2),
  );
  return nodedir;
}

/** The first of the compilers that exists; missing tools are named together. */
function toolchain({ CXX }) {
  const compilers = CXX ? [CXX.split(' ')[0]] : ['g++', 'c++', 'clang++'];
  const compiler = compilers.find((name) => (path.isAbsolute(name) ? isFile(name) : onPath(name)));
  const missing = [];
  if (compiler === undefined) missing.push(compilers[0]);
  if (!onPath('make') && !onPath('gmake')) missing.push('make');
  if (!process.env.npm_config_python && !onPath('python3') && !onPath('python')) missing.push('python3');
  if (missing.length > 0) throw new Unavailable(`no ${missing.join(', no ')} found`, `install ${compilers[0]}, make and python3`);
  return CXX ?? compiler;
}

/**
 * The environment of the build. npm's settings would override the arguments (node-gyp reads npm_config_*), and foreign compiler flags
 * (-ffast-math, -march) would break the bits that binding.gyp promises; only the choice of tools passes.
 */
function environment(compiler) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && !/^(C|CPP|CXX)FLAGS$/.test(name)));
  if (process.env.npm_config_python) env.npm_config_python = process.env.npm_config_python;
  if (compiler !== undefined) env.CXX = compiler;
  return env;
}

/**
 * Builds `folder`, which holds a binding.gyp, for a processor; `variables` are added to the environment of the build. `begun` is called before the long wait.
 * Returns the addon's file, or throws {@link Unavailable}.
 */
export function build({ folder = root, arch = process.arch, variables = {}, begun = () => {} } = {}) {
  const compiler = process.platform === 'win32' ? undefined : toolchain({ ...process.env, ...variables });
  const [command, ...first] = nodeGyp();
  fs.mkdirSync(path.join(folder, 'build'), { recursive: true });
  const nodedir = headers();
  begun();
  const output = fs.openSync(path.join(folder, log), 'w');
  // configure + build, not rebuild: make redoes only what changed.
  const args = [...first, 'configure', 'build', '--release', `--arch=${arch}`, `--nodedir=${nodedir}`, `--jobs=${os.cpus().length}`];
  const run = spawnSync(command, args, { cwd: folder, env: { ...environment(compiler), ...variables }, stdio: ['ignore', output, output] });
  fs.closeSync(output);
  const file = path.join(folder, addon);
  if (run.status !== 0) {
    // An addon of an earlier build must not stand in for the one that failed.
    fs.rmSync(file, { force: true });
    throw new Unavailable(`failed, see ${path.relative(root, path.join(folder, log))}`, 'mend what the log names');
  }
  return file;
}
