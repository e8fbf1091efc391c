/** The example of the test kit is a project that works: under ava, under node:test, and from the command line, whose exit code and reports are right. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import reflex from '../../../drivers/hil/example/reflex.hil.ts';
import { register } from '../../../drivers/hil/index.ts';
import { root } from '../../house/root.ts';
import { temporaryFolder } from '../../house/temporary.ts';

register(reflex, test);

const run = promisify(execFile);

/** A user's project with ganglion installed; the example, and a copy whose expectation is wrong. */
function project(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/ganglion'));
  const text = readFileSync(join(root, 'dist/drivers/hil/example/reflex.hil.js'), 'utf8');
  const runner = (framework: string) => `import test from '${framework}';\nimport { register } from 'ganglion/hil';\n`;
  const files = {
    'package.json': '{ "type": "module" }',
    'reflex.hil.js': text,
    'wrong.hil.js': text.replace('rig.expect.spikes(20, [1]);', 'rig.expect.spikes(20, [0]);'),
    'nothing.hil.js': 'export default 3;',
    'reflex.test.js': `${runner('node:test')}import reflex from './reflex.hil.js';\nregister(reflex, test);\n`,
    'wrong.test.js': `${runner('node:test')}import wrong from './wrong.hil.js';\nregister(wrong, test);\n`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
const start = async (folder: string, args: readonly string[]): Promise<Ran> => {
  try {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    return { code: 0, ...(await run(process.execPath, args, { cwd: folder, env })) };
  } catch (error) {
    return error as Ran;
  }
};
const command = join(root, 'dist/apps/cli/main.js');

/** The elements of an XML text, which must be nested as XML asks. */
function elements(t: ExecutionContext, xml: string): string[] {
  const open: string[] = [];
  const found: string[] = [];
  for (const [, end, name, single] of xml.matchAll(/<(\/?)([\w-]+)(?:\s[\w-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (end === '/') t.is(open.pop(), name);
    else {
      found.push(name!);
      if (single === '') open.push(name!);
    }
  }
  t.deepEqual(open, []);
  return found;
}

test('ganglion hil: TAP, JUnit and exit code 0 for the example, 1 where a claim is wrong, 2 for what is no suite', async (t) => {
  const folder = project(t);
  const good = await start(folder, [command, 'hil', 'reflex.hil.js', '--junit', 'good.xml']);
  t.is(good.code, 0, good.stderr);
  t.deepEqual(good.stdout.match(/^(TAP version 14|1\.\.3|(not )?ok \d)/gm), ['TAP version 14', '1..3', 'ok 1', 'ok 2', 'ok 3']);
  const xml = readFileSync(join(folder, 'good.xml'), 'utf8');
  t.deepEqual(elements(t, xml), ['testsuites', 'testsuite', 'testcase', 'testcase', 'testcase']);
  t.regex(xml, /<testsuite name="reflex" tests="3" failures="0" errors="0" skipped="0" time="[\d.]+" timestamp="[\dT:-]+">/);

  const wrong = await start(folder, [command, 'hil', 'wrong.hil.js', '--junit', 'wrong.xml']);
  t.is(wrong.code, 1);
  t.regex(wrong.stdout, /^not ok 1 - [^\n]*\n {2}---\n[\s\S]*message: "tick 20 was to be answered with spikes of \[0\], got \[1\]"/m);
  t.regex(wrong.stdout, /^ok 2/m);
  const failed = readFileSync(join(folder, 'wrong.xml'), 'utf8');
  t.deepEqual(
    elements(t, failed).filter((name) => name !== 'testcase'),
    ['testsuites', 'testsuite', 'failure', 'system-out'],
  );
  t.regex(failed, /failures="1" errors="0"/);

  const one = await start(folder, [command, 'hil', 'reflex.hil.js', '--only', 'cable']);
  t.regex(one.stdout, /^1\.\.1$/m);
  for (const args of [
    ['nothing.hil.js'],
    ['absent.js'],
    ['reflex.hil.js', '--only', 'nonsense'],
    ['reflex.hil.js', '--junit', 'no/such/folder.xml'],
  ])
    t.is((await start(folder, [command, 'hil', ...args])).code, 2, args.join(' '));
});

test('node:test runs the same cases, and sees the wrong one', async (t) => {
  const folder = project(t);
  const good = await start(folder, ['--test', 'reflex.test.js']);
  t.is(good.code, 0, good.stdout);
  t.regex(good.stdout, /pass 3/);
  const wrong = await start(folder, ['--test', 'wrong.test.js']);
  t.is(wrong.code, 1);
  t.regex(wrong.stdout, /fail 1/);
});
