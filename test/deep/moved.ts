/** Runs that move to another machine: saved here and resumed there, recorded here and replayed there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { latestCheckpoint } from '../../drivers/index.ts';
import { openRecording } from '../../drivers/recording/index.ts';
import { nativeInfo } from '../../native/index.ts';
import { compile, type Network, type RecordedFrame, recordLayout } from '../../runtime/index.ts';
import { mend } from '../fuzz/mcap-checksums.ts';
import type { Check } from './checks.ts';
import { ganglion, here, type Machine, output } from './command.ts';
import { shortened, shortRun } from './short-run.ts';

/** Every machine chooses its targets itself. */
const free = { GANGLION_TARGET: '' };

type Report = Readonly<Record<string, unknown>> & { readonly target: string; readonly fingerprint: string; readonly ticks: number };
type Replayed = {
  readonly target: string;
  readonly whole: boolean;
  readonly fingerprint: string;
  readonly difference: { readonly tick: number; readonly what: string } | null;
  readonly fingerprints: number;
};

const run = async (args: readonly string[], machine: Machine): Promise<Report> =>
  JSON.parse(await ganglion(['run', 'heartbeat', '--json', ...args], free, machine));

/** What two machines have in common: all but the time that it took, and what it ran on. */
function lasting(report: Report): Record<string, unknown> {
  const left = ['wallSeconds', 'realTimeFactor', 'clock', 'checkpoints', 'thread', 'target'];
  return Object.fromEntries(Object.entries(report).filter(([name]) => !left.includes(name)));
}

const withFolder = async (minutes: number, use: (folder: string, data: string) => Promise<string>): Promise<string> => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-moved-'));
  const data = await shortened(minutes);
  try {
    return await use(folder, data);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(data, { recursive: true });
  }
};

/** Rounds in which a run may end before it is killed. */
const MOST_ROUNDS = 40;

/** Runs until a checkpoint of `least` ticks is there, and kills it; anew where it ended by itself. The tick of the newest checkpoint. */
async function killedAfter(least: number, args: readonly string[], saved: string, { node, root }: Machine): Promise<number> {
  const script = join(root, 'dist/apps/cli/main.js');
  const given = [script, 'run', 'heartbeat', ...args, '--checkpoint', saved, '--every', '0.001'];
  const reached = (): number => (existsSync(join(saved, '0000000001.checkpoint')) ? latestCheckpoint(saved).checkpoint.tick : 0);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    rmSync(saved, { recursive: true, force: true });
    const child = spawn(node, given, { stdio: 'ignore', env: { ...process.env, ...free } });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    while (child.exitCode === null && child.signalCode === null && reached() < least) await setTimeout(1);
    child.kill('SIGKILL');
    if ((await ended) === 'SIGKILL') return reached();
  }
  return assert.fail(`a run must be killed in ${MOST_ROUNDS} rounds`);
}

/** Of each record. */
const MINUTES = 0.25;

const checkpoints = (there: () => Machine): Check => ({
  claim: 'a run of x64 is resumed on arm64, and one of arm64 on x64; both end as the run in one piece',
  run: () =>
    withFolder(MINUTES, async (folder, data) => {
      const options = [...shortRun(data), '--backend', 'native'];
      const whole = await run(options, here);
      const said: string[] = [];
      for (const [name, from, to, least] of [
        ['there', here, there(), 1],
        ['back', there(), here, whole.ticks / 4],
      ] as const) {
        const saved = join(folder, name);
        const tick = await killedAfter(least, options, saved, from);
        assert.ok(tick > 0 && tick < whole.ticks, `killed at tick ${tick} of ${whole.ticks}`);
        const resumed = await run(['--resume', saved], to);
        assert.equal(resumed.target === 'neon', to !== here, 'two machines must take part');
        assert.deepEqual(lasting(resumed), lasting(whole));
        said.push(`${name}: ${tick} of ${whole.ticks} ticks, then ${resumed.target}`);
      }
      return `${said.join('; ')}; ${whole.fingerprint}`;
    }),
});

/** Instruction sets of x64, best first, by what the kernel says that the processor has. */
function processorHas(): readonly string[] {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))![1]!.trim().split(' '));
  const needs = { avx512: ['avx512f', 'avx512dq', 'avx512vl', 'avx512bw', 'fma'], avx2: ['avx2', 'fma'], baseline: [] };
  return Object.entries(needs).flatMap(([target, needed]) => (needed.every((flag) => flags.has(flag)) ? [target] : []));
}

/** Turns over a bit of the first input of a frame, in the file, under right checksums; the first tick of the frame. */
function spoilInput(file: string, to: string): number {
  const { info } = openRecording(file);
  const layout = recordLayout(compile(JSON.parse(info.network) as Network, { maxTicks: info.maxTicks }));
  const frames = [...openRecording(file).frames(layout)];
  const bytes = readFileSync(file);
  const inputOf = ({ tapes }: RecordedFrame): Uint8Array => {
    const { buffer, byteOffset, byteLength } = tapes.get('input.input')!;
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  // A tape stands in the file as in memory; one that no other frame has is found by its bytes.
  const chosen = frames.slice(frames.length >> 1).find((frame) => bytes.indexOf(inputOf(frame)) === bytes.lastIndexOf(inputOf(frame)))!;
  const at = bytes.indexOf(inputOf(chosen));
  assert.ok(at !== -1, 'the tape must be found');
  bytes[at + 2]! ^= 1 << 6;
  mend(bytes);
  writeFileSync(to, bytes);
  return chosen.tick;
}

const replays = (there: () => Machine): Check => ({
  claim:
    'a recording of the best target is replayed to the bit by every other one, by the reference and by arm64; one flipped bit names its tick',
  run: () =>
    withFolder(MINUTES, async (folder, data) => {
      const info = nativeInfo();
      assert.ok('supported' in info);
      const has = processorHas();
      assert.deepEqual(info.supported, has, 'what the processor has must be used');
      const file = join(folder, 'run.mcap');
      const { target, fingerprint, ticks } = await run([...shortRun(data), '--backend', 'native', '--record', file], here);
      assert.equal(target, has[0]);
      const others: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, Machine])[] = [
        ['reference', ['--backend', 'reference'], free, here],
        ...has.map((name) => [name, ['--backend', 'native'], { GANGLION_TARGET: name }, here] as const),
        ['neon', ['--backend', 'native'], free, there()],
      ];
      for (const [name, backend, environment, machine] of others) {
        const replayed: Replayed = JSON.parse(await ganglion(['replay', file, '--verify', '--json', ...backend], environment, machine));
        assert.deepEqual([replayed.difference, replayed.whole, replayed.fingerprint], [null, true, fingerprint], name);
        assert.ok(replayed.fingerprints > 10);
        if (name !== 'reference') assert.equal(replayed.target, name);
      }
      const spoiled = join(folder, 'spoiled.mcap');
      const tick = spoilInput(file, spoiled);
      for (const [name, backend, environment, machine] of others) {
        const failed = await ganglion(['replay', spoiled, '--verify', ...backend], environment, machine).then(
          () => assert.fail(`${name}: a flipped bit must be noticed`),
          (error: Error) => error.message,
        );
        const at = Number(/differs at tick (\d+)/.exec(failed)?.[1] ?? assert.fail(failed));
        assert.ok(at >= tick && at < tick + 240, `${name}: tick ${at}, spoiled at ${tick}`);
      }
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(spoiled, bytes);
      await assert.rejects(output('apps/cli/main.js', ['replay', spoiled, '--verify'], free), /after tick \d+/);
      const missing = has.includes('avx512') ? '' : '; NOT SHOWN: AVX-512, which this processor lacks';
      return `${ticks} ticks of ${target} on ${others.map(([name]) => name).join(', ')}: ${fingerprint}; a bit flipped at tick ${tick} is named${missing}`;
    }),
});

export const movedChecks = (there: () => Machine): readonly Check[] => [checkpoints(there), replays(there)];
