import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { shortened } from '../../deep/short-run.ts';
import { root } from '../../house/root.ts';

const main = join(root, 'dist/apps/cli/main.js');
const execute = promisify(execFile);
const ganglion = async (args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await execute(process.execPath, [main, 'run', 'heartbeat', ...args, '--json'])).stdout);

/** What of a report a resumed run has in common with one in one piece: all but the time that it took. */
const lasting = ({
  wallSeconds: _,
  realTimeFactor: __,
  clock: ___,
  checkpoints: ____,
  thread: _____,
  ...report
}: Record<string, unknown>): unknown => report;

test('heartbeat, killed while it writes checkpoints, goes on to the report of the run in one piece', async (t) => {
  const data = await shortened(2);
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-resume-'));
  t.teardown(() => {
    rmSync(data, { recursive: true });
    rmSync(folder, { recursive: true });
  });
  const options = ['--data', data, '--records', '100,106', '--board', 'none', '--baselines'];
  const whole = await ganglion(options);
  const saved = join(folder, 'saved');
  const first = ['run', 'heartbeat', ...options, '--checkpoint', saved, '--every', '0.01'];
  let kills = 0;
  for (const [round, args] of [first, ['run', 'heartbeat', '--resume', saved], ['run', 'heartbeat', '--resume', saved]].entries()) {
    const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' });
    const newest = (): string =>
      existsSync(saved)
        ? (readdirSync(saved)
            .filter((name) => name.endsWith('.checkpoint'))
            .sort()
            .at(-1) ?? '')
        : '';
    const before = newest();
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    while (newest() === before && child.exitCode === null) await setTimeout(2);
    await setTimeout(3 * round);
    if (child.exitCode === null) kills++;
    child.kill('SIGKILL');
    await ended;
  }
  t.true(kills > 0, 'a run was killed');
  // The last write was torn: the one before it is taken.
  const names = readdirSync(saved)
    .filter((name) => name.endsWith('.checkpoint'))
    .sort();
  if (names.length > 1) writeFileSync(join(saved, names.at(-1)!), 'torn');
  await t.throwsAsync(ganglion(['--resume', saved, '--seed', '2']), { message: /--seed 2 conflicts with the checkpoint/ });
  const resumed = await ganglion(['--resume', saved]);
  t.not((resumed['checkpoints'] as { resumedAtTick: number | null }).resumedAtTick, null);
  t.deepEqual(lasting(resumed), lasting(whole));
});
