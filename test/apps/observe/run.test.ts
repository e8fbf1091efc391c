/** Logs and metrics of whole runs. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../../house/temporary.ts';
import { ganglion } from '../command.ts';

const events = (file: string) =>
  fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);

test.serial('a run is the same with logs and metrics as without; every frame is in the log, and its end', async (t) => {
  const file = path.join(temporaryFolder(t), 'log');
  const run = 'run heartbeat --seconds 10 --board none --json';
  const bare = await ganglion(run);
  const noted = await ganglion(`${run} --log ${file} --log-level debug --metrics 0`);
  t.is(noted.status, 0, noted.err);
  t.regex(noted.err, /metrics: http:\/\/127\.0\.0\.1:\d+\/metrics/);
  const [one, other] = [JSON.parse(bare.out), JSON.parse(noted.out)];
  t.is(one.fingerprint, other.fingerprint);
  t.is(one.log, undefined);
  const lines = events(file);
  t.deepEqual(other.log, { lines: lines.length, dropped: 0, fault: null });
  const frames = lines.filter(({ event }) => event === 'frame');
  t.deepEqual(
    frames.map(({ tick }) => tick),
    Array.from({ length: 200 }, (_, k) => 6 * (k + 1)),
  );
  t.like(lines[0], { event: 'run.started', tick: 0, frame_ticks: 6 });
  t.like(lines.at(-1), { event: 'run.ended', ok: true, interrupted: false, fingerprint: one.fingerprint });
});

test.serial('a run that fails has its error and the remedy in the log', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'log');
  const { status } = await ganglion(`run heartbeat --data ${path.join(folder, 'nothing')} --log ${file}`);
  t.is(status, 1);
  const [failed] = events(file);
  t.is(failed!['event'], 'run.failed');
  t.true(String(failed!['error']).length > 0 && String(failed!['remedy']).length > 0, JSON.stringify(failed));
});

test.serial('a log that cannot be written ends itself, and not the run', async (t) => {
  const { status, out } = await ganglion('run heartbeat --seconds 5 --board none --log /dev/full --log-level debug --json');
  t.is(status, 0);
  t.regex(JSON.parse(out).log.fault, /ENOSPC/);
});

test.serial('what cannot be is said', async (t) => {
  for (const [flags, message] of [
    ['--log /nowhere/log', /--log \/nowhere\/log cannot be written/],
    ['--log-level debug', /--log-level is of no use without --log/],
    ['--metrics x', /--metrics takes/],
  ] as const) {
    const { status, err } = await ganglion(`run heartbeat --seconds 1 --board none ${flags}`);
    t.is(status, 2, err);
    t.regex(err, message);
  }
});
