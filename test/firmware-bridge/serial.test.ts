import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { SerialPortMock } from 'serialport';
import { findPort, listPorts, type PortInfo, serialTransport } from '../../firmware-bridge/index.ts';

const bridge = import.meta.resolve('../../firmware-bridge/index.js');

/** A package serialport whose port opens or fails as told, and can be unplugged. */
function fakeSerialport(openError?: Error, modemLines = true) {
  const written: number[][] = [];
  const made: FakePort[] = [];
  class FakePort {
    isOpen = false;
    readonly listeners = new Map<string, (argument?: unknown) => void>();
    readonly waiting: (() => void)[] = [];
    readonly lines: boolean[] = [];
    constructor() {
      made.push(this);
    }
    open(done: (error: Error | null) => void): void {
      this.isOpen = openError === undefined;
      setImmediate(done, openError ?? null);
    }
    close(done: (error: Error | null) => void): void {
      this.isOpen = false;
      setImmediate(() => {
        this.listeners.get('close')?.(null);
        done(null);
      });
    }
    write(bytes: Uint8Array, done: () => void): boolean {
      written.push([...bytes]);
      this.waiting.push(done);
      return true;
    }
    set(lines: { dtr: boolean }, done: (error: Error | null) => void): void {
      this.lines.push(lines.dtr);
      setImmediate(done, modemLines ? null : new Error('Inappropriate ioctl for device'));
    }
    on(event: string, listener: (argument: never) => void): void {
      this.listeners.set(event, listener as (argument?: unknown) => void);
    }
  }
  return { written, made, load: async () => ({ SerialPort: FakePort }) };
}

test('an error on opening names what to do', async (t) => {
  const cases: [string, string, RegExp][] = [
    ['Error: No such file or directory, cannot open /dev/ttyX', 'ERR_PORT_OPEN', /listPorts/],
    ['Error: Permission denied, cannot open /dev/ttyX', 'ERR_PORT_OPEN', /dialout/],
    ['Error Resource temporarily unavailable Cannot lock port', 'ERR_PORT_BUSY', /close the other program/],
    ['Opening COM3: Access denied', 'ERR_PORT_BUSY', /close the other program/],
  ];
  for (const [reason, code, remedy] of cases) {
    const line = serialTransport({ path: '/dev/ttyX', load: fakeSerialport(new Error(reason)).load });
    const error = await t.throwsAsync(line.open(), { code });
    t.regex((error as unknown as { remedy: string }).remedy, remedy);
    t.is(line.state, 'closed');
  }
  const missing = serialTransport({ path: 'x', load: () => Promise.reject(new Error('Cannot find package')) });
  await t.throwsAsync(missing.open(), { code: 'ERR_MISSING_PACKAGE' });
});

test('bytes wait in a ring until the port is done with them, and are refused when it is full', async (t) => {
  const fake = fakeSerialport();
  const line = serialTransport({ path: 'x', capacity: 100, load: fake.load });
  await line.open();
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  t.deepEqual([line.write(bytes, 0, 40), line.write(bytes, 0, 40), line.write(bytes, 0, 40)], [true, true, false]);
  const [port] = fake.made;
  port.waiting.shift()?.();
  t.true(line.write(bytes, 0, 40), 'it goes to the front, for behind the second there is no room in one piece');
  t.false(line.write(bytes, 0, 1));
  while (port.waiting.length > 0) port.waiting.shift()?.();
  t.true(line.write(bytes, 0, 40));
  t.is(fake.written.length, 4);
});

test('unplugging is an event, and the next open is a new port that knows nothing of the old', async (t) => {
  const fake = fakeSerialport();
  const line = serialTransport({ path: 'x', load: fake.load });
  const lost: string[] = [];
  line.onLost((error) => lost.push(`${error.code} ${(error.cause as Error).message}`));
  await line.open();
  line.write(Uint8Array.of(1), 0, 1);
  const [old] = fake.made;
  old.isOpen = false;
  old.listeners.get('error')?.(new Error('write failed'));
  old.listeners.get('close')?.(Object.assign(new Error('disconnected'), { disconnected: true }));
  t.deepEqual(lost, ['ERR_PORT_LOST write failed']);
  await line.open();
  const heard: number[] = [];
  line.onBytes((bytes) => heard.push(...bytes));
  old.waiting.shift()?.();
  old.listeners.get('data')?.(Uint8Array.of(7));
  fake.made[1].listeners.get('data')?.(Uint8Array.of(8));
  t.deepEqual(heard, [8]);
  t.is(fake.written.length, 1);
});

test('an error that leaves the port open is not the end of it', async (t) => {
  const fake = fakeSerialport();
  const line = serialTransport({ path: 'x', load: fake.load });
  line.onLost(() => t.fail());
  await line.open();
  fake.made[0].listeners.get('error')?.(new Error('a write failed'));
  t.is(line.state, 'open');
});

test('a port that never says that it closed is left after a second', async (t) => {
  const fake = fakeSerialport();
  const line = serialTransport({ path: 'x', load: fake.load });
  await line.open();
  fake.made[0].close = () => {};
  const begin = performance.now();
  await line.close();
  const ms = performance.now() - begin;
  t.true(ms > 900 && ms < 5000, `${ms}`);
  t.is(line.state, 'closed');
});

test('a reset lets the modem lines go; a port that has none says so and stays open', async (t) => {
  for (const modemLines of [true, false]) {
    const fake = fakeSerialport(undefined, modemLines);
    const line = serialTransport({ path: 'x', load: fake.load });
    t.false(await line.reset(), 'not open');
    await line.open();
    t.is(await line.reset(), modemLines);
    t.deepEqual(fake.made[0].lines, modemLines ? [false, true] : [false]);
    t.is(line.state, 'open');
  }
});

test('a board is found by what it is, wherever it is plugged in, within three seconds', async (t) => {
  const fake = fakeSerialport();
  let ports: PortInfo[] = [
    { path: '/dev/ttyACM0', serialNumber: '75735', vendorId: '2341' },
    { path: '/dev/ttyUSB0', serialNumber: '1' },
  ];
  const line = serialTransport({ serialNumber: '75735', load: fake.load, list: async () => ports });
  await line.open();
  t.is(line.path, '/dev/ttyACM0');
  await line.close();
  ports = [{ path: '/dev/ttyUSB0', serialNumber: '1' }];
  setTimeout(() => ports.push({ path: '/dev/ttyACM1', serialNumber: '75735', vendorId: '2341' }), 300);
  const begin = performance.now();
  await line.open();
  t.is(line.path, '/dev/ttyACM1');
  t.true(performance.now() - begin < 3000);
  await line.close();
  // Two of the same: nobody can say which was meant.
  t.is(await findPort({ vendorId: '2341' }, 0, async () => [...ports, { path: '/dev/ttyACM2', vendorId: '2341' }]), undefined);
  ports = [];
  const error = await t.throwsAsync(line.open(), { code: 'ERR_PORT_OPEN' });
  t.regex(error.message, /75735/);
});

test('closing while it opens closes', async (t) => {
  const fake = fakeSerialport();
  const line = serialTransport({ path: 'x', load: fake.load });
  const opening = line.open();
  t.is(line.state, 'opening');
  await Promise.all([line.close(), opening]);
  t.is(line.state, 'closed');
  t.false(fake.made[0].isOpen);
});

test('in a worker the real package is not even loaded, for there it ends the process', async (t) => {
  const worker = new Worker(
    `const { serialTransport } = await import(${JSON.stringify(bridge)});
     await serialTransport({ path: '/dev/null' }).open();`,
    { eval: true, execArgv: ['--input-type=module'] },
  );
  const [error] = (await once(worker, 'error')) as [{ code: string; remedy: string }];
  t.is(error.code, 'ERR_PORT_OPEN');
  t.regex(error.remedy, /main thread/);
});

test('it works with the real package: an echo', async (t) => {
  SerialPortMock.binding.createPort('/dev/ECHO', { echo: true });
  const line = serialTransport({ path: '/dev/ECHO', load: async () => ({ SerialPort: SerialPortMock }) });
  await line.open();
  const heard: number[] = [];
  line.onBytes((bytes, start, end) => heard.push(...bytes.subarray(start, end)));
  line.write(Uint8Array.of(1, 0, 255), 0, 3);
  for (let i = 0; i < 100 && heard.length < 3; i++) await sleep(10);
  t.deepEqual(heard, [1, 0, 255]);
  await line.close();
});

test('ports are listed from sysfs: USB ports with their serial number, UARTs that are there, no phantoms', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'ports-'));
  t.teardown(() => rm(root, { recursive: true }));
  const tty = join(root, 'class');
  const usb = join(root, 'devices', 'usb1', '1-1');
  const make = async (name: string, device: string, subsystem: string): Promise<void> => {
    await mkdir(device, { recursive: true });
    await mkdir(join(root, 'bus', subsystem), { recursive: true });
    await symlink(join(root, 'bus', subsystem), join(device, 'subsystem'));
    await mkdir(join(tty, name), { recursive: true });
    await symlink(device, join(tty, name, 'device'));
  };
  await make('ttyACM0', join(usb, '1-1:1.0'), 'usb');
  await make('ttyAMA0', join(root, 'devices', 'uart'), 'amba');
  await make('ttyS0', join(root, 'devices', 'serial8250'), 'platform');
  await mkdir(join(tty, 'tty1'));
  await mkdir(join(tty, 'ttyS1'));
  for (const [file, value] of [
    ['idVendor', '2341'],
    ['idProduct', '0043'],
    ['serial', '75735'],
    ['manufacturer', 'Arduino'],
  ]) {
    await writeFile(join(usb, file), `${value}\n`);
  }
  t.deepEqual(await listPorts(tty), [
    { path: '/dev/ttyACM0', serialNumber: '75735', vendorId: '2341', productId: '0043', manufacturer: 'Arduino' },
    { path: '/dev/ttyAMA0' },
  ]);
  t.deepEqual(await listPorts(join(root, 'nothing', 'here')), []);
  t.true(Array.isArray(await listPorts()));
});
