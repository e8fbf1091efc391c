/** What the guides of docs/ show is run: each program, each command, and the line by which systemd starts the service. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { root } from '../house/root.ts';
import { plant, temporaryFolder } from '../house/temporary.ts';
import { ganglion, main, node } from './command.ts';

const guides = ['ROBOT-RL', 'ON-A-PI', 'HIL', 'SENSORS'] as const;
type Guide = (typeof guides)[number];
const textOf = (guide: Guide): string => fs.readFileSync(path.join(root, 'docs', `${guide}.md`), 'utf8');
const blocks = (guide: Guide, language: string): string[] =>
  [...textOf(guide).matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, found, text]) => (found === language ? [text!] : []));
const commands = (guide: Guide): string[] => blocks(guide, 'sh').flatMap((text) => text.trimEnd().split('\n'));

/** A folder in which the package is installed. */
function project(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  fs.mkdirSync(path.join(folder, 'node_modules/.bin'), { recursive: true });
  fs.symlinkSync(root, path.join(folder, 'node_modules/ganglion'), 'dir');
  plant(folder, { 'node_modules/.bin/ganglion': `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n` });
  fs.chmodSync(path.join(folder, 'node_modules/.bin/ganglion'), 0o755);
  return folder;
}

async function runProgram(t: ExecutionContext, text: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = project(t);
  plant(folder, { 'program.mjs': text, ...files });
  const { status, out, err } = await node(['program.mjs'], { cwd: folder });
  t.is(status, 0, err);
  t.is(err, '');
  return out;
}

/** Runs the commands of a guide one after another; those of npm are npm's. */
async function runCommands(t: ExecutionContext, guide: Guide, folder: string): Promise<string[]> {
  const printed: string[] = [];
  for (const line of commands(guide)) {
    if (line === 'npm install ganglion') continue;
    t.regex(line, /^ganglion /);
    const { status, out, err } = await ganglion(line.replace('ganglion ', ''), { cwd: folder });
    t.is(status, 0, `${line}: ${err}`);
    printed.push(out);
  }
  return printed;
}

test('robots: a world is held to its contract; the actor-critic learns; the command of baselines runs', async (t) => {
  const [contract, learner, ...others] = blocks('ROBOT-RL', 'js');
  t.is(others.length, 0);
  t.true((await runProgram(t, contract!)).split('\n').length > 5);

  const means = (out: string): number[] =>
    [...out.matchAll(/episodes (\d+) steps|last 50 (\d+)/g)].map(([, first, last]) => Number(first ?? last));
  const [first, last] = means(await runProgram(t, learner!));
  t.true(last! > 2 * first!, `${first} → ${last}`);
  const untaught = learner!.replace('rate: 3e-4', 'rate: 1e-12');
  t.not(untaught, learner);
  const [, still] = means(await runProgram(t, untaught));
  t.true(still! < last! / 2, `untaught ${still}`);

  const [baselines] = await runCommands(t, 'ROBOT-RL', temporaryFolder(t));
  t.true(JSON.parse(baselines!).baselines.length > 2);
});

test('sensors: the program reads its table, and names the device that is not there only when it is asked', async (t) => {
  const [program, ...others] = blocks('SENSORS', 'js');
  t.is(others.length, 0);
  const files = { 'arm.csv': 'ms,angle,current\n0,12.5,0.31\n1,12.6,0.30\n' };
  t.is(await runProgram(t, `${program}console.log([...taken.read(0)].join(), typeof live.read);\n`, files), '12.5,0.31 function\n');
});

test('hardware in the loop: the suite holds under the command', async (t) => {
  const [suite, ...others] = blocks('HIL', 'js');
  t.is(others.length, 0);
  const folder = project(t);
  plant(folder, { 'motors.mjs': suite! });
  const [tap] = await runCommands(t, 'HIL', folder);
  t.regex(tap!, /^ok 2 /m);
  t.regex(fs.readFileSync(path.join(folder, 'results.xml'), 'utf8'), /<testcase/);

  plant(folder, { 'motors.mjs': suite!.replace('value: 0.6', 'value: 0.1') });
  t.is((await ganglion('hil motors.mjs', { cwd: folder })).status, 1, 'a motor that does not move fails it');
});

test('on a Pi: the commands run, and the service goes on where it was stopped', async (t) => {
  await runCommands(t, 'ON-A-PI', project(t));

  const [unit] = blocks('ON-A-PI', 'ini');
  const script = /^ExecStart=\/bin\/sh -c '(.*)'$/m.exec(unit!)![1]!;
  // What the unit's limits allow, those of the test's machine need not.
  const allowed = script.replace('--priority 50 ', '');
  t.not(allowed, script);
  const folder = project(t);
  /** Starts the service as systemd would, and stops it when it has saved itself; its exit code and report. */
  const serve = async () => {
    const child = spawn('/bin/sh', ['-c', allowed], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    const closed = once(child, 'close');
    const log = path.join(folder, 'events.jsonl');
    const written = (): number => fs.statSync(log, { throwIfNoEntry: false })?.size ?? 0;
    const before = written();
    while (child.exitCode === null && child.signalCode === null && written() === before) await new Promise((next) => setTimeout(next, 50));
    child.kill('SIGTERM');
    const [status] = await closed;
    return { status, report: JSON.parse(out) as { ticks: number; checkpoints: { resumedAtTick: number | null } } };
  };
  const first = await serve();
  t.is(String(first.status), /^SuccessExitStatus=(\d+)$/m.exec(unit!)![1]);
  t.is(first.report.checkpoints.resumedAtTick, null);
  const second = await serve();
  t.is(second.report.checkpoints.resumedAtTick, first.report.ticks);
});

test('the README leads to every guide', (t) => {
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  for (const guide of guides) t.true(readme.includes(`(docs/${guide}.md)`), guide);
});
