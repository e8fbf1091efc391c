/** Telemetry without a broker: the spool and what kills do to it, commands and what hostile ones do, clocks that jump, what is published. The rest is in test/deep/telemetry.ts. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { watchClock } from '../../apps/fleet/telemetry/clock-watch.ts';
import { type Answer, createCommands, readCommand } from '../../apps/fleet/telemetry/commands.ts';
import { startDevice } from '../../apps/fleet/telemetry/device.ts';
import type { Connect, Link } from '../../apps/fleet/telemetry/link.ts';
import { isDeviceName, MOST_COMMAND_BYTES, subjectOf, topicOf } from '../../apps/fleet/telemetry/messages.ts';
import { parseTelemetry } from '../../apps/fleet/telemetry/place.ts';
import { sample } from '../../apps/fleet/telemetry/sample.ts';
import { LEAST_SPOOL_BYTES, openSpool, type Spool } from '../../apps/fleet/telemetry/spool.ts';
import { steeredBy } from '../../apps/fleet/telemetry/steered.ts';
import { HISTOGRAM, MEASURE_BYTES, measureKeys } from '../../apps/observe/measures.ts';
import { advance, createControls, fingerprint } from '../../runtime/index.ts';
import { temporaryFolder } from '../house/temporary.ts';
import { tiny } from '../runtime/loop/networks.ts';
import { bench } from '../runtime/loop/pipe.ts';
import { ganglion } from './command.ts';

const MB = 2 ** 20;
const textOf = (payload: Uint8Array): string => Buffer.from(payload).toString();
const message = (n: number, length = 200): Buffer => Buffer.from(`${n} ${'x'.repeat(length)}`);
const numberOf = (payload: Uint8Array): number => Number(textOf(payload).split(' ')[0]);
const spools = (folder: string): string[] => fs.readdirSync(folder).filter((name) => name.endsWith('.spool'));

/** All that is next, acknowledged where it is said. */
function drain(spool: Spool, acknowledged = true): number[] {
  const numbers: number[] = [];
  for (let one = spool.next(); one !== undefined; one = spool.next()) {
    numbers.push(numberOf(one.payload));
    if (acknowledged) spool.acknowledge(one.index);
  }
  return numbers;
}
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);

test('a spool gives in order what it was given, again what was not acknowledged, and nothing twice that was', (t) => {
  const folder = temporaryFolder(t);
  const spool = openSpool(folder, MB);
  for (const n of upTo(0, 10)) spool.append(message(n));
  const first = [spool.next()!, spool.next()!, spool.next()!];
  spool.acknowledge(first[0]!.index);
  spool.rewind();
  t.deepEqual(drain(spool, false), upTo(1, 10));
  spool.rewind();
  t.deepEqual(drain(spool), upTo(1, 10));
  t.like(spool.counts(), { waiting: 0, dropped: 0, torn: 0 });
  spool.close();
  t.deepEqual(fs.readdirSync(folder), [], 'nothing is left where all has arrived');
});

test('a full spool drops the oldest, counts each, and is never larger than it may be', (t) => {
  const folder = temporaryFolder(t);
  const spool = openSpool(folder, LEAST_SPOOL_BYTES);
  for (const n of upTo(0, 1000)) {
    spool.append(message(n));
    const bytes = spools(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
    t.true(bytes <= LEAST_SPOOL_BYTES && bytes === spool.counts().bytes, `${bytes} bytes`);
  }
  const { dropped, waiting } = spool.counts();
  t.true(dropped > 0 && waiting > 100, `${dropped} dropped, ${waiting} wait`);
  t.deepEqual(drain(spool), upTo(dropped, 1000), 'the newest, each once, in order');
  spool.append(Buffer.alloc(MB));
  t.is(spool.counts().dropped, dropped + 1, 'one that is too long for it is counted');
  t.regex(spool.fault ?? '', /too long/);
});

test('what is on its way while its segment is dropped is lost only with the connection', (t) => {
  const spool = openSpool(temporaryFolder(t), LEAST_SPOOL_BYTES);
  const fill = (from: number): number => {
    let n = from;
    for (const { dropped } = spool.counts(); spool.counts().dropped === dropped; n++) spool.append(message(n));
    return n;
  };
  for (const n of upTo(0, 3)) spool.append(message(n));
  const flying = [spool.next()!, spool.next()!, spool.next()!];
  const next = fill(3);
  const { dropped } = spool.counts();
  for (const { index } of flying) spool.acknowledge(index);
  const rest = drain(spool);
  t.is(rest.at(-1), next - 1);
  t.is(flying.length + dropped + rest.length, next, 'arrived, dropped, arrived: all of them');

  spool.append(message(next));
  spool.next();
  const last = fill(next + 1);
  spool.rewind();
  const left = drain(spool);
  t.is(spool.counts().dropped - dropped + left.length, last - next, 'with the connection it is dropped, and counted');
  t.is(spool.counts().waiting, 0);
});

test('after a kill everything is there that was appended, and what was acknowledged is not sent again', async (t) => {
  const folder = temporaryFolder(t);
  const child = fork(new URL('./telemetry-spool.js', import.meta.url), [folder]);
  const [said] = (await once(child, 'message')) as [number];
  child.kill('SIGKILL');
  await once(child, 'exit');
  const spool = openSpool(folder, MB);
  const numbers = drain(spool);
  t.is(numbers[0], 100, 'the first hundred were acknowledged');
  t.deepEqual(numbers, upTo(100, 100 + numbers.length));
  t.true(100 + numbers.length >= said, `${numbers.length} messages, ${said} were said to be there`);
  t.is(spool.counts().torn, 0, 'a kill tears nothing');
});

test('wherever a power cut ends a segment: whole messages before it stay, the rest is discarded and counted', (t) => {
  const whole = temporaryFolder(t);
  const writing = openSpool(whole, MB);
  for (const n of upTo(0, 5)) writing.append(message(n, 20));
  writing.close();
  const [name] = spools(whole);
  const bytes = fs.readFileSync(path.join(whole, name!));
  const each = (bytes.length - 12) / 5;
  for (let cut = 0; cut <= bytes.length; cut++) {
    const folder = temporaryFolder(t);
    fs.writeFileSync(path.join(folder, name!), bytes.subarray(0, cut));
    const spool = openSpool(folder, MB);
    const complete = Math.max(0, Math.floor((cut - 12) / each));
    const torn = cut < 12 || (cut - 12) % each !== 0 ? 1 : 0;
    t.is(spool.counts().torn, torn, `cut at ${cut}`);
    spool.append(message(99));
    t.deepEqual(drain(spool), [...upTo(0, complete), 99], `cut at ${cut}`);
    spool.close();
  }
});

test('damage anywhere in a segment: what is given was appended, in order, and nothing throws', (t) => {
  const whole = temporaryFolder(t);
  const writing = openSpool(whole, MB);
  for (const n of upTo(0, 5)) writing.append(message(n, 20));
  writing.close();
  const [name] = spools(whole);
  const bytes = fs.readFileSync(path.join(whole, name!));
  const folder = temporaryFolder(t);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= flip;
      fs.writeFileSync(path.join(folder, name!), damaged);
      const spool = openSpool(folder, MB);
      const numbers = drain(spool);
      const { torn } = spool.counts();
      spool.close();
      // In the head it costs at most that messages are sent again.
      return at < 12 ? numbers.length === 5 : numbers.every((n, k) => n === k) && numbers.length < 5 && torn === 1;
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('a spool has one process; that of a killed one is free', (t) => {
  const folder = temporaryFolder(t);
  const spool = openSpool(folder, MB);
  const error = t.throws(() => openSpool(folder, MB)) as Error & { code?: string };
  t.is(error.code, 'ERR_SPOOL_USED');
  t.regex(error.message, new RegExp(`process ${process.pid}`));
  spool.close();
  for (const stale of ['', 'x', '999999999 1', `${process.pid} 1`]) {
    fs.writeFileSync(path.join(folder, 'lock'), stale);
    t.notThrows(() => openSpool(folder, MB).close(), stale);
  }
});

interface Heard {
  readonly answers: Answer[];
  readonly asked: string[];
}

/** Commands on controls, and a run that takes what is asked when it is told to. */
function commanded(t: ExecutionContext, recorded = false) {
  const heard: Heard = { answers: [], asked: [] };
  const controls = createControls();
  const executable = tiny();
  const { clock, start } = bench(executable);
  const watching = steeredBy(controls.buffer).show(executable, {
    population: 'hidden',
    readout: undefined,
    saves: false,
    safe: () => undefined,
  });
  start(watching.settings, advance());
  const commands = createCommands({
    controls,
    recorded,
    interval: (ms) => heard.asked.push(`interval ${ms}`),
    stop: () => heard.asked.push('stop'),
    answer: (answer) => heard.answers.push(answer),
  });
  const hear = (value: unknown, old = false): void => {
    commands.hear(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), old);
    commands.poll();
  };
  const ran = (ticks: number): void => {
    clock.advance(ticks);
    commands.poll();
  };
  t.is(heard.answers.length, 0);
  return { ...heard, controls, commands, hear, ran };
}

test('a command is answered with the tick from which on it holds, once the run has taken it', (t) => {
  const { hear, ran, answers, controls, asked, commands } = commanded(t);
  ran(8);
  hear({ id: 'a', command: 'learn', on: false });
  t.deepEqual(answers, [], 'nothing has run since');
  ran(4);
  t.deepEqual(answers, [{ id: 'a', ok: true, tick: 8 }]);
  t.false(controls.learning);
  hear({ id: 'b', command: 'rate', factor: 0.5 });
  hear({ id: 'c', command: 'rate', factor: 2 });
  ran(4);
  ran(4);
  t.deepEqual(answers.slice(1), [
    { id: 'b', ok: true, tick: 12 },
    { id: 'c', ok: true, tick: 16 },
  ]);
  t.is(controls.factor, 2);
  hear({ id: 'd', command: 'interval', ms: 250 });
  hear({ id: 'e', command: 'stop' });
  t.deepEqual(asked, ['interval 250', 'stop']);
  t.is(answers.at(-1)!.id, 'd', 'a stop is answered when it has come about');
  hear({ id: 'f', command: 'learn', on: true });
  commands.end(20);
  t.deepEqual(answers.slice(-2), [
    { id: 'e', ok: true, tick: 20 },
    { id: 'f', ok: false, reason: 'the run ended before it took effect' },
  ]);
  t.deepEqual(commands.counts(), { applied: 5, refused: 1, duplicates: 0 });
});

test('a duplicate is done once and answered as before, also while it waits', (t) => {
  const { hear, ran, answers, controls, commands, asked } = commanded(t);
  ran(4);
  const off = { id: 'same', command: 'learn', on: false };
  hear(off);
  hear(off);
  ran(4);
  t.deepEqual(answers, [{ id: 'same', ok: true, tick: 4 }]);
  controls.learn(true);
  hear(off);
  t.true(controls.learning, 'it is not done again');
  t.deepEqual(answers[1], answers[0]);
  hear({ id: 'stop', command: 'stop' });
  hear({ id: 'stop', command: 'stop' });
  t.deepEqual(asked, ['stop']);
  t.is(commands.counts().duplicates, 3);
  t.is(commands.counts().applied, 1);
  // So many other ones, and it is forgotten: negative control of what is remembered.
  for (const n of upTo(0, 300)) hear({ id: `n${n}`, command: 'interval', ms: 100 });
  hear(off);
  t.false(controls.learning);
});

test('what cannot be is refused with a reason: retained, recorded, too many, unreadable', (t) => {
  const { hear, answers, asked } = commanded(t, true);
  const refused = (value: unknown, reason: RegExp, id: string | null, old = false): void => {
    hear(value, old);
    const last = answers.at(-1)!;
    t.false(last.ok, JSON.stringify(value));
    t.is(last.id, id);
    t.regex((last as { reason: string }).reason, reason);
  };
  refused({ id: 'a', command: 'stop' }, /retained/, 'a', true);
  refused({ id: 'b', command: 'rate', factor: 2 }, /recorded/, 'b');
  refused({ id: 'c', command: 'rate', factor: 1001 }, /factor/, 'c');
  refused({ id: 'd', command: 'rate', factor: '1' }, /factor/, 'd');
  refused({ id: 'e', command: 'interval', ms: 10 }, /ms/, 'e');
  refused({ id: 'f', command: 'stop', force: true }, /force/, 'f');
  refused({ id: 'g', command: 'constructor' }, /command/, 'g');
  refused({ id: '#/+', command: 'stop' }, /id/, null);
  refused({ command: 'stop' }, /id/, null);
  refused('null', /command/, null);
  refused('{"id":', /JSON/, null);
  refused(JSON.stringify({ id: 'h', command: 'stop', pad: 'x'.repeat(MOST_COMMAND_BYTES) }), /bytes/, null);
  refused(`${'['.repeat(4000)}`, /JSON/, null);
  for (const n of upTo(0, 17)) hear({ id: `p${n}`, command: 'pause', on: n % 2 === 0 });
  t.like(answers.at(-1), { id: 'p16', ok: false, reason: '16 commands wait already' });
  t.deepEqual(asked, [], 'nothing was done');
});

test('no bytes make a command throw', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => 'reason' in readCommand(bytes)));
  fc.assert(fc.property(fc.jsonValue(), (value) => typeof readCommand(Buffer.from(JSON.stringify(value))) === 'object'));
  t.pass();
});

test('a run that is steered and asked for nothing is the same run, to the bit', (t) => {
  const bits = (steered: boolean): string => {
    const executable = tiny();
    const { clock, start } = bench(executable);
    const show = { population: 'hidden', readout: undefined, saves: false, safe: () => undefined };
    const watching = steeredBy(createControls().buffer).show(executable, show);
    start(...(steered ? [watching.settings, watching.injections, advance(), watching.frames] : [advance()]));
    clock.advance(100);
    return fingerprint(executable);
  };
  t.is(bits(true), bits(false));
});

test('a wall clock that jumps is seen and counted, one that is corrected little by little is not', (t) => {
  const clock = watchClock();
  let [monotonic, wall] = [5, 1_700_000_000_000];
  const pass = (ms: number, jump = 0): number => {
    monotonic += ms;
    wall += ms + jump;
    return clock.look(monotonic, wall);
  };
  t.is(pass(0), 0);
  for (let k = 0; k < 1000; k++) t.is(pass(1000, 0.5), 0);
  t.is(pass(1000, 3_600_000), 3_600_000, 'ahead');
  t.is(pass(1000), 0, 'once');
  t.is(pass(1000, -86_400_000), -86_400_000, 'back');
  t.is(pass(600_000), 0, 'time that passes is no jump');
  t.is(clock.jumps, 2);
  t.is(clock.lastMs, -86_400_000);
});

test('what is published of the measures: what a run has, by its name', (t) => {
  const measures = new Float64Array(MEASURE_BYTES / 8).fill(Number.NaN, 0, HISTOGRAM);
  measures[measureKeys.indexOf('ticks_total')] = 5;
  measures[measureKeys.indexOf('board_state.lost')] = 1;
  measures[HISTOGRAM + 2] = 4;
  const { values, lateness_seconds } = sample(measures);
  t.deepEqual(values, { ticks_total: 5, 'board_state.lost': 1 });
  t.deepEqual(lateness_seconds.buckets[2], [0.00025, 4]);
});

test('names are one level of a topic and one token of a subject', (t) => {
  t.is(topicOf('arm-1', 'ack'), 'ganglion/v1/arm-1/ack');
  t.is(subjectOf('arm-1', 'ack'), 'ganglion.v1.arm-1.ack');
  for (const name of ['a', 'Arm_2-b', 'x'.repeat(64)]) t.true(isDeviceName(name));
  for (const name of ['', 'a/b', 'a.b', '+', '#', '*', '>', 'ä', 'a b', 'x'.repeat(65)]) t.false(isDeviceName(name), name);
});

test('a place: ports and credentials as brokers have them, and no password in what is said of it', (t) => {
  const nothing = { username: undefined, password: undefined, tls: undefined };
  t.deepEqual(parseTelemetry('mqtt://host', {}), { kind: 'mqtt', mqtt: { host: 'host', port: 1883, ...nothing } });
  t.deepEqual(parseTelemetry('mqtts://u:p%40ss@[::1]:1/', {}), {
    kind: 'mqtt',
    mqtt: { host: '::1', port: 1, username: 'u', password: 'p@ss', tls: {} },
  });
  t.like(parseTelemetry('mqtt://host', { MQTT_USERNAME: 'u', MQTT_PASSWORD: 'p' }), { mqtt: { username: 'u', password: 'p' } });
  t.deepEqual(parseTelemetry('tls://u:p@host', {}), { kind: 'nats', url: 'tls://u:p@host' });
  for (const wrong of ['host', 'http://u:secret@host', 'mqtt://u:secret@host/topic', 'mqtt://', 'mqtt://u:secret@host?clientId=x'])
    t.notRegex(t.throws(() => parseTelemetry(wrong, {}), { name: 'UsageError' })!.message, /secret/);
  t.throws(() => parseTelemetry('mqtts://host', { MQTT_CA: '/nowhere/ca.pem' }), { name: 'UsageError', message: /\/nowhere\/ca\.pem/ });
});

/** A broker made of promises: what it takes, and when it goes. */
function links() {
  const taken: { kind: string; payload: string }[] = [];
  let broken: () => void = () => undefined;
  let taking = true;
  const connect: Connect = async () => {
    if (!taking) throw new Error('nobody there');
    const lost = new Promise<string>((resolve) => {
      broken = () => resolve('cut');
    });
    const link: Link = {
      lost,
      publish: (kind, payload) => {
        if (taking) taken.push({ kind, payload: textOf(payload) });
        return taking ? Promise.resolve() : new Promise(() => undefined);
      },
      close: async () => broken(),
    };
    return link;
  };
  return {
    taken,
    connect,
    go(): void {
      taking = false;
      broken();
    },
    come(): void {
      taking = true;
    },
  };
}

test('a device: status first, telemetry in order through a loss, the end last; a broker that is not there is said once', async (t) => {
  const broker = links();
  const said: string[] = [];
  const folder = temporaryFolder(t);
  const device = startDevice({
    ...{ app: 'test', device: 'one', connect: broker.connect, spool: openSpool(folder, MB), controls: createControls() },
    ...{ measures: new Float64Array(MEASURE_BYTES / 8), recorded: false, intervalMs: 20, stop: () => undefined },
    warn: (text) => said.push(text),
  });
  const until = async (done: () => boolean): Promise<void> => {
    for (let k = 0; k < 500 && !done(); k++) await new Promise((resolve) => setTimeout(resolve, 10));
    t.true(done());
  };
  const numbers = (): number[] =>
    broker.taken.filter(({ kind }) => kind === 'telemetry').map(({ payload }) => JSON.parse(payload).sequence);
  await until(() => numbers().length > 3);
  broker.go();
  await until(() => device.report().spool.waiting > 20);
  t.deepEqual(said, ['nobody there']);
  broker.come();
  await until(() => device.report().connections === 2 && device.report().spool.waiting === 0);
  const { messages, sent, spool, fault } = await device.end('ended', 7, 1000);
  t.is(fault, null);
  t.deepEqual(numbers(), upTo(0, messages));
  t.is(sent, messages);
  t.like(spool, { waiting: 0, dropped: 0, torn: 0 });
  const statuses = broker.taken.filter(({ kind }) => kind === 'status').map(({ payload }) => JSON.parse(payload));
  t.is(broker.taken[0]!.kind, 'status');
  t.like(statuses.at(-1), { state: 'ended', tick: 7, device: 'one', app: 'test' });
  t.deepEqual(
    statuses.map(({ sequence }) => sequence),
    upTo(0, statuses.length),
  );
  t.deepEqual(fs.readdirSync(folder), []);
});

test.serial('a run without its broker runs, says so, and keeps what it had to say; what cannot be is said', async (t) => {
  const folder = temporaryFolder(t);
  // Port 9 of this machine: nobody is there.
  const run = 'run heartbeat --seconds 10 --board none --json';
  const bare = await ganglion(run);
  const { status, out, err } = await ganglion(`${run} --telemetry mqtt://user:secret@127.0.0.1:9 --device one --spool ${folder}`);
  t.is(status, 0, err);
  t.regex(err, /telemetry: no MQTT broker can be used at 127\.0\.0\.1:9: .*ECONNREFUSED.*; the run goes on/);
  t.notRegex(out + err, /secret/);
  const report = JSON.parse(out);
  t.is(report.fingerprint, JSON.parse(bare.out).fingerprint, 'the same bits');
  t.like(report.telemetry, { device: 'one', connections: 0, sent: 0 });
  t.true(report.telemetry.spool.waiting > 0);
  t.regex(report.telemetry.fault, /ECONNREFUSED/);
  const spool = openSpool(folder, MB);
  const last = JSON.parse(textOf(Array.from({ length: report.telemetry.messages }, () => spool.next()!).at(-1)!.payload));
  t.like(last, { device: 'one', session: report.telemetry.session, tick: report.ticks });
  spool.close();
  for (const [flags, message] of [
    ['--telemetry http://host', /http:\/\/ is no way to a broker/],
    ['--telemetry mqtt://host --device a/b', /--device a\/b cannot be a name/],
    ['--telemetry mqtt://host --telemetry-every 0.01', /--telemetry-every takes a number from 0\.1/],
    ['--telemetry mqtt://host --spool /dev/null/spool', /telemetry cannot begin/],
    ['--device a', /--device is of no use without --telemetry/],
  ] as const) {
    const refused = await ganglion(`run heartbeat --seconds 1 --board none ${flags}`);
    t.is(refused.status, 2, refused.err);
    t.regex(refused.err, message);
  }
});
