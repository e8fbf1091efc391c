/** Telemetry and commands through real brokers on this machine, and what they cost the loop. `telemetry.js --minute` runs the fleet for a whole minute, alone. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectNats, natsPackages } from '../../apps/fleet/nats.ts';
import { startDevice } from '../../apps/fleet/telemetry/device.ts';
import type { TelemetryReport } from '../../apps/fleet/telemetry/job.ts';
import { connectMqttLink } from '../../apps/fleet/telemetry/mqtt.ts';
import { STATUS_BUCKET, STATUS_TTL_MS } from '../../apps/fleet/telemetry/nats.ts';
import { openSpool } from '../../apps/fleet/telemetry/spool.ts';
import { MEASURE_BYTES } from '../../apps/observe/measures.ts';
import { createControls } from '../../runtime/index.ts';
import { main } from '../apps/command.ts';
import { authorityOf, type Broker, mosquitto, nats } from './brokers.ts';
import { type Check, runChecks } from './checks.ts';
import { median } from './command.ts';
import { until } from './dashboard.ts';
import { type Ear, listen, type Sums, sumsOf } from './telemetry-ear.ts';
import type { Slice } from './telemetry-loop.ts';

const upTo = (to: number): number[] => Array.from({ length: to }, (_, k) => k);
const inFolder = async <T>(act: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-telemetry-'));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
const withBroker = async <T>(starting: Promise<Broker>, act: (broker: Broker) => Promise<T>): Promise<T> => {
  const broker = await starting;
  try {
    return await act(broker);
  } finally {
    await broker.end();
  }
};

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly status: number | null;
    readonly err: string;
    readonly report: Readonly<Record<string, unknown>> & { readonly ticks: number; readonly telemetry: TelemetryReport };
  }>;
}

/** A run of the command beside a broker. */
function start(args: string, folder: string, env: NodeJS.ProcessEnv = {}): Run {
  const words = `run heartbeat --board none --json --spool ${folder} --telemetry-every 0.1 ${args}`.split(' ');
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, err, report: JSON.parse(out || '{}') }));
  ended.catch(() => undefined);
  return { child, ended };
}

const tickOf = (ear: Ear, device: string): number => Number(ear.of(device, 'telemetry').at(-1)?.body['tick'] ?? -1);
const stateOf = (ear: Ear, device: string): unknown => ear.of(device, 'status').at(-1)?.body['state'];

/** Commands to a run, their answers, and what came of them; ends with its stop. */
async function commanded(ear: Ear, device: string, running: Run): Promise<string> {
  const ack = async (id: string): Promise<Readonly<Record<string, unknown>>> => {
    await until(`an answer to ${id}`, async () => ear.of(device, 'ack').some(({ body }) => body['id'] === id));
    return ear.of(device, 'ack').find(({ body }) => body['id'] === id)!.body;
  };
  const latest = () => ear.of(device, 'telemetry').at(-1)!.body;
  const updates = (): number => (latest()['values'] as Record<string, number>)['weight_updates_total'] ?? 0;
  const send = async (id: string, command: object): Promise<number> => {
    await ear.command(device, { id, ...command });
    const answer = await ack(id);
    assert.equal(answer['ok'], true, JSON.stringify(answer));
    return answer['tick'] as number;
  };
  await until('it learns', async () => ear.of(device, 'telemetry').length > 0 && updates() > 0);
  const off = await send('off', { command: 'learn', on: false });
  await until('it is told that nothing is learned', async () => latest()['learning'] === false);
  await until('it goes on', async () => tickOf(ear, device) > off + 300);
  const frozen = updates();
  await ear.command(device, { id: 'off', command: 'learn', on: false });
  const paused = await send('pause', { command: 'pause', on: true });
  assert.ok(paused > off, `${paused} after ${off}`);
  await until('it is told that it is paused', async () => latest()['paused'] === true);
  const still = tickOf(ear, device);
  await sleep(400);
  assert.equal(tickOf(ear, device), still, 'no frame runs');
  const resumed = await send('resume', { command: 'pause', on: false });
  assert.ok(resumed >= paused && still < resumed, `${still}, ${paused}, ${resumed}`);
  assert.equal(updates(), frozen, 'nothing was learned');
  await send('rate', { command: 'rate', factor: 0.5 });
  await ear.command(device, { id: 'bad', command: 'rate', factor: -1 });
  const refused = await ack('bad');
  assert.equal(refused['ok'], false);
  await ear.client.publishAsync(`ganglion/v1/${device}/command`, Buffer.alloc(100_000, 'x'), { qos: 1 });
  await until('a long one is refused', async () => ear.of(device, 'ack').some(({ body }) => body['id'] === null));
  const stopped = await send('stop', { command: 'stop' });
  const { status, report, err } = await running.ended;
  assert.equal(status, 0, err);
  assert.equal(stopped, report.ticks, 'the run ended at the tick of the answer');
  assert.deepEqual(report.telemetry.commands, { applied: 5, refused: 2, duplicates: 1 });
  await until('it says goodbye', async () => stateOf(ear, device) === 'ended');
  return `learning off at tick ${off}, paused at ${paused}, on at ${resumed}, stopped at ${stopped}; refused: '${refused['reason']}'`;
}

/** A loop at 1 kHz beside a broker, with its telemetry, in a process of its own; `scheduled` says why its thread is not scheduled in real time, empty where it is. */
async function loopBeside(broker: Broker, folder: string) {
  const child = fork(fileURLToPath(new URL('./telemetry-loop.js', import.meta.url)), [String(broker.port), folder]);
  const [scheduled] = (await once(child, 'message')) as [string];
  return {
    scheduled: scheduled === '' ? 'scheduled in real time' : scheduled,
    slice: (told: boolean, seconds: number) => ask<number>(child, { told, seconds }),
    /** control: what a second misses in which the loop's own thread sends for 2 ms, ten times */
    held: () => ask<number>(child, { told: false, seconds: 1, heldMs: 2 }),
    end: () => ask<TelemetryReport>(child, 'end'),
  };
}

/** Slices with and without in turn, the first one changing; `between` is told which comes. */
async function paired(
  slice: (told: boolean, seconds: number) => Promise<number>,
  pairs: number,
  seconds: number,
  between: (told: boolean) => Promise<void>,
): Promise<{ readonly told: number[]; readonly bare: number[] }> {
  const [told, bare]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    for (const which of pair % 2 === 0 ? [true, false] : [false, true]) {
      await between(which);
      (which ? told : bare).push(await slice(which, seconds));
    }
  }
  return { told, bare };
}

/** Rounds of slices: a machine that others use too may disturb one; what costs ticks costs them in each. */
const ROUNDS = 3;

/** As {@link noMore} in one round at least. */
async function someRound(round: () => ReturnType<typeof paired>): Promise<string> {
  for (let left = ROUNDS; ; left--) {
    const { told, bare } = await round();
    try {
      return noMore(told, bare);
    } catch (error) {
      if (left === 1) throw error;
      console.log(`  again: ${(error as Error).message}`);
    }
  }
}

/** The median of what slices miss more than those beside them is one at most, for chance. */
function noMore(told: readonly number[], bare: readonly number[]): string {
  const added = median(told.map((missed, k) => missed - bare[k]!));
  const text = `misses with: ${told}; without: ${bare}; median of the differences ${added}`;
  assert.ok(added <= 1, `more ticks missed, ${text}`);
  return text;
}

/** A process beside the loop that gives way to it. */
const beside = async (module: string, args: readonly (string | number)[]): Promise<ChildProcess> => {
  const file = fileURLToPath(new URL(module, import.meta.url));
  const child = fork(file, args.map(String), { execPath: 'nice', execArgv: ['-n', '19', process.execPath] });
  await once(child, 'message');
  return child;
};
const ask = async <T>(child: ChildProcess, what: string | Slice): Promise<T> => {
  const answer = once(child, 'message');
  child.send(what);
  return (await answer)[0] as T;
};

const DEVICES = 1000;

/** A thousand devices publish in every other slice, and stand still with their broker in those between. */
async function fleet(pairs: number, seconds: number): Promise<string> {
  return inFolder((folder) =>
    withBroker(mosquitto(), async (broker) => {
      const ear = await beside('./telemetry-ear.js', [broker.port, DEVICES, 500]);
      const devices = await beside('./telemetry-fleet.js', [broker.port, DEVICES, 1000, folder]);
      try {
        const connected = async (): Promise<number> =>
          (await ask<TelemetryReport[]>(devices, 'how')).filter(({ connections }) => connections > 0).length;
        for (let k = 0; (await connected()) < DEVICES; k++) {
          assert.ok(k < 300, `${await connected()} of ${DEVICES} devices are connected after 150 s`);
          await sleep(500);
        }
        const loop = await loopBeside(broker, folder);
        const misses = await someRound(() =>
          paired(loop.slice, pairs, seconds, async (which) => {
            for (const child of [devices, ear]) child.kill(which ? 'SIGCONT' : 'SIGSTOP');
            await sleep(200);
          }),
        );
        const held = await loop.held();
        assert.ok(held >= 5, `control: a loop that sends itself misses ticks, 5 a second at least, got ${held}`);
        for (const child of [devices, ear]) child.kill('SIGCONT');
        ear.send('quiet');
        await sleep(1000);
        const reports = await ask<TelemetryReport[]>(devices, 'end');
        const own = await loop.end();
        await sleep(1000);
        const sums = await ask<Sums & { readonly asked: number }>(ear, 'sums');
        const made = reports.reduce((sum, { messages }) => sum + messages, 0) + own.messages;
        assert.equal(sums.statusesMissing, 0, 'no status is lost');
        assert.deepEqual([sums.devices, sums.ended], [DEVICES + 1, DEVICES + 1], 'every device has said goodbye');
        assert.equal(sums.telemetry, made, 'every message arrived');
        assert.deepEqual([sums.telemetryMissing, sums.disordered], [0, 0]);
        const dropped = reports.reduce((sum, { spool }) => sum + spool.dropped, 0);
        assert.equal(dropped, 0);
        const late = await listen(broker.port);
        await until('what is retained is there', async () => late.heard.length >= DEVICES + 1);
        assert.ok(late.heard.every(({ retained, kind, body }) => retained && kind === 'status' && body['state'] === 'ended'));
        await late.end();
        return (
          `${misses}, of ${1000 * seconds} ticks, ${loop.scheduled}, a loop that sends itself ${held} a second; ${made} messages and ${sums.statuses} statuses, none lost; ` +
          `${sums.asked} commands, ${sums.acks} answers`
        );
      } finally {
        for (const child of [devices, ear]) child.kill('SIGKILL');
      }
    }),
  );
}

/** Loaded into every thread of a run, the loop's too: the wall clock is off by what the file says. */
const jumping = (file: string): string => `
const { readFileSync } = require('node:fs');
const now = Date.now;
let offset = 0;
Date.now = () => now() + offset;
setInterval(() => {
  try {
    offset = Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
  } catch {
    offset = 0;
  }
}, 50).unref();
`;

export const telemetryChecks: readonly Check[] = [
  {
    claim: 'mosquitto: a retained status, commands answered with their ticks, the last will after SIGKILL',
    run: () =>
      inFolder((folder) =>
        withBroker(mosquitto(), async (broker) => {
          const ear = await listen(broker.port);
          const place = `--realtime --telemetry mqtt://127.0.0.1:${broker.port}`;
          const said = await commanded(ear, 'one', start(`${place} --device one`, join(folder, 'one')));
          const killed = start(`${place} --device two`, join(folder, 'two'));
          await until('it is online', async () => stateOf(ear, 'two') === 'online' && tickOf(ear, 'two') > 0);
          const { session } = ear.of('two', 'status').at(-1)!.body;
          killed.child.kill('SIGKILL');
          await until('its last will', async () => stateOf(ear, 'two') === 'offline');
          assert.equal(ear.of('two', 'status').at(-1)!.body['session'], session, 'of this run');
          const late = await listen(broker.port);
          await until('what is retained', async () => late.heard.length === 2);
          assert.deepEqual([stateOf(late, 'one'), stateOf(late, 'two')], ['ended', 'offline']);
          assert.ok(late.heard.every(({ retained }) => retained));
          const sums = sumsOf(ear.heard);
          assert.deepEqual([sums.statusesMissing, sums.telemetryMissing, sums.disordered], [0, 0, 0]);
          await Promise.all([ear.end(), late.end()]);
          return said;
        }),
      ),
  },
  {
    claim:
      'a wrong password is said and counted, the run goes on, and the next one with the right one delivers what it had to say; TLS asks for the authority',
    run: () =>
      inFolder(async (folder) => {
        const said = await withBroker(mosquitto({ user: ['arm', 'right'] }), async (broker) => {
          const args = (password: string) =>
            `--realtime --seconds 3 --telemetry mqtt://arm:${password}@127.0.0.1:${broker.port} --device arm`;
          const wrong = await start(args('wrong'), join(folder, 'arm')).ended;
          assert.equal(wrong.status, 0);
          assert.match(wrong.err, /telemetry: the MQTT broker at 127\.0\.0\.1:\d+ refuses who we are: .*the run goes on/);
          assert.ok(!wrong.err.includes('wrong'), 'no password is printed');
          const { refusals, connections, spool, messages } = wrong.report.telemetry;
          assert.ok(refusals > 1 && connections === 0 && spool.waiting === messages, JSON.stringify(wrong.report.telemetry));
          const ear = await listen(broker.port, { username: 'arm', password: 'right' });
          const right = await start(args('right'), join(folder, 'arm')).ended;
          assert.equal(right.status, 0);
          assert.equal(right.report.telemetry.fault, null);
          const all = messages + right.report.telemetry.messages;
          await until('all of both runs', async () => ear.of('arm', 'telemetry').length >= all);
          const sequences = ear.of('arm', 'telemetry').map(({ body }) => body['sequence']);
          assert.deepEqual(sequences, [...upTo(messages), ...upTo(right.report.telemetry.messages)], 'in order');
          await ear.end();
          return `refused ${refusals} times, then ${all} messages of two runs in order`;
        });
        return withBroker(mosquitto({ tls: true }), async (broker) => {
          const args = `--realtime --seconds 2 --telemetry mqtts://127.0.0.1:${broker.port} --device tls`;
          const known = await start(args, join(folder, 'tls'), { MQTT_CA: authorityOf(broker) }).ended;
          assert.equal(known.report.telemetry.fault, null, known.err);
          assert.ok(known.report.telemetry.sent > 0);
          const unknown = await start(args, join(folder, 'tls')).ended;
          assert.equal(unknown.status, 0);
          assert.match(unknown.err, /telemetry: no TLS with the MQTT broker/);
          assert.equal(unknown.report.telemetry.connections, 0);
          return `${said}; by TLS ${known.report.telemetry.sent}, without its authority none`;
        });
      }),
  },
  {
    claim: 'a full spool drops the oldest and counts them; what is left comes in order when the broker is there',
    run: () =>
      inFolder((folder) =>
        withBroker(mosquitto(), async (broker) => {
          const { port } = broker;
          await broker.kill();
          let heard = false;
          const connect = connectMqttLink({ host: '127.0.0.1', port, username: undefined, password: undefined, tls: undefined });
          const device = startDevice({
            // Nothing is to be published before somebody listens.
            connect: async (options) => (heard ? connect(options) : assert.fail('no broker')),
            ...{
              app: 'test',
              device: 'full',
              spool: openSpool(folder, 2 ** 16),
              controls: createControls(),
              recorded: false,
              intervalMs: 5,
            },
            ...{ measures: new Float64Array(MEASURE_BYTES / 8), stop: () => undefined, warn: () => undefined },
          });
          await until('some are dropped', async () => device.report().spool.dropped > 20);
          await broker.start();
          const ear = await listen(port);
          heard = true;
          await until('the broker is back', async () => device.report().connections > 0);
          // What is new comes more slowly, so that the old gets through.
          await ear.command('full', { id: 'slow', command: 'interval', ms: 1000 });
          await until('the spool is empty', async () => device.report().spool.waiting === 0);
          const { messages, sent, spool } = await device.end('ended', 0, 5000);
          await until('all that is left', async () => ear.of('full', 'telemetry').length >= messages - spool.dropped);
          const sequences = ear.of('full', 'telemetry').map(({ body }) => body['sequence'] as number);
          assert.deepEqual(
            sequences,
            upTo(messages).filter((n) => sequences.includes(n)),
            'each once, in order',
          );
          assert.equal(sequences.length, messages - spool.dropped);
          assert.equal(sent, sequences.length);
          const last = ear.of('full', 'status').at(-1)!.body['spool'] as { readonly dropped: number };
          assert.equal(last.dropped, spool.dropped, 'the status has the count');
          await ear.end();
          return `${messages} messages, ${spool.dropped} dropped, ${sequences.length} delivered`;
        }),
      ),
  },
  {
    claim:
      'a broker that is killed and started again beside a loop of 1 kHz: no more ticks missed than without, the spool drained, every message there in order',
    run: () =>
      inFolder((folder) =>
        withBroker(mosquitto({ lasting: true }), async (broker) => {
          const ear = await listen(broker.port);
          const loop = await loopBeside(broker, folder);
          let working: Promise<void> = Promise.resolve();
          let kills = 0;
          const misses = await someRound(() =>
            paired(loop.slice, 3, 3, async (which) => {
              await working;
              if (!which) return sleep(1000);
              kills++;
              working = sleep(500)
                .then(broker.kill)
                .then(() => sleep(1000))
                .then(broker.start);
              return undefined;
            }),
          );
          await working;
          const now = (): number => Number(ear.of('loop', 'telemetry').at(-1)?.body['time']);
          await until('what arrives is of now again', async () => Date.now() - now() < 400);
          const report = await loop.end();
          await until('all messages', async () => sumsOf(ear.heard).telemetry >= report.messages);
          const sums = sumsOf(ear.heard);
          assert.deepEqual([sums.telemetry, sums.telemetryMissing, sums.disordered], [report.messages, 0, 0]);
          assert.deepEqual([report.spool.waiting, report.spool.dropped, report.fault], [0, 0, null]);
          assert.ok(report.connections > 1, `${report.connections} connections`);
          await ear.end();
          return `${misses}, of 3000 ticks, ${loop.scheduled}; ${kills} kills, ${report.connections} connections, ${report.messages} messages in order, ${sums.repeated} twice`;
        }),
      ),
  },
  {
    claim: 'a wall clock that jumps an hour ahead and back is counted, and changes no bit of the run',
    run: () =>
      inFolder((folder) =>
        withBroker(mosquitto(), async (broker) => {
          const [preload, file] = [join(folder, 'jumping.cjs'), join(folder, 'offset')];
          writeFileSync(preload, jumping(file));
          const ear = await listen(broker.port);
          const args = `--realtime --seconds 6 --telemetry mqtt://127.0.0.1:${broker.port} --device clock`;
          const running = start(args, join(folder, 'spool'), { NODE_OPTIONS: `--require ${preload}` });
          const jumps = (): unknown => (ear.of('clock', 'status').at(-1)?.body['clock'] as Record<string, unknown> | undefined)?.['jumps'];
          await until('the run runs', async () => tickOf(ear, 'clock') > 0);
          assert.equal(jumps(), 0, 'control: none yet');
          writeFileSync(file, '3600000');
          await until('it jumped ahead', async () => jumps() === 1);
          rmSync(file);
          await until('it jumped back', async () => jumps() === 2);
          const { report, status } = await running.ended;
          assert.equal(status, 0);
          assert.equal(report.telemetry.clockJumps, 2);
          const plain = await start(`--fast --seconds 6 --telemetry mqtt://127.0.0.1:${broker.port} --device plain`, join(folder, 'plain'))
            .ended;
          assert.equal(report['fingerprint'], plain.report['fingerprint']);
          assert.deepEqual(
            ear.of('clock', 'telemetry').map(({ body }) => body['sequence']),
            upTo(report.telemetry.messages),
          );
          await ear.end();
          return `2 jumps counted, ${report.ticks} ticks, the bits of a run in virtual time`;
        }),
      ),
  },
  {
    claim: `NATS: the same through its MQTT gateway, and by its own protocol, where a status that nobody puts again is gone after ${STATUS_TTL_MS / 1000} s`,
    run: () =>
      inFolder((folder) =>
        withBroker(nats(), async (server) => {
          const connection = await connectNats(`nats://127.0.0.1:${server.port}`);
          const heard: { subject: string; body: Record<string, unknown> }[] = [];
          connection.subscribe('ganglion.v1.*.*', {
            callback: (_, message) => void heard.push({ subject: message.subject, body: message.json() }),
          });
          const of = (device: string, kind: string) => heard.filter(({ subject }) => subject === `ganglion.v1.${device}.${kind}`);
          const running = start(`--realtime --telemetry nats://127.0.0.1:${server.port} --device n1`, join(folder, 'n1'));
          await until('it tells of itself', async () => Number(of('n1', 'telemetry').at(-1)?.body['tick'] ?? -1) > 0);
          connection.publish('ganglion.v1.n1.command', JSON.stringify({ id: 'off', command: 'learn', on: false }));
          await until('an answer', async () => of('n1', 'ack').some(({ body }) => body['ok'] === true && typeof body['tick'] === 'number'));
          const { Kvm } = await natsPackages.kv();
          const bucket = await new Kvm(connection).open(STATUS_BUCKET);
          assert.equal((await bucket.get('n1'))!.json<{ state: string }>().state, 'online');
          running.child.kill('SIGKILL');
          const killed = performance.now();
          const gateway = await withBroker(nats({ mqtt: true }), async (broker) => {
            const ear = await listen(broker.port);
            const place = `--realtime --telemetry mqtt://127.0.0.1:${broker.port} --device g1`;
            const said = await commanded(ear, 'g1', start(place, join(folder, 'g1')));
            const other = start(place.replace('g1', 'g2'), join(folder, 'g2'));
            await until('it is online', async () => stateOf(ear, 'g2') === 'online');
            other.child.kill('SIGKILL');
            await until('the last will by the gateway', async () => stateOf(ear, 'g2') === 'offline');
            await ear.end();
            return said;
          });
          for (let k = 0; k < 200 && (await bucket.get('n1')) !== null; k++) await sleep(250);
          assert.equal(await bucket.get('n1'), null, 'offline is a key that is gone');
          const gone = (performance.now() - killed) / 1000;
          const sequences = of('n1', 'telemetry').map(({ body }) => body['sequence']);
          assert.deepEqual(sequences, upTo(sequences.length));
          await connection.close();
          return `by NATS ${sequences.length} messages, its status gone ${gone.toFixed(0)} s after SIGKILL; gateway: ${gateway}`;
        }),
      ),
  },
  {
    claim: `${DEVICES} devices through mosquitto: no status lost, and a loop of 1 kHz beside them misses no more ticks than without`,
    run: () => fleet(3, 3),
  },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const minute = process.argv.includes('--minute');
  const claim = `${DEVICES} devices for a minute`;
  const only = process.argv.find((word) => /^\d+$/.test(word));
  const some = only === undefined ? telemetryChecks : [telemetryChecks[Number(only)]!];
  process.exitCode = (await runChecks(minute ? [{ claim, run: () => fleet(15, 4) }] : some)) ? 0 : 1;
}
