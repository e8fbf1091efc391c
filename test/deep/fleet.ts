/** Sweeps over a real NATS server: the same bytes as without one, whoever is killed; what a job costs; and what a person is told. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageVersion } from '../../apps/cli/version.ts';
import { canonicalJson, idOf, type Job, resultFrom, resultText } from '../../apps/fleet/job.ts';
import { connectNats } from '../../apps/fleet/nats.ts';
import { natsQueue } from '../../apps/fleet/nats-queue.ts';
import { jobSubject, openStreams, RESULTS, refusedTwice, resultSubject } from '../../apps/fleet/nats-streams.ts';
import { planOf } from '../../apps/fleet/plan.ts';
import { serve } from '../../apps/fleet/serve.ts';
import { exact } from '../../runtime/index.ts';
import { root } from '../house/root.ts';
import { atMost, type Check, undisturbed } from './checks.ts';
import { ganglion } from './command.ts';
import { withServer } from './nats-server.ts';

export const FILE = 'apps/heartbeat/sweep.json';
const KILLS = 10;
const TINY = 10_000;
const MOST_MS = 5;

const main = join(root, 'dist/apps/cli/main.js');
const plan = planOf(JSON.parse(readFileSync(join(root, FILE), 'utf8')));
let local: Promise<string> | undefined;
/** What a sweep without a server prints. */
export const embedded = (): Promise<string> => {
  local ??= ganglion(['sweep', FILE, '--workers', '2', '--json']);
  return local;
};

/** A worker that is there again after each time it was killed. */
function workerOf(url: string): { kill(): Promise<void>; end(): Promise<void> } {
  const start = (): ChildProcess =>
    spawn(process.execPath, [main, 'worker', '--nats', url, '--workers', '1'], { cwd: root, stdio: 'ignore' });
  let child = start();
  const end = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    end,
    async kill() {
      await end();
      child = start();
    },
  };
}

async function refusal(url: string): Promise<string> {
  const error: Error = await ganglion(['sweep', FILE, '--workers', '0', '--nats', url]).then(
    () => assert.fail(`${url} was not refused`),
    (cause) => cause,
  );
  return error.message;
}

export const fleetChecks: readonly Check[] = [
  {
    claim:
      'a sweep over a NATS server has the bytes of one without; a second one runs nothing, --again runs all, and the server refuses what is there',
    run: () =>
      withServer(['-js'], async ({ url }) => {
        const expected = await embedded();
        const over = (...args: string[]) => ganglion(['sweep', FILE, '--nats', url, '--json', ...args]);
        assert.equal(await over('--workers', '2'), expected);
        assert.equal(await over('--workers', '0'), expected, 'all is there');
        const { jobs, failed } = JSON.parse(expected) as { readonly jobs: number; readonly failed: number };
        assert.equal(failed, 0);
        const connection = await connectNats(url);
        const { js, jsm } = await openStreams(connection);
        const stateOf = async () => (await jsm.streams.info(RESULTS)).state;
        const before = await stateOf();
        assert.equal(before.messages, jobs);

        const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
        const few = join(folder, 'few.json');
        writeFileSync(
          few,
          JSON.stringify({ app: 'heartbeat', measure: 'ticks', flags: { records: '100', seconds: 5, board: 'none' }, seeds: 3 }),
        );
        const again = ['sweep', few, '--nats', url, '--workers', '2', '--json', '--again'];
        assert.equal(await ganglion(again), await ganglion(again));
        rmSync(folder, { recursive: true });
        const after = await stateOf();
        assert.deepEqual([after.messages - jobs, after.last_seq - before.last_seq], [3, 6]);

        const [id, job] = [...plan.jobs][0]!;
        await assert.rejects(js.publish(resultSubject(id), 'a second result'), refusedTwice);
        await js.publish(jobSubject(id), canonicalJson(job));
        await assert.rejects(js.publish(jobSubject(id), canonicalJson(job)), refusedTwice);
        await connection.close();
        return `${jobs} jobs, ${expected.length} bytes`;
      }),
  },
  {
    claim: `${KILLS} workers and the server, twice, killed at random: every job has its result, once, with the same bytes`,
    run: () =>
      withServer(['-js'], async (server) => {
        const expected = await embedded();
        const workers = Array.from({ length: 3 }, () => workerOf(server.url));
        const chance = exact.randomStream(1, 'kills');
        const sweeping = ganglion(['sweep', FILE, '--nats', server.url, '--workers', '0', '--json']);
        sweeping.catch(() => undefined);
        let ended = false;
        const over = sweeping.finally(() => {
          ended = true;
        });
        over.catch(() => undefined);
        let kills = 0;
        try {
          await sleep(1500);
          for (; kills < KILLS && !ended; kills++) {
            await sleep(300 + 900 * chance.uniform(2 * kills));
            await workers[Math.floor(workers.length * chance.uniform(2 * kills + 1))]!.kill();
            if (kills !== 3 && kills !== 7) continue;
            await server.kill();
            await sleep(500);
            await server.start();
          }
          assert.equal(kills, KILLS, 'the sweep was over before all were killed');
          assert.equal(await over, expected);
        } finally {
          for (const worker of workers) await worker.end();
        }
        const connection = await connectNats(server.url);
        const { jsm } = await openStreams(connection);
        const { messages, subjects = {} } = (await jsm.streams.info(RESULTS, { subjects_filter: '>' })).state;
        await connection.close();
        assert.equal(messages, plan.jobs.size);
        assert.ok(Object.values(subjects).every((count) => count === 1));
        return `${messages} results of ${plan.jobs.size} jobs, ${kills} workers killed, server killed twice`;
      }),
  },
  {
    claim: `${TINY} tiny jobs through the queue, two at a time`,
    run: () =>
      undisturbed(/ms a job/, () =>
        withServer(['-js'], async ({ url }) => {
          const jobs = new Map(
            Array.from({ length: TINY }, (_, seed): [string, Job] => {
              const job: Job = { version: packageVersion(), app: 'nothing', seed, flags: {} };
              return [idOf(job), job];
            }),
          );
          const queue = await natsQueue(url, { say: assert.fail });
          const seen = new Set<string>();
          const over = new AbortController();
          const started = performance.now();
          const perform = async (job: Job): Promise<string> => resultText(job, {});
          const heard = (text: string): void => void seen.add(resultFrom(text, 'result').id);
          await Promise.all([
            queue.collect(jobs, heard, over.signal).finally(() => over.abort()),
            serve(queue, { performers: [perform, perform], signal: over.signal }),
          ]);
          const each = (performance.now() - started) / TINY;
          await queue.close();
          assert.deepEqual(seen, new Set(jobs.keys()));
          return `${atMost('ms a job', each, MOST_MS)}; every one heard once`;
        }),
      ),
  },
  {
    claim: "a job of 12 s stays with the worker that lives; one of a worker that is silent is another's after 10 s",
    run: () =>
      withServer(['-js'], async ({ url }) => {
        const job = (seed: number): Job => ({ version: packageVersion(), app: 'nothing', seed, flags: {} });
        const queue = await natsQueue(url, { say: assert.fail });
        const silent = await natsQueue(url, { say: assert.fail });
        const over = new AbortController();
        const heard: string[] = [];
        const collected = queue.collect(
          new Map([1, 2].map((seed) => [idOf(job(seed)), job(seed)])),
          (text) => heard.push(text),
          over.signal,
        );
        const lost = await silent.take(over.signal);
        const began = performance.now();
        const runs: [seed: number, atMs: number][] = [];
        const perform = async (one: Job): Promise<string> => {
          runs.push([one.seed, performance.now() - began]);
          if (one.seed !== lost!.job.seed) await sleep(12_000);
          return resultText(one, {});
        };
        const served = serve(queue, { performers: [perform, perform], signal: over.signal });
        await collected.finally(() => over.abort());
        await served;
        await queue.close();
        await silent.close();
        assert.equal(heard.length, 2);
        assert.equal(runs.length, 2, `each was run once by those who live: ${JSON.stringify(runs)}`);
        const [, after] = runs.find(([seed]) => seed === lost!.job.seed)!;
        assert.ok(after > 8000 && after < 20_000, `it was taken anew after ${after.toFixed(0)} ms`);
        return `taken anew after ${(after / 1000).toFixed(1)} s`;
      }),
  },
  {
    claim: 'a wrong password, no server, no JetStream and a wrong URL are told, each with what to do; no password is printed',
    run: async () => {
      const told = await withServer(['-js', '--user', 'me', '--pass', 'right'], async ({ port }) => {
        const wrong = await refusal(`nats://me:sesame@127.0.0.1:${port}`);
        assert.match(wrong, /refuses who we are: Authorization Violation/);
        assert.match(wrong, /NATS_USER and NATS_PASSWORD/);
        assert.ok(!wrong.split('\n').slice(1).join('\n').includes('sesame'), 'the first line alone, which is of the test, has the command');
        const connection = await connectNats(`nats://me:right@127.0.0.1:${port}`);
        await connection.close();
        return port;
      });
      await Promise.all([
        (async () =>
          assert.match(await refusal(`nats://127.0.0.1:${told}`), /no NATS server can be used at 127\.0\.0\.1:\d+: connection refused/))(),
        withServer([], async ({ url }) => assert.match(await refusal(url), /has no JetStream/)),
        (async () => assert.match(await refusal('http://127.0.0.1:1'), /a NATS server is nats:\/\/HOST:PORT/))(),
      ]);
      return 'four refusals';
    },
  },
];
