/** Sweeps on this machine, without a server: what a file asks for, and that every job has its result, once and with the same bytes. */
import fs from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { children } from '../../apps/fleet/children.ts';
import { canonicalJson, failureText, idOf, type Job, jobFrom, resultFrom, resultText } from '../../apps/fleet/job.ts';
import { connectNats } from '../../apps/fleet/nats.ts';
import { picture } from '../../apps/fleet/picture.ts';
import { planOf } from '../../apps/fleet/plan.ts';
import { localQueue } from '../../apps/fleet/queue.ts';
import { serve } from '../../apps/fleet/serve.ts';
import { sweep, sweepJson } from '../../apps/fleet/sweep.ts';
import { renderSweep } from '../../apps/fleet/table.ts';
import type { ControllerError } from '../../runtime/index.ts';
import { root } from '../house/root.ts';
import { plant, temporaryFolder } from '../house/temporary.ts';
import { ganglion } from './command.ts';

const tiny = {
  app: 'heartbeat',
  measure: 'records.0.beats',
  flags: { records: '100', board: 'none', learn: 'readout' },
  grid: { seconds: [5, 10, 20] },
  seeds: 2,
};
const never = new AbortController().signal;
const count = (text: string, part: RegExp): number => text.match(part)?.length ?? 0;

/** A sweep in which nothing runs: each job's seed and seconds are its report. */
const played = (file: unknown, perform = async (job: Job): Promise<string> => resultText(job, { value: job.seed })) => {
  const plan = planOf(file);
  const options = {
    queue: localQueue(),
    performers: [perform, perform],
    store: undefined,
    again: false,
    signal: never,
    progress: () => undefined,
  };
  return sweep(plan, options).then((results) => ({ plan, results }));
};

test('a grid is every combination with every seed; a list is taken as it is; draws depend on their seed alone', (t) => {
  const grid = planOf({ ...tiny, grid: { seconds: [5, 10], learn: ['on', 'off'] } });
  t.deepEqual(
    grid.configurations.map(({ label }) => label),
    ['seconds=5 learn=on', 'seconds=5 learn=off', 'seconds=10 learn=on', 'seconds=10 learn=off'],
  );
  t.is(grid.jobs.size, 8);
  t.deepEqual([...grid.jobs.values()][3]!.flags, { records: '100', board: 'none', learn: 'off', seconds: '5' });

  const { grid: _, ...base } = tiny;
  const list = planOf({ ...base, list: [{}, { baselines: true }, { baselines: false }], seeds: [7] });
  t.is(list.configurations.length, 2, 'a switch that is off is none');
  t.deepEqual(
    [...list.jobs.values()].map(({ flags }) => flags['baselines']),
    [undefined, true],
  );

  const draw = { seconds: { from: 1, to: 100, scale: 'log' }, learn: ['on', 'off'] };
  const drawn = (seed: number): string[] => planOf({ ...base, random: { count: 20, seed, draw } }).configurations.map(({ label }) => label);
  t.deepEqual(drawn(1), drawn(1));
  t.notDeepEqual(drawn(1), drawn(2));
  const seconds = drawn(1).map((label) => Number(/seconds=([\d.]+)/.exec(label)![1]));
  t.true(seconds.every((value) => value >= 1 && value <= 100));
  t.true(seconds.filter((value) => value < 10).length > 4, 'as many below ten as above');
  const whole = planOf({ ...base, random: { count: 50, draw: { seconds: { from: 1.5, to: 4.5, whole: true } } } });
  t.deepEqual(
    whole.configurations.map(({ label }) => label).toSorted(),
    ['seconds=2', 'seconds=3', 'seconds=4'],
    'the same draw is one job',
  );
});

test('a job is named by what it is, in whatever order it is written', (t) => {
  const job: Job = { version: '1.0.0', app: 'heartbeat', seed: 1, flags: { learn: 'on', records: '100' } };
  const same = JSON.parse('{"seed":1,"flags":{"records":"100","learn":"on"},"app":"heartbeat","version":"1.0.0"}') as Job;
  t.is(idOf(same), idOf(job));
  t.regex(idOf(job), /^[0-9a-f]{32}$/);
  t.is(new Set([job, { ...job, seed: 2 }, { ...job, version: '1.0.1' }, { ...job, flags: {} }].map(idOf)).size, 4);
  t.deepEqual(jobFrom(canonicalJson(job)), job);
});

test('a file that asks for what does not exist is refused, with the path of the field', (t) => {
  const faults: readonly (readonly [unknown, string, string])[] = [
    [[], 'ERR_WRONG_TYPE', 'sweep'],
    [{ app: 'heartbeat' }, 'ERR_MISSING_FIELD', 'sweep.measure'],
    [{ ...tiny, app: 'toString' }, 'ERR_UNKNOWN_NAME', 'sweep.app'],
    [{ ...tiny, sedes: 3 }, 'ERR_UNKNOWN_FIELD', 'sweep.sedes'],
    [{ ...tiny, seeds: 0 }, 'ERR_OUT_OF_RANGE', 'sweep.seeds'],
    [{ ...tiny, seeds: [1, -1] }, 'ERR_OUT_OF_RANGE', 'sweep.seeds.1'],
    [{ ...tiny, flags: { ...tiny.flags, sped: 1 } }, 'ERR_UNKNOWN_FIELD', 'sweep.flags.sped'],
    [{ ...tiny, grid: { speed: [1] } }, 'ERR_UNKNOWN_FIELD', 'sweep.grid.speed'],
    [{ ...tiny, grid: { record: ['a.mcap'] } }, 'ERR_UNKNOWN_FIELD', 'sweep.grid.record'],
    [{ ...tiny, grid: { data: ['/'] } }, 'ERR_UNKNOWN_FIELD', 'sweep.grid.data'],
    [{ ...tiny, grid: { learn: ['on', 'perhaps'] } }, 'ERR_UNKNOWN_KIND', 'sweep.grid.learn'],
    [{ ...tiny, grid: { baselines: ['yes'] } }, 'ERR_WRONG_TYPE', 'sweep.grid.baselines'],
    [{ ...tiny, grid: { seconds: [] } }, 'ERR_OUT_OF_RANGE', 'sweep.grid.seconds'],
    [{ ...tiny, grid: undefined, list: [{}, { seconds: 'soon' }] }, 'ERR_JOB_FLAGS', 'sweep.list.1'],
    [{ ...tiny, list: [{}] }, 'ERR_WRONG_TYPE', 'sweep'],
    [{ ...tiny, seeds: 50_000 }, 'ERR_OUT_OF_RANGE', 'sweep'],
    [
      { ...tiny, grid: undefined, random: { count: 2, draw: { seconds: { from: 3 } } } },
      'ERR_MISSING_FIELD',
      'sweep.random.draw.seconds.to',
    ],
    [
      { ...tiny, grid: undefined, random: { count: 2, draw: { seconds: { from: 0, to: 3, scale: 'log' } } } },
      'ERR_OUT_OF_RANGE',
      'sweep.random.draw.seconds',
    ],
  ];
  for (const [file, code, where] of faults) {
    const error = t.throws<ControllerError>(() => planOf(JSON.parse(JSON.stringify(file))), undefined, JSON.stringify(file));
    t.deepEqual([error?.code, error?.path], [code, where] as never, JSON.stringify(file));
  }
  t.is(planOf(tiny).jobs.size, 6, 'and the file that all of them spoil is none of them');
});

test('a result leaves out what passes, is read back to the byte, and nothing else is read', (t) => {
  const job: Job = { version: '1', app: 'heartbeat', seed: 1, flags: {} };
  const text = resultText(job, { f1: 0.5, wallSeconds: 3, backend: 'native', board: { kind: 'x', rate: 1 }, none: Number.NaN });
  t.is(text, resultText(job, { none: null, board: { kind: 'x' }, f1: 0.5, wallSeconds: 4 }));
  t.deepEqual(resultFrom(text, 'here'), { id: idOf(job), job, ok: true, report: { f1: 0.5, board: { kind: 'x' }, none: null } });
  const failure = resultFrom(resultText(job, { long: 'x'.repeat(1_000_000) }), 'here');
  t.false(failure.ok, 'what no server would take is a failure, everywhere');
  t.false(resultFrom(failureText(job, new Error('broken')), 'here').ok);
  for (const spoiled of [
    '',
    '{}',
    text.replace('0.5', '0.50'),
    text.replace('"seed":1', '"seed":2'),
    `${text}\n`,
    `[${text}]`,
    'x'.repeat(1_000_001),
  ])
    t.throws(() => resultFrom(spoiled, 'here'), { name: 'DescriptionError' }, spoiled.slice(0, 40));
});

test('table and picture have every run, the best first; a failure is told once with how many have it', async (t) => {
  const perform = async (job: Job): Promise<string> =>
    job.flags['seconds'] === '10'
      ? failureText(job, new Error('no <such> thing'))
      : resultText(job, { value: Number(job.flags['seconds']) + job.seed });
  const { plan, results } = await played({ ...tiny, measure: 'value', goal: 'min', seeds: 3 }, perform);
  const table = renderSweep(plan, results);
  t.deepEqual(
    [...table.matchAll(/seconds=(\d+)/g)].map(([, seconds]) => seconds),
    ['5', '20', '10'],
  );
  t.regex(table, /seconds=5 +│ +7 │ +6 │ +8 │ +3 of 3/);
  t.regex(table, /0 of 3, 3 failed/);
  t.is(count(table, /3 failed: the job has failed: no <such> thing/g), 1);
  const svg = picture(plan, results);
  t.is(count(svg, /<circle /g), 6);
  t.is(count(svg, /stroke="#d55e00"/g), 2);
  const { done, failed, configurations } = sweepJson(plan, results);
  t.deepEqual([done, failed, configurations[0]!.values, configurations[0]!.median], [9, 3, [6, 7, 8], 7]);
});

test('any number of workers gives the same; what one gives back another does; an error of one ends all', async (t) => {
  const { plan, results } = await played(tiny);
  const one = await played(tiny, async (job) => {
    await sleep(job.seed);
    return resultText(job, { value: job.seed });
  });
  t.is(canonicalJson(sweepJson(plan, results)), canonicalJson(sweepJson(one.plan, one.results)));
  await t.throwsAsync(
    played(tiny, async () => {
      throw new Error('no process can be started');
    }),
    { message: 'no process can be started' },
  );

  const queue = localQueue();
  const interrupted = new AbortController();
  const collected = queue.collect(plan.jobs, () => undefined, interrupted.signal);
  await serve(queue, {
    performers: [
      async () => {
        interrupted.abort();
        return undefined;
      },
    ],
    signal: interrupted.signal,
  });
  await collected;
  t.is((await queue.take(never))!.job, [...plan.jobs.values()][0]!, 'the first job is there again');
});

/** What a process runs; empty once it is gone. */
function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Runners that this process has started: other test files have children of it too. */
const runnersOf = (): number[] =>
  fs
    .readdirSync('/proc/self/task')
    .flatMap((task) => fs.readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
    .filter((text) => text !== '')
    .map(Number)
    .filter((pid) => commandOf(pid).includes('fleet/runner.js'));

/** Only Linux lists processes so. */
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

onLinux('a job whose process is killed is run again, with the same bytes; one that takes five with it has failed', async (t) => {
  const [job] = [...planOf({ ...tiny, grid: { seconds: [30] } }).jobs.values()];
  const crew = children(1, { backend: 'native', data: undefined });
  t.teardown(crew.close);
  const perform = crew.performers[0]!;
  const undisturbed = (await perform(job!, never))!;
  t.true(resultFrom(undisturbed, 'here').ok);
  /** kills the process of the next job so often, each a little later than it came */
  const disturbed = async (times: number): Promise<string> => {
    const performed = perform(job!, never);
    const killed = new Set<number>();
    while (killed.size < times) {
      const pid = runnersOf().find((one) => !killed.has(one));
      if (pid !== undefined) {
        await sleep(30);
        process.kill(pid, 'SIGKILL');
        killed.add(pid);
      }
      await sleep(5);
    }
    return (await performed)!;
  };
  t.is(await disturbed(2), undisturbed);
  const failed = resultFrom(await disturbed(5), 'here');
  t.regex(failed.ok ? '' : failed.error.message, /its process died 5 times, the last by SIGKILL/);
});

/** A file of a sweep in a folder of its own. */
function planted(t: ExecutionContext, file: unknown = tiny): string {
  const folder = temporaryFolder(t);
  plant(folder, { 'sweep.json': JSON.stringify(file) });
  return folder;
}

test.serial('the command: a sweep that is killed goes on from what it has kept, and prints the bytes of one that was not', async (t) => {
  const folder = planted(t, { ...tiny, grid: { seconds: [30, 60, 90] } });
  const whole = await ganglion('sweep sweep.json --workers 2 --json --picture sweep.svg', { cwd: folder });
  t.is(whole.status, 0, whole.err);
  t.is(count(fs.readFileSync(path.join(folder, 'sweep.svg'), 'utf8'), /<circle /g), 6);
  const out = path.join(folder, 'results');
  const files = (): string[] => (fs.existsSync(out) ? fs.readdirSync(out).filter((name) => name.endsWith('.json')) : []);
  const killed = await ganglion('sweep sweep.json --workers 1 --json --out results', {
    cwd: folder,
    when: [
      /./,
      async (child) => {
        while (files().length < 2) await sleep(5);
        child.kill('SIGKILL');
      },
    ],
  });
  t.is(killed.status, null);
  const kept = files();
  t.true(kept.length >= 2 && kept.length < 6, `${kept.length} were kept`);
  const written = kept.map((name) => fs.statSync(path.join(out, name)).ino);
  const resumed = await ganglion('sweep sweep.json --workers 1 --json --out results', { cwd: folder });
  t.is(resumed.out, whole.out);
  t.deepEqual(
    kept.map((name) => fs.statSync(path.join(out, name)).ino),
    written,
    'what was kept was not made again',
  );

  fs.appendFileSync(path.join(out, kept[0]!), ' ');
  const damaged = await ganglion('sweep sweep.json --workers 1 --json --out results', { cwd: folder });
  t.is(damaged.status, 1);
  t.true(damaged.err.includes(`${kept[0]} is no result of a job`), damaged.err);
  const again = await ganglion('sweep sweep.json --workers 2 --json --out results --again', { cwd: folder });
  t.is(again.out, whole.out);
});

test.serial('the command: jobs that fail are told with exit code 1, and are tried again', async (t) => {
  const folder = planted(t, { ...tiny, grid: { seconds: [5] } });
  const failed = await ganglion('sweep sweep.json --workers 1 --out results --data nowhere', { cwd: folder });
  t.is(failed.status, 1);
  t.regex(failed.out, /2 failed: record '100' cannot be read/);
  const mended = await ganglion('sweep sweep.json --workers 1 --out results', { cwd: folder });
  t.is(mended.status, 0, mended.err);
  t.regex(mended.out, /2 of 2/);
  for (const [wrong, said] of [
    ['sweep sweep.json --workers 0', /--workers 0 runs nothing without --nats/],
    ['sweep sweep.json --nats-creds x', /--nats-creds is of no use without --nats/],
    ['sweep none.json', /none\.json cannot be read/],
    ['worker', /required option '--nats <url>'/],
  ] as const) {
    const { status, err } = await ganglion(wrong, { cwd: folder });
    t.is(status, 2, wrong);
    t.regex(err, said);
  }
});

/** Speaks as much of the protocol of NATS as it takes to refuse, or to accept, who comes. */
async function doorkeeper(t: ExecutionContext, password: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(
      `INFO ${JSON.stringify({ server_id: 'x', version: '2.9.10', proto: 1, max_payload: 1048576, headers: true, auth_required: true })}\r\n`,
    );
    socket.setEncoding('utf8').on('data', (text: string) => {
      const said = /CONNECT (\{.*\})/.exec(text)?.[1];
      const { pass, auth_token } = JSON.parse(said ?? '{}') as { readonly pass?: string; readonly auth_token?: string };
      if (said !== undefined && (pass ?? auth_token) !== password) socket.end("-ERR 'Authorization Violation'\r\n");
      else if (text.includes('PING')) socket.write('PONG\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('who we are is taken from the URL, or from the variables of NATS; a server that refuses is told without the password', async (t) => {
  const at = `127.0.0.1:${await doorkeeper(t, 'open sesame')}`;
  const accepted = async (url: string, environment = {}): Promise<void> => (await connectNats(url, { environment })).close();
  await accepted(`nats://me:open%20sesame@${at}`);
  await accepted(`nats://open%20sesame@${at}`);
  await accepted(at, { NATS_USER: 'me', NATS_PASSWORD: 'open sesame' });
  await accepted(`nats://${at}`, { NATS_TOKEN: 'open sesame' });
  for (const [url, environment] of [
    [`nats://me:secret@${at}`, { NATS_TOKEN: 'open sesame' }],
    [`nats://${at}`, { NATS_USER: 'me', NATS_PASSWORD: 'secret' }],
    [`nats://${at}`, {}],
  ] as const) {
    const error = await t.throwsAsync<ControllerError>(accepted(url, environment));
    t.is(error?.code, 'ERR_NATS_CREDENTIALS');
    t.false(`${error?.message}${error?.remedy}`.includes('secret'));
  }
  const folder = temporaryFolder(t);
  plant(folder, { 'no.creds': 'not a key' });
  const creds = (name: string) => connectNats(`nats://${at}`, { creds: path.join(folder, name), environment: {} });
  await t.throwsAsync(creds('no.creds'), { message: /holds no credentials/ });
  await t.throwsAsync(creds('gone.creds'), { message: /gone\.creds cannot be used/ });
  await t.throwsAsync(accepted('nats://127.0.0.1:1'), { message: /no NATS server can be used at 127\.0\.0\.1:1: connection refused/ });
  await t.throwsAsync(accepted(`tls://me:x@${at}`), { message: /no TLS/ });
  const hidden = await t.throwsAsync<ControllerError>(accepted('https://me:secret@host'));
  t.deepEqual([hidden?.code, hidden?.message.includes('secret')], ['ERR_NATS_URL', false] as never);
});

test('the files of docs/FLEET.md and of the package are sweeps', (t) => {
  const text = fs.readFileSync(path.join(root, 'docs/FLEET.md'), 'utf8');
  const shown = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json]) => JSON.parse(json!) as unknown);
  t.is(shown.length, 3);
  for (const file of shown) t.true(planOf(file).jobs.size > 1);
  t.deepEqual(JSON.parse(fs.readFileSync(path.join(root, 'apps/heartbeat/sweep.json'), 'utf8')), shown[0]);
});
