import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { root } from './root.ts';
import { judge } from './runner.ts';
import { plant, temporaryFolder } from './temporary.ts';

test('the counts are those of the summary, not of lookalikes above it', (t) => {
  t.deepEqual(judge('  ✔ a\n  9 tests passed\n  ─\n\n  1 test passed\n', 0), { passed: 1, failed: 0, complaints: [] });
  t.deepEqual(judge('  ✔ a\n  ✘ [fail]: b\n  ─\n\n  b\n\n  ─\n\n  1 test failed\n  2 uncaught exceptions\n', 1), {
    passed: 1,
    failed: 3,
    complaints: [],
  });
});

test('a crash, an empty run and a silent failure are failures', (t) => {
  t.deepEqual(judge('  ✔ a\n', null), { passed: 0, failed: 1, complaints: ['ava names no failure but ends with a signal'] });
  t.deepEqual(judge('', 0), { passed: 0, failed: 1, complaints: ['no test ran'] });
  t.is(judge('  ✔ a\n  ─\n\n  1 test passed\n', 1).failed, 1);
});

/** Runs the real runner over a small project of its own. */
function run(t: ExecutionContext, tests: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(t);
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const runner = path.join(root, 'dist/test/house/runner.js');
  plant(folder, {
    'package.json': '{ "type": "module", "ava": { "files": ["*.test.js"], "timeout": "5s" } }',
    'run.mjs': `import { runAva } from ${JSON.stringify(runner)};\nprocess.exitCode = await runAva(import.meta.dirname, ${JSON.stringify(Object.keys(tests))}, []);\n`,
    ...tests,
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'run.mjs')], { cwd: folder, encoding: 'utf8' });
  return { status, stderr, last: stdout.trimEnd().split('\n').at(-1) };
}

const passing = (titles: number): string =>
  `import test from 'ava';\nfor (let i = 0; i < ${titles}; i++) test('holds ' + i, (t) => { console.log('  99 tests passed'); t.pass(); });\n`;

test('a passing run ends in its true counts, whatever the tests print', (t) => {
  const { status, last } = run(t, { 'a.test.js': passing(3), 'b.test.js': passing(2) });
  t.is(last, '5 passed, 0 failed');
  t.is(status, 0);
});

test('a failing assertion, a rejected promise and a dying file each count', (t) => {
  const failing = run(t, { 'a.test.js': passing(3), 'b.test.js': "import test from 'ava';\ntest('fails', (t) => t.is(1, 2));\n" });
  t.is(failing.last, '3 passed, 1 failed');
  t.is(failing.status, 1);
  const dying = run(t, { 'a.test.js': `${passing(1)}process.exit(0);\n` });
  t.not(dying.status, 0);
  t.regex(dying.last ?? '', /^\d+ passed, [1-9]\d* failed$/);
});

test('a run without tests fails and says so', (t) => {
  for (const tests of [{}, { 'empty.test.js': "import 'ava';\n" }]) {
    const { status, last, stderr } = run(t, tests);
    t.is(status, 1);
    t.is(last, '0 passed, 1 failed');
    t.regex(stderr, /^test runner: /m);
  }
});
