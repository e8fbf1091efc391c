/** The install script in a small package of its own: the real script and binding.gyp over throw-away sources. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { root } from './root.ts';
import { plant, temporaryFolder } from './temporary.ts';

const addon = 'build/Release/ganglion.node';
const prebuilt = `prebuilds/${process.platform}-${process.arch}/ganglion.node`;
const target = (name: string): string => `float ${name}(float x) { return __builtin_fmaf(x, 2.0f, 1.0f); }\n`;
const sources = {
  'native/src/addon.cc':
    '#include <node_api.h>\nstatic napi_value init(napi_env env, napi_value exports) {\n  napi_value yes;\n  napi_get_boolean(env, true, &yes);\n' +
    '  napi_set_named_property(env, exports, "works", yes);\n  return exports;\n}\nNAPI_MODULE(ganglion, init)\n',
  'native/src/learner.cc': '',
  'native/src/realtime.cc': 'int realtime;',
  'native/src/realtime-binding.cc': 'int realtimeBinding;',
  'native/src/program.cc': '',
  'native/src/dispatch.cc': '',
  'native/targets/baseline.cc': target('baseline'),
  'native/targets/avx2.cc': target('avx2'),
  'native/targets/avx512.cc': target('avx512'),
  'native/targets/neon.cc': target('neon'),
};

function smallPackage(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  plant(folder, sources);
  const files = ['package.json', 'binding.gyp', 'native/install.mjs', 'native/build.mjs', 'native/prebuilt.mjs'];
  for (const file of files) fs.copyFileSync(path.join(root, file), path.join(folder, file));
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** Runs the script with an empty npm configuration; a download of headers would go to a closed port and fail. */
function install(folder: string, environment: NodeJS.ProcessEnv = {}, nodeFlags: readonly string[] = []) {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    npm_config_userconfig: path.join(folder, 'no-user-npmrc'),
    npm_config_globalconfig: path.join(folder, 'no-global-npmrc'),
    NODEJS_ORG_MIRROR: 'http://127.0.0.1:9',
    ...environment,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeFlags, path.join(folder, 'native/install.mjs')], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  return { status, lines };
}

const exists = (folder: string, file: string): boolean => fs.existsSync(path.join(folder, file));
const noTools = { PATH: '/nonexistent' };
const hasCompiler = spawnSync('g++', ['--version']).status === 0;
/** A contributor without a compiler may test the rest; CI may not. */
const compiling = hasCompiler || process.env.CI !== undefined ? test : test.skip;

test('without a compiler: one line with the remedy, exit 0', (t) => {
  const { status, lines } = install(smallPackage(t), noTools);
  t.is(status, 0);
  t.is(lines.length, 1);
  t.regex(
    lines[0],
    /^ganglion: no g\+\+, no make, no python3 found; the reference backend will run .*install g\+\+, make and python3, then run `npm rebuild`\.$/,
  );
});

test('without a compiler where the native backend is required: one line, exit 1', (t) => {
  const { status, lines } = install(smallPackage(t), { ...noTools, GANGLION_NATIVE: 'require' });
  t.is(status, 1);
  t.is(lines.length, 1);
});

test('switched off: nothing said, nothing built', (t) => {
  const folder = smallPackage(t);
  t.deepEqual(install(folder, { GANGLION_NATIVE: 'off' }), { status: 0, lines: [] });
  t.false(exists(folder, 'build'));
});

test('a mistyped GANGLION_NATIVE is refused', (t) => {
  const { status, lines } = install(smallPackage(t), { GANGLION_NATIVE: 'required' });
  t.is(status, 1);
  t.deepEqual(lines, ["ganglion: GANGLION_NATIVE must be off, require or unset, got 'required'"]);
});

compiling('Node without headers: the headers package suffices; what was built serves as a prebuilt binary, a damaged one does not', (t) => {
  const folder = smallPackage(t);
  const { status, lines } = install(folder, { GANGLION_HEADERS: 'package' });
  t.is(status, 0);
  t.regex(lines.join('\n'), /^ganglion: building the native backend \.\.\. done in \d+ s$/);
  t.true(exists(folder, addon));
  t.true(exists(folder, 'build/nodedir/include/node/node_api.h'));
  t.false(exists(folder, 'build/install.log'));

  fs.mkdirSync(path.join(folder, path.dirname(prebuilt)), { recursive: true });
  fs.renameSync(path.join(folder, addon), path.join(folder, prebuilt));
  fs.rmSync(path.join(folder, 'build'), { recursive: true });
  t.deepEqual(install(folder, noTools), { status: 0, lines: [] });

  // A Node that asks for musl's loader.
  const other = path.join(folder, 'node-on-musl');
  fs.writeFileSync(other, '\x7fELF…/lib/ld-musl-x86_64.so.1');
  const onMusl = [`--import=data:text/javascript,process.execPath=${encodeURIComponent(JSON.stringify(other))}`];
  if (process.platform === 'linux')
    t.regex(install(folder, noTools, onMusl).lines.join('\n'), /^ganglion: no g\+\+.* the reference backend/);

  fs.writeFileSync(path.join(folder, prebuilt), 'not a binary');
  t.is(install(folder, noTools).lines.length, 1);
});

compiling('the flags that keep bits equal come last, and only their own targets get wider instructions', (t) => {
  const folder = smallPackage(t);
  const { status } = install(folder, { CXXFLAGS: '-ffast-math', CFLAGS: '-ffast-math' });
  t.is(status, 0);
  const command = (library: string): string => {
    const deps = path.join(folder, `build/Release/.deps/Release/obj.target/kernels_${library}/native/targets/${library}.o.d`);
    return fs.readFileSync(deps, 'utf8').split('\n')[0];
  };
  const baseline = command('baseline');
  t.false(baseline.includes('-ffast-math'));
  t.true(baseline.lastIndexOf('-ffp-contract=off') > baseline.lastIndexOf('-ffp-contract=fast'));
  t.true(baseline.lastIndexOf('-std=c++17') > baseline.lastIndexOf('-std=gnu++'));
  t.notRegex(baseline, /-mavx|-mfma|-march/);
  if (process.arch === 'x64') {
    t.regex(command('avx2'), /-ffp-contract=off .*-mavx2 -mfma/);
    t.notRegex(command('avx2'), /-mavx512/);
    t.regex(command('avx512'), /-ffp-contract=off .*-mavx512f .*-mprefer-vector-width=512/);
  }
});

compiling('a build that fails leaves its log and no stale addon, and the reference runs', (t) => {
  const folder = smallPackage(t);
  plant(folder, { 'native/src/program.cc': 'this is not C++;\n', [addon]: 'an addon of yesterday' });
  const { status, lines } = install(folder);
  t.is(status, 0);
  t.is(lines.length, 1);
  t.regex(lines[0], /^ganglion: building the native backend \.\.\. failed, see build\/install\.log; the reference backend will run/);
  t.regex(fs.readFileSync(path.join(folder, 'build/install.log'), 'utf8'), /program\.cc.*error/);
  t.false(exists(folder, addon));
});
