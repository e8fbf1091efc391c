/**
 * The install script: gets the native backend, or says in one line that the JavaScript reference will run instead and exits 0.
 *
 *   1. prebuilds/<platform>-<arch>/ganglion.node, when there is one and it loads;
 *   2. else a build with node-gyp against the headers of the running Node, or those of the package node-api-headers.
 *
 * Headers are never downloaded. Environment:
 *   GANGLION_NATIVE=off      do nothing
 *   GANGLION_NATIVE=require  a missing backend is an error (exit 1); for CI
 *   GANGLION_HEADERS=package use the headers package even where Node has headers of its own
 *   CXX                      the compiler
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const log = path.join('build', 'install.log');
const addon = path.join('build', 'Release', 'ganglion.node');
const prebuilt = path.join('prebuilds', `${process.platform}-${process.arch}`, 'ganglion.node');

/** Why there is no native backend, and what to do about it. */
class Unavailable extends Error {
  constructor(reason, remedy) {
    super(reason);
    this.remedy = remedy;
  }
}

/** Everything this script prints is one line, begun before the long wait and ended after it. */
let begun = false;
function say(text) {
  process.stdout.write(begun ? text : `ganglion: ${text}`);
  begun = true;
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

/** Loads the addon in a child process, so that a binary made for another libc or processor cannot take the installation down. */
function loads(file) {
  const test = `if (Object.keys(require(${JSON.stringify(path.join(root, file))})).length === 0) process.exit(1)`;
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
function toolchain() {
  const compilers = process.env.CXX ? [process.env.CXX.split(' ')[0]] : ['g++', 'c++', 'clang++'];
  const compiler = compilers.find((name) => (path.isAbsolute(name) ? isFile(name) : onPath(name)));
  const missing = [];
  if (compiler === undefined) missing.push(compilers[0]);
  if (!onPath('make') && !onPath('gmake')) missing.push('make');
  if (!process.env.npm_config_python && !onPath('python3') && !onPath('python')) missing.push('python3');
  if (missing.length > 0) throw new Unavailable(`no ${missing.join(', no ')} found`, 'install g++, make and python3');
  return process.env.CXX ?? compiler;
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

function build() {
  const compiler = process.platform === 'win32' ? undefined : toolchain();
  const [command, ...first] = nodeGyp();
  fs.mkdirSync(path.join(root, 'build'), { recursive: true });
  const nodedir = headers();
  say('building the native backend ... ');
  const output = fs.openSync(path.join(root, log), 'w');
  // configure + build, not rebuild: make redoes only what changed.
  const args = [...first, 'configure', 'build', '--release', `--nodedir=${nodedir}`, `--jobs=${os.cpus().length}`];
  const run = spawnSync(command, args, { cwd: root, env: environment(compiler), stdio: ['ignore', output, output] });
  fs.closeSync(output);
  if (run.status !== 0) {
    // An addon of an earlier build must not stand in for the one that failed.
    fs.rmSync(path.join(root, addon), { force: true });
    throw new Unavailable(`failed, see ${log}`, 'mend what the log names');
  }
  if (!loads(addon)) throw new Unavailable(`built but does not load, see ${log}`, 'report it with the log');
  fs.rmSync(path.join(root, log));
}

function main() {
  const mode = process.env.GANGLION_NATIVE ?? '';
  if (!['', 'off', 'require'].includes(mode)) {
    say(`GANGLION_NATIVE must be off, require or unset, got '${mode}'\n`);
    return 1;
  }
  if (mode === 'off' || (isFile(path.join(root, prebuilt)) && loads(prebuilt))) return 0;
  try {
    const started = Date.now();
    build();
    say(`done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const consequence =
      mode === 'require' ? 'GANGLION_NATIVE=require forbids the reference' : 'the reference backend will run (same results, slower)';
    say(`${error.message}; ${consequence}. Remedy: ${error.remedy}, then run \`npm rebuild\`.\n`);
    return mode === 'require' ? 1 : 0;
  }
}

process.exitCode = main();
