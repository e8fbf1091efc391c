/** Faults 12 and 30 to 32: ports of this machine, by the real serialport on pseudo-terminals. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { WireBoard } from '../../../../drivers/index.ts';
import {
  code,
  decodeControl,
  FrameParser,
  handshakeFormat,
  listPorts,
  type PortInfo,
  serialTransport,
} from '../../../../firmware-bridge/index.ts';
import { load, wires } from '../../small.ts';
import type { Bench, FaultCase } from './bench.ts';
import { live } from './live.ts';
import { type PseudoTerminal, pseudoTerminal, until } from './pseudo-terminal.ts';

const now = (): number => performance.now();
const bridge = new URL('../../../../firmware-bridge/index.js', import.meta.url).href;

/** A board in the machine's time at the far end, until the result is called. */
async function boardAt(bench: Bench, path: string): Promise<() => Promise<void>> {
  const line = serialTransport({ path });
  await line.open();
  const end = await live(await bench.device(), line);
  return async () => {
    await end();
    await line.close();
  };
}

/** Runs with pseudo-terminals that are taken away in the end. */
async function withPorts<T>(use: (make: () => Promise<PseudoTerminal>) => Promise<T>): Promise<T> {
  const made: PseudoTerminal[] = [];
  try {
    return await use(async () => {
      const one = await pseudoTerminal();
      made.push(one);
      return one;
    });
  } finally {
    for (const one of made) await one.unplug();
  }
}

/** Connects, deploys, and waits for the right answer. */
async function works(board: WireBoard): Promise<void> {
  const spikes: number[][] = [];
  const heard = board.events.subscribe((event) => {
    if (event.kind === 'spikes' && event.count > 0) spikes.push([...event.addresses.subarray(event.start, event.start + event.count)]);
  });
  await board.connect();
  await board.deploy(load(wires(2)));
  for (let tick = 0; tick < 2000 && spikes.length === 0; tick++) {
    board.inputs(tick, Uint32Array.of(1), 1);
    await sleep(2);
  }
  heard.unsubscribe();
  assert.deepEqual(spikes[0], [1]);
}

const moved: FaultCase = {
  number: 12,
  fault: 'path changes on replug (ttyACM0 → 1)',
  expected: 'found again by serial number; bound 3 s',
  realTime: true,
  run: (bench) =>
    withPorts(async (make) => {
      const first = await make();
      const other: PortInfo = { path: '/dev/null', serialNumber: 'another' };
      let ports: PortInfo[] = [other, { path: first.host, serialNumber: 'ours' }];
      const board = new WireBoard({ transport: serialTransport({ serialNumber: 'ours', list: async () => ports }) });
      const faults: string[] = [];
      board.events.subscribe((event) => {
        if (event.kind === 'fault') faults.push(event.error.code);
      });
      const far = await boardAt(bench, first.device);
      await works(board);
      ports = [other];
      await first.unplug();
      await until(() => faults.length > 0, 'the unplugged port must be noticed');
      await far();
      await board.shutdown();
      assert.deepEqual(faults, ['ERR_PORT_LOST']);
      const second = await make();
      const again = await boardAt(bench, second.device);
      const begin = now();
      setTimeout(() => ports.push({ path: second.host, serialNumber: 'ours' }), 500);
      try {
        await board.connect();
        const took = now() - begin;
        assert.ok(took >= 500 && took < 3000 + 500, `${took} ms`);
        await works(board);
      } finally {
        await board.shutdown();
        await again();
      }
      return 'ERR_PORT_LOST, then found at its other path as soon as it was there, and deployed';
    }),
};

const busy: FaultCase = {
  number: 30,
  fault: 'two hosts open the port',
  expected: 'second gets a typed "busy" (lock)',
  realTime: true,
  run: (bench) =>
    withPorts(async (make) => {
      const { host, device } = await make();
      const far = await boardAt(bench, device);
      const board = new WireBoard({ transport: serialTransport({ path: host }) });
      try {
        await works(board);
        await assert.rejects(serialTransport({ path: host }).open(), { code: 'ERR_PORT_BUSY' });
        const second = new WireBoard({ transport: serialTransport({ path: host }) });
        await assert.rejects(second.connect(), { code: 'ERR_PORT_BUSY' });
        // The first one has not noticed anything.
        assert.equal(await board.verify(), true);
      } finally {
        await board.shutdown();
        await far();
      }
      const free = serialTransport({ path: host });
      await free.open();
      await free.close();
      return 'ERR_PORT_BUSY twice, the first host goes on; free again when it has closed';
    }),
};

const modemLines: FaultCase = {
  number: 31,
  fault: 'modem-line ioctl unsupported (PTY, some CDC)',
  expected: 'continue without reset line',
  realTime: true,
  run: (bench) =>
    withPorts(async (make) => {
      const { host, device } = await make();
      const far = await boardAt(bench, device);
      const line = serialTransport({ path: host });
      const board = new WireBoard({ transport: line });
      try {
        await line.open();
        assert.equal(await line.reset(), false);
        assert.equal(line.state, 'open');
        await works(board);
      } finally {
        await board.shutdown();
        await far();
      }
      return 'reset() says that there is no such line; connected and deployed all the same';
    }),
};

/** What a process of its own prints, a process without a PATH or of another user. */
async function elsewhere(script: string, options: { readonly env?: NodeJS.ProcessEnv; readonly uid?: number }): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const [status] = await once(child, 'exit');
  assert.equal(status, 0, 'the process must not crash');
  return said.trim();
}

const NOBODY = 65534;

const foreign: FaultCase = {
  number: 32,
  fault: '`udevadm` missing, permission denied, device is not ours',
  expected: 'typed errors, no crash; non-protocol device left untouched (no writes beyond hello)',
  realTime: true,
  run: () =>
    withPorts(async (make) => {
      const list = `import { listPorts } from ${JSON.stringify(bridge)}; console.log(JSON.stringify(await listPorts()));`;
      assert.deepEqual(JSON.parse(await elsewhere(list, { env: { PATH: '/nowhere' } })), await listPorts());

      const { host, device } = await make();
      const open = `import { serialTransport } from ${JSON.stringify(bridge)};
        await serialTransport({ path: ${JSON.stringify(host)} }).open().then(() => console.log('open'), (error) => console.log(error.code, error.remedy));`;
      await chmod(host, 0);
      // Root may open anything.
      const denied = await elsewhere(open, process.getuid?.() === 0 ? { uid: NOBODY } : {});
      assert.match(denied, /^ERR_PORT_OPEN .*dialout/);
      await chmod(host, 0o600);

      // A modem that answers in text, and notes what it is sent.
      const modem = serialTransport({ path: device });
      await modem.open();
      const sent: number[] = [];
      const text = new TextEncoder().encode('\r\nOK\r\n+CREG: 0,1\r\n');
      modem.onBytes((bytes, start, end) => {
        sent.push(...bytes.subarray(start, end));
        modem.write(text, 0, text.length);
      });
      const board = new WireBoard({ transport: serialTransport({ path: host }) });
      await assert.rejects(board.connect(), (error: { code: string }) => ['ERR_LINK_GARBLED', 'ERR_LINK_NO_ANSWER'].includes(error.code));
      await modem.close();
      const types = new Set<number>();
      let bad = 0;
      const parser = new FrameParser(1024, {
        frame: (type, _seq, _ack, _credit, bytes, start, end) => {
          types.add(type);
          if (decodeControl(type, bytes, start, end)?.name !== 'Hello') bad++;
        },
        damaged: () => bad++,
      });
      parser.format = handshakeFormat;
      parser.push(Uint8Array.from(sent), 0, sent.length);
      assert.ok(sent.length > 0 && bad === 0);
      assert.deepEqual([...types], [code.Hello]);
      return 'ports listed without udevadm; ERR_PORT_OPEN names the group; a modem got Hellos and nothing else';
    }),
};

export const portFaults: readonly FaultCase[] = [moved, busy, modemLines, foreign];
