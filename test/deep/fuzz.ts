/**
 * The parsers against a million spoiled inputs, for a night: `fuzz.js [--cases N] [--seed S] [--target NAME]`. Each target runs on a thread of its own, so that one
 * that hangs is seen. The last line is `N passed, N failed`.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { fuzz, targets } from '../fuzz/fuzz.ts';
import { type Check, runChecks } from './checks.ts';

/** One case that takes longer hangs; a good one takes a thousandth of a second. */
const HANGS_MS = 120_000;
/** What hangs is seen by {@link HANGS_MS}; a target may take the night. */
const LONGEST_MINUTES = 600;

interface Job {
  readonly name: string;
  readonly cases: number;
  readonly seed: number;
  /** case that is being read, then what became of all */
  readonly state: SharedArrayBuffer;
}

function work({ name, cases, seed, state }: Job): void {
  const count = new Uint32Array(state, 0, 1);
  const said = new Float64Array(state, 8);
  const { taken, refused, slowest, widest } = fuzz(targets.find((target) => target.name === name)!, cases, seed, () => void count[0]!++);
  said.set([taken, refused, slowest, widest]);
}

const check = (name: string, cases: number, seed: number): Check => ({
  claim: `fuzz: ${name}, seed ${seed}: ${cases} cases end in a value or in a refusal, in time and memory that their size bounds`,
  async run() {
    const state = new SharedArrayBuffer(40);
    const count = new Uint32Array(state, 0, 1);
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { name, cases, seed, state } satisfies Job });
    let seen = -1;
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => {
        if (count[0] === seen) reject(new Error(`hangs in case ${seen} of seed ${seed}`));
        seen = count[0]!;
      }, HANGS_MS);
      worker.once('error', reject).once('exit', () => resolve());
      worker.once('exit', () => clearInterval(timer)).once('error', () => clearInterval(timer));
    }).finally(() => worker.terminate());
    const [taken, refused, slowest, widest] = new Float64Array(state, 8) as unknown as [number, number, number, number];
    assert.equal(taken + refused, cases, 'every case must be read');
    assert.ok(taken > 0 && refused > 0, `${taken} taken, ${refused} refused: both ends must be reached`);
    return `${taken} taken, ${refused} refused, slowest ${slowest.toFixed(1)} times a good one, most memory ${widest.toFixed(0)} bytes a byte`;
  },
});

if (isMainThread) {
  const { values } = parseArgs({
    options: { cases: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' }, target: { type: 'string' } },
  });
  const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
  assert.ok(chosen.length > 0, `--target must be one of ${targets.map(({ name }) => name).join(', ')}`);
  const share = chosen.reduce((sum, target) => sum + target.share, 0);
  process.exitCode = (await runChecks(
    chosen.map(({ name, share: own }) => check(name, Math.ceil((Number(values.cases) * own) / share), Number(values.seed))),
    LONGEST_MINUTES,
  ))
    ? 0
    : 1;
} else work(workerData as Job);
