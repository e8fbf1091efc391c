import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import test from 'ava';
import { serialTransport } from '../../firmware-bridge/index.ts';
import { transportContract } from '../contracts/transport.ts';
import { deviceCaps, listeningLink, VirtualTime } from './support.ts';

/** Real time has no promises on a busy machine: wait for the event, long enough. */
async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !done(); i++) await sleep(10);
}

/** Two ends of a pseudo-terminal: real ports, the real package, no hardware. */
async function pseudoTerminal() {
  const directory = await mkdtemp(join(tmpdir(), 'pty-'));
  const [pathA, pathB] = [join(directory, 'a'), join(directory, 'b')];
  const socat: ChildProcess = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${pathA}`, `pty,raw,echo=0,link=${pathB}`]);
  let said = '';
  socat.stderr?.on('data', (text) => {
    said += text;
  });
  await until(() => said.includes('starting data transfer loop'));
  const a = serialTransport({ path: pathA });
  return {
    a,
    b: serialTransport({ path: pathB }),
    settle: until,
    unplug: async () => {
      socat.kill('SIGKILL');
      await once(socat, 'exit');
      await until(() => a.state === 'closed');
    },
    dispose: async () => {
      socat.kill('SIGKILL');
      await rm(directory, { recursive: true });
    },
  };
}

if (spawnSync('socat', ['-V']).status !== 0) {
  test('serial over a pseudo-terminal is not tested: socat is not installed', (t) => t.pass());
} else if (!isMainThread) {
  // serialport works on the main thread only, and this is a worker: once more, in a process of its own.
  test('serial over a pseudo-terminal', async (t) => {
    const ava = fileURLToPath(new URL('cli.mjs', import.meta.resolve('ava')));
    const child = spawn(process.execPath, [ava, '--no-worker-threads', fileURLToPath(import.meta.url)]);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += text;
      });
    }
    const [status] = await once(child, 'exit');
    t.is(status, 0, said);
  });
} else {
  transportContract(test, 'serial over a pseudo-terminal', pseudoTerminal);

  test.serial('a host and a device speak over a pseudo-terminal, in real time', async (t) => {
    const { a, b, dispose } = await pseudoTerminal();
    t.teardown(dispose);
    await Promise.all([a.open(), b.open()]);
    const clock = new VirtualTime();
    const [host, hostHeard] = listeningLink(clock, a, { now: () => performance.now() });
    const [device, deviceHeard] = listeningLink(clock, b, { now: () => performance.now(), caps: deviceCaps });
    device.start();
    host.start();
    for (let i = 0; i < 4000 && deviceHeard.control.length < 100; i++) {
      if (host.state === 'up') host.sendControl('Reward', { tick: i, valueQ16: 1 });
      host.poll();
      device.poll();
      await sleep(5);
    }
    t.true(deviceHeard.control.length >= 100);
    t.deepEqual(hostHeard.errors, []);
    t.is(host.counters.crcErrors + device.counters.crcErrors, 0);
    await Promise.all([a.close(), b.close()]);
  });
}
