/**
 * Native code under AddressSanitizer and UndefinedBehaviorSanitizer: the addon of a copy of the package, compiled for both by its own install script, in a Node
 * that loads their library first. The last line is `N passed, N failed`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../house/root.ts';
import { filesIn } from '../house/sources.ts';
import { type Check, runChecks } from './checks.ts';
import { here, type Machine, output } from './command.ts';
import type { Fingerprints } from './fingerprints.ts';
import { copyPackage, installNative } from './package-copy.ts';

const FLAGS = '-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer -g1';
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-sanitized-'));
const environment = { GANGLION_TARGET: '', PLANTED: '' };

let made: Machine | undefined;
const sanitized = (): Machine => made ?? assert.fail('the addon must be made');

/** A script in the place of a program, which `exec`s it. */
function script(name: string, lines: string): string {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}

/**
 * A Node that loads the library of the sanitizers first: it must know every piece of memory. Whatever Node starts has the library too, all but the compiler,
 * which would be slower for nothing.
 */
function sanitizedTools(): { readonly node: string; readonly compiler: string } {
  mkdirSync(join(folder, 'bin'));
  const library = (name: string): string => execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  const preload = `${library('libasan.so')}:${library('libubsan.so')}:${library('libstdc++.so')}`;
  const options = `ASAN_OPTIONS="detect_leaks=\${LEAKS:-0}" UBSAN_OPTIONS=print_stacktrace=1`;
  return {
    node: script('node', `export LD_PRELOAD='${preload}' ${options}\nexec '${process.execPath}' "$@"`),
    compiler: script('compiler', `unset LD_PRELOAD\nexec g++ ${FLAGS} "$@"`),
  };
}

const build: Check = {
  claim: 'sanitizers: the install script builds the addon for AddressSanitizer and UBSan',
  async run() {
    const { node, compiler } = sanitizedTools();
    const machine = { node, root: join(folder, 'ganglion') };
    copyPackage(machine.root);
    plant();
    // A third of the time to compile; what keeps the bits is in other flags.
    const gyp = join(folder, 'ganglion/binding.gyp');
    writeFileSync(gyp, readFileSync(gyp, 'utf8').replace("'-O3'", "'-O1'"));
    installNative(machine, { CXX: compiler });
    made = machine;
    const symbols = execFileSync('nm', ['-D', join(machine.root, 'build/Release/ganglion.node')], { encoding: 'utf8' });
    for (const name of ['__asan_report_load4', '__ubsan_handle_add_overflow_abort'])
      assert.ok(symbols.includes(name), `${name} must be called`);
    return execFileSync('g++', ['--version'], { encoding: 'utf8' }).split('\n')[0]!;
  },
};

const bits: Check = {
  claim: 'sanitizers: every op case and every network, on every target, runs clean, with the bits of the addon as it is shipped',
  async run() {
    const read = async (machine: Machine): Promise<Fingerprints> =>
      JSON.parse(await output('test/deep/fingerprints.js', [], environment, machine));
    const [shipped, clean] = [await read(here), await read(sanitized())];
    assert.deepEqual(clean, shipped);
    const targets = Object.entries(clean.targets);
    return `${targets.length} targets (${targets.map(([name]) => name).join(', ')}), ${Object.keys(targets[0]![1]).length} fingerprints each`;
  },
};

/** Not under sanitizers: what measures the heap of JavaScript. */
const left = ['test/native/allocation.test.ts'];

const tests: Check = {
  claim: 'sanitizers: the native tests hold: corrupted programs, refusals, waits, threads',
  async run() {
    const native = filesIn(root, 'test/native').filter((file) => file.endsWith('.test.ts'));
    const chosen = [...native.filter((file) => !left.includes(file)), 'test/conformance/threads.test.ts'];
    assert.equal(chosen.length, native.length - left.length + 1, 'a test that is left out must exist');
    const report = await output('test/run.js', chosen, environment, sanitized());
    const last = report.trimEnd().split('\n').at(-1)!;
    assert.match(last, /^[1-9]\d* passed, 0 failed$/);
    return last;
  },
};

/** What the script of so many rounds of workers prints, and what the sanitizers say at its end; `planted` names a fault of {@link plant}. */
function work(rounds: number, planted = '') {
  const { node, root } = sanitized();
  const env = { ...process.env, ...environment, PLANTED: planted, LEAKS: '1' };
  const { stdout, stderr, status } = spawnSync(node, [join(root, 'dist/test/deep/sanitized-workers.js'), String(rounds)], {
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  // Node's own threads and modules keep memory until the end: a leak is ours where a call of the addon asked for it.
  const leaks = stderr
    .split(/\n(?=(?:Direct|Indirect) leak)/)
    .slice(1)
    .filter((report) => report.includes('ganglion::'));
  return { stdout, stderr, status, leaks };
}

const workers: Check = {
  claim:
    'sanitizers: the addon works in two workers at once, goes with them in the middle of its work, and leaves neither thread nor memory',
  async run() {
    const { stdout, stderr, leaks } = work(4);
    assert.doesNotMatch(stderr, /ERROR: AddressSanitizer|runtime error/);
    const { prints, before, after, workers } = JSON.parse(stdout);
    assert.equal(prints.length, 1, 'all must agree');
    assert.equal(after, before, 'threads must end with their worker');
    assert.deepEqual(leaks, []);
    return `${workers} workers, ${before} threads before and after, 0 leaks`;
  },
};

/** What each planted fault must end in. */
const found: Readonly<Record<string, RegExp>> = {
  'a write behind the arena': /AddressSanitizer: heap-buffer-overflow[\s\S]*program\.cc/,
  'a read of freed memory': /AddressSanitizer: heap-use-after-free[\s\S]*program\.cc/,
  'a sum beyond its type': /program\.cc:\d+.*signed integer overflow/,
  'a leak': /LeakSanitizer: detected memory leaks[\s\S]*Program::load/,
};

/** Puts the faults of {@link found} into the copy, where a program is loaded; the environment calls for one by name. */
function plant(): void {
  const file = join(folder, 'ganglion/native/src/program.cc');
  const source = readFileSync(file, 'utf8');
  const place = '  program->header_ = reinterpret_cast<uint32_t*>(source.arena);\n';
  assert.equal(source.split(place).length, 2, 'one place to plant faults in');
  // The pad that aligns an arena is at most one line.
  const faults = [
    'source.arena[source.length + LINE + 4] = 1;',
    'uint32_t* const volatile gone = new uint32_t[4](); delete[] gone; source.arena[0] = float(gone[1]);',
    'volatile int most = 2147483647; most = most + int(source.ticks);',
    'uint32_t* volatile kept = new uint32_t[4](); kept = nullptr;',
  ].map((code, k) => `  if (planted == "${Object.keys(found)[k]}") { ${code} }\n`);
  writeFileSync(
    file,
    source.replace(
      place,
      `  const char* const named = getenv("PLANTED");\n  const std::string planted(named == nullptr ? "" : named);\n${faults.join('')}${place}`,
    ),
  );
}

const controls = Object.entries(found).map(
  ([fault, report]): Check => ({
    claim: `sanitizers, negative control: ${fault} is found`,
    async run() {
      const { stderr, status, leaks } = work(0, fault);
      assert.match(stderr, report);
      assert.notEqual(status, 0);
      if (fault === 'a leak') assert.ok(leaks.length > 0);
      return report.exec(stderr)![0].split('\n')[0]!;
    },
  }),
);

try {
  process.exitCode = (await runChecks([build, bits, tests, workers, ...controls])) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
