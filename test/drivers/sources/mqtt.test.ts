import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Aedes } from 'aedes';
import test, { type ExecutionContext } from 'ava';
import { connectMqtt, type Mqtt, mqttActuator, mqttSamples } from '../../../drivers/index.ts';

/** A broker on this machine that can be stopped and started again at its port. */
async function broker(t: ExecutionContext) {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const listen = async (port: number) => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      aedes.handle(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const opened: Mqtt[] = [];
  t.teardown(async () => {
    for (const one of opened) await one.close();
    await stop().catch(() => undefined);
    await new Promise<void>((resolve) => aedes.close(resolve));
  });
  return {
    stop,
    start: async () => {
      server = await listen(port);
    },
    connect: async () => {
      const connection = await connectMqtt(`mqtt://127.0.0.1:${port}`);
      opened.push(connection);
      return connection;
    },
  };
}

async function until(t: ExecutionContext, what: string, done: () => boolean): Promise<void> {
  for (let k = 0; k < 1500 && !done(); k++) await sleep(10);
  t.true(done(), what);
}

test('what somebody publishes is a sample; what is none is told, and so is nothing of other topics', async (t) => {
  const { connect } = await broker(t);
  const [here, there] = [await connect(), await connect()];
  const samples: number[][] = [];
  const refused: string[] = [];
  const source = mqttSamples(here, {
    topic: 'arm/+/angle',
    refused: (payload) => refused.push(Buffer.from(payload).toString().slice(0, 20)),
  });
  const subscription = source.subscribe((sample) => samples.push([...sample]));
  await until(t, 'subscribed', () => here.client.connected);
  await sleep(100);
  for (const [topic, payload] of [
    ['arm/left/angle', '1.5'],
    ['arm/left/speed', '9'],
    ['arm/left/more/angle', '9'],
    ['arm/right/angle', '[1,2]'],
    ['arm/right/angle', '{"a":1}'],
    ['arm/right/angle', '1e999'],
    ['arm/right/angle', `[${'1,'.repeat(50_000)}1]`],
    ['arm/right/angle', '3'],
  ] as const)
    await there.client.publishAsync(topic, payload, { qos: 1 });
  await until(t, 'the last one', () => samples.at(-1)?.[0] === 3);
  t.deepEqual(samples, [[1.5], [1, 2], [3]]);
  t.deepEqual(refused, ['{"a":1}', '1e999', `[${'1,'.repeat(50_000)}`.slice(0, 20)]);
  subscription.unsubscribe();
  await there.client.publishAsync('arm/left/angle', '4', { qos: 1 });
  await sleep(100);
  t.is(samples.length, 3);
});

test('actions go out no more often than asked; the safe one always, retained for whoever joins later', async (t) => {
  const { connect } = await broker(t);
  const [here, there] = [await connect(), await connect()];
  const heard: string[] = [];
  there.client.on('message', (_, payload) => heard.push(payload.toString()));
  await there.client.subscribeAsync('motor');
  const motor = mqttActuator(here, { topic: 'motor', safe: 0, intervalMs: 60_000 });
  motor.apply(Number.NaN);
  motor.apply([0.5, Number.POSITIVE_INFINITY]);
  motor.apply([0.5, 1]);
  motor.apply(0.6);
  motor.safe();
  motor.safe();
  await until(t, 'safe', () => heard.at(-1) === '0');
  t.deepEqual(heard, ['[0.5,1]', '0']);
  const late = await connect();
  const first = new Promise<string>((resolve) => late.client.once('message', (_, payload) => resolve(String(payload))));
  await late.client.subscribeAsync('motor');
  t.is(await first, '0');
});

test('while the broker is gone actions are dropped and counted, and never come late; the safe one does', async (t) => {
  const { connect, stop, start } = await broker(t);
  const here = await connect();
  const motor = mqttActuator(here, { topic: 'motor', safe: 0, intervalMs: 0 });
  const samples: number[] = [];
  mqttSamples(here, { topic: 'sensor' }).subscribe((sample) => samples.push(sample[0]!));
  await sleep(100);
  await stop();
  await until(t, 'lost', () => !here.client.connected);
  motor.apply(1);
  motor.apply(2);
  motor.safe();
  t.is(motor.dropped, 2);
  const back = new Promise<unknown>((resolve) => here.client.once('connect', resolve));
  await start();
  await back;
  const there = await connect();
  const heard: string[] = [];
  there.client.on('message', (_, payload) => heard.push(payload.toString()));
  await there.client.subscribeAsync('motor');
  await until(t, 'safe', () => heard.length > 0);
  await sleep(100);
  t.deepEqual(heard, ['0']);
  await there.client.publishAsync('sensor', '7', { qos: 1 });
  await until(t, 'subscribed again by itself', () => samples.includes(7));
});

test('a broker that is not there is an error, in time', async (t) => {
  const { stop, connect } = await broker(t);
  await stop();
  await t.throwsAsync(connect());
});
