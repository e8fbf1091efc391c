/** Every way in which a run can end leaves the actuators safe. */
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runController } from '../../../apps/controller/host.ts';
import { ControllerError } from '../../../runtime/index.ts';
import { root } from '../../house/root.ts';
import { temporaryFolder } from '../../house/temporary.ts';
import { type Ended, node } from '../command.ts';
import { faultyJob } from './faulty-job.ts';

interface Options {
  readonly signal?: AbortSignal;
  readonly progress?: () => void;
  readonly memoryMb?: number;
  readonly patienceMs?: number;
}

/** Runs a faulty app; what its actuator did, and how it ended. */
async function ending(t: ExecutionContext, app: string, { signal, progress, ...options }: Options = {}) {
  const file = path.join(temporaryFolder(t), 'log');
  fs.writeFileSync(file, '');
  let error: Error | undefined;
  const finished = await runController(faultyJob(app, file, true), {
    signal: signal ?? new AbortController().signal,
    progress: progress ?? (() => undefined),
    safe: () => fs.appendFileSync(file, 'safe from outside\n'),
    ...options,
  }).catch((cause: Error) => {
    error = cause;
    return undefined;
  });
  return { finished, error, log: fs.readFileSync(file, 'utf8').trim().split('\n') };
}

const INSIDE = ['acts', 'safe'];
const OUTSIDE = ['acts', 'safe from outside'];

test.serial('a run that finishes gives its report, and the thread its own', async (t) => {
  const said: string[] = [];
  const { finished, error, log } = await ending(t, 'finishes', { progress: () => said.push('half') });
  t.is(error, undefined);
  t.deepEqual(log, INSIDE);
  t.like(finished, { ok: true, thread: { scheduling: undefined } });
  t.false(finished!.report['aborted'] as boolean);
  t.is(finished!.text, `${finished!.report['ticks']} ticks`);
  t.deepEqual(said, ['half']);
});

test.serial('a loop that stalls has its misses in the report of the thread', async (t) => {
  const { finished } = await ending(t, 'stalls');
  const { misses, missesInPause } = finished!.thread.gc;
  t.true(misses >= 1 && missesInPause <= misses, `${misses} misses`);
});

test.serial('a run that is stopped is left at once, safe, with its report', async (t) => {
  const stop = new AbortController();
  const { finished, log } = await ending(t, 'runs', { signal: stop.signal, progress: () => stop.abort() });
  t.deepEqual(log, INSIDE);
  t.true(finished?.report['aborted'] as boolean);
});

test.serial('an error of the pipe ends the run, safe, and comes with its code and remedy', async (t) => {
  const { error, log } = await ending(t, 'throws');
  t.deepEqual(log, INSIDE);
  t.true(error instanceof ControllerError);
  t.like(error, { code: 'ERR_CLOCK_USE', message: 'the app gave up', remedy: 'try again' });
});

for (const [app, message] of [
  ['crashes', /JSON/],
  ['rejects', /nobody waits for this/],
  ['exits', /ended with code 7 and no report/],
] as const) {
  test.serial(`a thread that ${app} makes its actuators safe itself`, async (t) => {
    const { error, log } = await ending(t, app);
    t.deepEqual(log, INSIDE);
    t.regex(error?.message ?? '', message);
  });
}

test.serial('a thread that runs out of memory is made safe from outside', async (t) => {
  const { error, log } = await ending(t, 'exhausts', { memoryMb: 48 });
  t.deepEqual(log, OUTSIDE);
  t.is((error as NodeJS.ErrnoException | undefined)?.code, 'ERR_WORKER_OUT_OF_MEMORY');
});

test.serial('a thread that hangs and hears no stop is terminated, and made safe from outside', async (t) => {
  const stop = new AbortController();
  const { error, log } = await ending(t, 'hangs', {
    signal: stop.signal,
    progress: () => setTimeout(() => stop.abort(), 100),
    patienceMs: 200,
  });
  t.deepEqual(log, OUTSIDE);
  t.regex(error?.message ?? '', /no report/);
});

/** The same in a process whose main thread ends. */
async function inProcess(t: ExecutionContext, app: string, way: string, act?: (kill: (signal: NodeJS.Signals) => void) => void) {
  const file = path.join(temporaryFolder(t), 'log');
  fs.writeFileSync(file, '');
  const ended: Ended = await node([path.join(root, 'dist/test/apps/controller/process.js'), app, file, way], {
    when: [/half/, (child) => act?.((signal) => child.kill(signal))],
  });
  return { ...ended, log: fs.readFileSync(file, 'utf8').trim().split('\n') };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test.serial(`${signal} ends the run safe, with its report`, async (t) => {
    const { log, out, err } = await inProcess(t, 'runs', 'waits', (kill) => kill(signal));
    t.deepEqual(log, INSIDE, err);
    t.true(JSON.parse(out).aborted);
  });
}

for (const [way, code] of [
  ['exits', 3],
  ['throws', 1],
  ['rejects', 1],
] as const) {
  test.serial(`a main thread that ${way} waits until the controller has left its pipe`, async (t) => {
    const { log, status, err } = await inProcess(t, 'runs', way);
    t.deepEqual(log, INSIDE, err);
    t.is(status, code);
  });
}

test.serial('a main thread that exits beside a thread that hangs makes it safe from outside', async (t) => {
  const { log, status } = await inProcess(t, 'hangs', 'exits');
  t.deepEqual(log, OUTSIDE);
  t.is(status, 3);
});

test.serial('negative control: a process that is killed leaves nothing safe, and the log would show it', async (t) => {
  const { log } = await inProcess(t, 'runs', 'waits', (kill) => kill('SIGKILL'));
  t.deepEqual(log, ['acts']);
});
