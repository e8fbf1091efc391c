import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { described } from '../../apps/cli/program.ts';
import { latestCheckpoint } from '../../drivers/index.ts';
import { encodeCheckpoint, encodeState, exact } from '../../runtime/index.ts';
import { root } from '../house/root.ts';
import type { Check } from './checks.ts';
import { ganglion } from './command.ts';
import { shortened, shortRun } from './short-run.ts';

const KILLS = 25;
/** Kills of these come while a checkpoint is being written: its temporary file is there when the process is gone. */
const IN_WRITES = 8;
/** Rounds that may be needed for so many: a run that ends by itself begins anew. */
const MOST_ROUNDS = 80;
const OFTEN = ['--every', '0.01'];

interface Report {
  readonly fingerprint: string;
  readonly ticks: number;
  readonly checkpoints: {
    readonly written: number;
    readonly failed: number;
    readonly lastError: string | null;
    readonly resumedAtTick: number | null;
  };
}

const run = async (args: readonly string[]): Promise<Report> => JSON.parse(await ganglion(['run', 'heartbeat', '--json', ...args]));

/** What a resumed run has in common with one in one piece: all but the time that it took. */
function lasting(report: Report): Record<string, unknown> {
  const left = ['wallSeconds', 'realTimeFactor', 'clock', 'checkpoints', 'thread'];
  return Object.fromEntries(Object.entries(report).filter(([name]) => !left.includes(name)));
}

const withFolder = async (use: (folder: string, data: string) => Promise<string>): Promise<string> => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-checkpoints-'));
  const data = await shortened(2);
  try {
    return await use(folder, data);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(data, { recursive: true });
  }
};

const namesIn = (folder: string, end: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(end))
        .sort()
    : [];

/** Starts the command, and kills it `after` ms from its first sign of life in `folder`, or in the write that follows. Whether it was killed. */
async function killed(args: readonly string[], folder: string, after: number, inWrite: boolean): Promise<boolean> {
  const before = namesIn(folder, '').join();
  const child = spawn(process.execPath, [join(root, 'dist/apps/cli/main.js'), 'run', 'heartbeat', ...args], { stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  while (alive() && namesIn(folder, '').join() === before) await setTimeout(1);
  await setTimeout(after);
  while (inWrite && alive() && namesIn(folder, '.tmp').length === 0) await setImmediate();
  child.kill('SIGKILL');
  return (await ended) === 'SIGKILL';
}

const kill: Check = {
  claim: `checkpoints: heartbeat, killed at ${KILLS} moments and in writes too, ends as the run in one piece`,
  run: () =>
    withFolder(async (folder, data) => {
      const options = [...shortRun(data), '--baselines'];
      const whole = await run(options);
      const random = exact.randomStream(7, 'kills');
      let [kills, torn, ends, runs] = [0, 0, 0, 0];
      let saved = join(folder, '0');
      const finish = async (): Promise<void> => {
        const report = await run(['--resume', saved]);
        assert.notEqual(report.checkpoints.resumedAtTick, null);
        assert.deepEqual(lasting(report), lasting(whole));
        ends++;
        saved = join(folder, String(++runs));
      };
      for (let round = 0; kills < KILLS || torn < IN_WRITES; round++) {
        assert.ok(round < MOST_ROUNDS, `${kills} kills, ${torn} of them in writes, in ${round} rounds`);
        const args = existsSync(saved) ? ['--resume', saved] : [...options, '--checkpoint', saved];
        const dead = await killed([...args, ...OFTEN], saved, 400 * random.uniform(round), round % 2 === 1);
        if (dead) {
          kills++;
          if (namesIn(saved, '.tmp').length > 0) torn++;
        } else await finish();
      }
      if (existsSync(saved)) await finish();
      return `${kills} kills, ${torn} in writes, ${ends} runs ended with ${whole.fingerprint}`;
    }),
};

/** Ways in which a disk spoils a file. */
const damages: Readonly<Record<string, (file: string) => void>> = {
  torn(file) {
    const bytes = readFileSync(file);
    bytes.fill(0, bytes.length >> 1);
    writeFileSync(file, bytes);
  },
  truncated: (file) => truncateSync(file, readFileSync(file).length - 1),
  flipped(file) {
    const bytes = readFileSync(file);
    // Twice is not the old value: files that were flipped once are flipped again below.
    bytes[bytes.length >> 1]! += 1;
    writeFileSync(file, bytes);
  },
};

/** The largest array of words in a state: the memory of a network. */
function largest(state: unknown): Uint32Array | undefined {
  if (state instanceof Uint32Array) return state;
  if (typeof state !== 'object' || state === null || ArrayBuffer.isView(state)) return undefined;
  const found = Object.values(state).flatMap((inner) => largest(inner) ?? []);
  return found.sort((a, b) => b.length - a.length)[0];
}

const damaged: Check = {
  claim: 'checkpoints: a torn, a truncated and a flipped one end in the one before it, and nothing but such in an error',
  run: () =>
    withFolder(async (folder, data) => {
      const options = shortRun(data);
      const whole = await run(options);
      const saved = join(folder, 'saved');
      for (let round = 0; namesIn(saved, '.checkpoint').length < 3; round++) {
        assert.ok(round < MOST_ROUNDS, 'a run with three checkpoints must be killed');
        rmSync(saved, { recursive: true, force: true });
        await killed([...options, '--checkpoint', saved, ...OFTEN], saved, 50 * (round + 1), false);
      }
      const ticks: number[] = [];
      for (const [name, damage] of Object.entries(damages)) {
        const copy = join(folder, name);
        cpSync(saved, copy, { recursive: true });
        const files = namesIn(copy, '.checkpoint').map((file) => join(copy, file));
        const before = latestCheckpoint(copy).checkpoint.tick;
        damage(files.at(-1)!);
        const { checkpoints, ...report } = await run(['--resume', copy]);
        assert.ok(checkpoints.resumedAtTick! < before, `${name}: the one before it must be taken`);
        assert.deepEqual(lasting({ checkpoints, ...report }), lasting(whole), name);
        ticks.push(checkpoints.resumedAtTick!);
        for (const file of namesIn(copy, '.checkpoint')) damage(join(copy, file));
        await assert.rejects(run(['--resume', copy]), /no good checkpoint/, name);
      }
      // A bit that no checksum can know of: the run in one piece is not found again.
      const { checkpoint } = latestCheckpoint(saved);
      const words = largest(checkpoint.state)!;
      const { offset } = (await described('heartbeat', 1)).compile().regions.get('recurrent.weights')!;
      words[words.findIndex((word, index) => index >= offset && word !== 0)]! ^= 1 << 20;
      const spoiled = join(folder, 'spoiled');
      mkdirSync(spoiled);
      writeFileSync(
        join(spoiled, '0000000000.checkpoint'),
        encodeCheckpoint(checkpoint.tick, checkpoint.run, encodeState(checkpoint.state)),
      );
      assert.notEqual((await run(['--resume', spoiled])).fingerprint, whole.fingerprint, 'a changed weight must be noticed');
      return `${Object.keys(damages).join(', ')}: resumed at ticks ${ticks.join(', ')} of ${whole.ticks}`;
    }),
};

const full: Check = {
  claim: 'checkpoints: on a full disk the run goes on, says so, and keeps the last good one',
  run: () =>
    withFolder(async (folder, data) => {
      const options = shortRun(data);
      const whole = await run(options);
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1400k', 'tmpfs', disk]);
      try {
        const saved = join(disk, 'saved');
        const report = await run([...options, '--checkpoint', saved, ...OFTEN]);
        assert.deepEqual(lasting(report), lasting(whole));
        const { failed, written, lastError } = report.checkpoints;
        assert.ok(failed > 0 && /ENOSPC/.test(lastError ?? ''), `a full disk must be told: ${JSON.stringify(report.checkpoints)}`);
        assert.deepEqual(namesIn(saved, '.tmp'), []);
        const { tick } = latestCheckpoint(saved).checkpoint;
        assert.ok(tick > 0, 'the disk must have held a checkpoint of a run that had begun');
        const resumed = await run(['--resume', saved]);
        assert.equal(resumed.checkpoints.resumedAtTick, tick);
        assert.deepEqual(lasting(resumed), lasting(whole));
        return `${failed} not written, ${written} written, resumed at tick ${tick}`;
      } finally {
        execFileSync('umount', [disk]);
      }
    }),
};

export const checkpointChecks: readonly Check[] = [kill, damaged, full];
