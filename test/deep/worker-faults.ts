/** Each thread of a run dies in the middle of it, without a word: what becomes of the run. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../apps/command.ts';
import type { Check } from './checks.ts';

/** Loaded into every thread: a worker of that file is ended a second after the first that it said. */
const killing = (victim: string): string => `
const threads = require('node:worker_threads');
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(file, options) {
    super(file, options);
    if (String(file).includes(${JSON.stringify(victim)})) this.once('message', () => setTimeout(() => this.terminate(), 1000));
  }
};
require('node:module').syncBuiltinESMExports();
`;

interface Ended {
  readonly status: number | null;
  readonly err: string;
  readonly report: Readonly<Record<string, unknown>>;
}

/** Four seconds of real time with everything on beside the loop, one thread of which dies; or as fast as it can. */
async function run(victim: string, pace: readonly string[] = ['--speed', '10', '--seconds', '40']): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  const preload = join(folder, 'killing.cjs');
  writeFileSync(preload, killing(victim));
  const beside = ['--record', join(folder, 'run.mcap'), '--checkpoint', join(folder, 'saved'), '--every', '1'];
  const notes = ['--log', join(folder, 'log'), '--log-level', 'debug', '--metrics', '0', '--dashboard', '0'];
  const args = [main, 'run', 'heartbeat', '--board', 'none', '--json', ...pace, ...beside, ...notes];
  const child = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: `--require ${preload}` } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [status] = await once(child, 'close');
  rmSync(folder, { recursive: true });
  return { status: status as number | null, err, report: JSON.parse(out || '{}') as Ended['report'] };
}

interface Fault {
  readonly fault: string;
  readonly victim: string;
  readonly expected: string;
  readonly status: number;
  readonly pace?: readonly string[];
  /** what the report, or stderr, says of it */
  seen(ended: Ended): string | null | undefined;
}

const faultOf = (report: Ended['report'], part: string): string | null | undefined =>
  (report[part] as { readonly fault: string | null } | undefined)?.fault;
const goesOn = 'the run ends as if nothing had been';

const faults: readonly Fault[] = [
  { fault: 'thread of the dashboard dies', victim: 'dashboard/thread', expected: goesOn, status: 0, seen: () => 'no page' },
  {
    fault: 'thread of logs and metrics dies',
    victim: 'observe/thread',
    expected: `${goesOn}, and says so`,
    status: 0,
    seen: ({ report, err }) => (/logs and metrics have ended, the run goes on/.test(err) ? faultOf(report, 'log') : null),
  },
  {
    fault: 'thread of the recording dies',
    victim: 'recording/writer-thread',
    expected: 'the run goes on, its report names it, exit code 1',
    status: 1,
    seen: ({ report }) => faultOf(report, 'recording'),
  },
  {
    fault: 'thread of the checkpoints dies',
    victim: 'storage/checkpoint-thread',
    expected: `${goesOn}, and says so`,
    status: 0,
    seen: ({ report }) => (report['checkpoints'] as { readonly lastError: string | null } | undefined)?.lastError,
  },
  {
    fault: "the controller's thread dies",
    victim: 'controller/worker',
    expected: 'made safe from outside, exit code 1',
    status: 1,
    seen: ({ err }) => /ended with code 1 and no report/.exec(err)?.[0],
  },
];

const table: string[] = [];
let whole: Ended | undefined;

export const workerFaults: readonly Check[] = [
  {
    claim: 'control: where no thread dies, nothing is said of one',
    async run() {
      whole = await run('nobody');
      assert.equal(whole.status, 0, whole.err);
      assert.deepEqual([faultOf(whole.report, 'log'), faultOf(whole.report, 'recording')], [null, undefined]);
      assert.doesNotMatch(whole.err, /have ended/);
      return `fingerprint ${whole.report['fingerprint']}`;
    },
  },
  ...faults.map(
    (fault): Check => ({
      claim: `${fault.fault}: ${fault.expected}`,
      async run() {
        const ended = await run(fault.victim, fault.pace);
        const seen = fault.seen(ended);
        assert.equal(ended.status, fault.status, ended.err);
        assert.ok(seen, `it is not told: ${ended.err}`);
        if (fault.victim !== 'controller/worker') assert.equal(ended.report['fingerprint'], whole!.report['fingerprint']);
        table.push(`| ${fault.fault} | ${fault.expected} | ${seen}, exit code ${ended.status} |`);
        return seen;
      },
    }),
  ),
];
export const workerTable = table;
