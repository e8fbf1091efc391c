/** Faults 16 to 19 and 23: ends that stand still, vanish, or do not keep to their credit. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { code, crc32c, encodeNetworkImage, type Transport } from '../../../../firmware-bridge/index.ts';
import { image } from '../../device-bench.ts';
import { load, small } from '../../small.ts';
import type { FaultCase } from './bench.ts';
import { heard } from './ledger.ts';
import { live } from './live.ts';
import { until } from './pseudo-terminal.ts';
import { frameOf, rawHost } from './raw-host.ts';

const line = { bytesPerMs: 11.52, latencyMs: 0.2 };

const stall: FaultCase = {
  number: 16,
  fault: 'device stalls 300 ms (no reads)',
  expected: 'credit stops host; queue ≤ bound; spikes beyond it shed and counted; recovers',
  async run(bench) {
    const rig = await bench.rig({ line: { bytesPerMs: 100 }, rxBuffer: 1024 });
    await rig.connect();
    await rig.deploy(load(small));
    await rig.play({ ticks: 20, inputs: () => [0, 1, 2, 3] });
    const before = rig.line.sent.bytes;
    const { link } = rig.board.connection!;
    rig.device.freeze!(true);
    await rig.play({ ticks: 150, inputs: () => [0, 1, 2, 3] });
    const bytes = rig.line.sent.bytes - before;
    assert.ok(bytes <= 2 * 1024, `${bytes} bytes were put on the line`);
    assert.ok(link.counters.shed > 50 && rig.board.report().dropped > 50);
    assert.equal((rig.device as { readonly overruns?: number }).overruns ?? 0, 0);
    rig.device.freeze!(false);
    await rig.play({ ticks: 100, inputs: () => [0, 1, 2, 3] });
    // It was silent to its own outputs for longer than it may be.
    const code = rig.faults[0]?.error.code;
    assert.equal(code, 'ERR_BOARD_SAFE');
    return `${bytes} bytes into 1024 of room and no overrun, ${link.counters.shed} ticks shed; ${code}, then back`;
  },
};

const forever: FaultCase = {
  number: 17,
  fault: 'device stalls for ever',
  expected: 'link down within 450 ms (PROTOCOL.md, 6); close() returns ≤ 1 s',
  async run(bench) {
    const rig = await bench.rig({ line });
    await rig.connect();
    await rig.deploy(load(small));
    await rig.play({ ticks: 20, inputs: () => [0] });
    rig.device.freeze!(true);
    const at = rig.now();
    await rig.play({ ticks: 300, inputs: () => [0] });
    const down = rig.expect.fault('ERR_LINK_SILENT') - at;
    assert.ok(down <= 460, `${down} ms`);
    // Closing while the link is still taken for up: the worst moment.
    const other = await bench.rig({ line });
    await other.connect();
    await other.deploy(load(small));
    other.device.freeze!(true);
    const begin = other.now();
    await other.board.shutdown();
    const closed = other.now() - begin;
    assert.ok(closed <= 1000, `${closed} ms`);
    return `down after ${down.toFixed(0)} ms, closed after ${closed.toFixed(0)} ms`;
  },
};

const blocked: FaultCase = {
  number: 18,
  fault: 'host event loop blocked 400 ms',
  expected: 'device SAFE at 250 ms; learning interval voided; explicit re-arm',
  async run(bench) {
    const rig = await bench.rig({ line });
    await rig.connect();
    await rig.deploy(load(small));
    await rig.play({ ticks: 50, inputs: () => [0] });
    await rig.pass(20);
    const at = rig.now();
    rig.block(400);
    const safe = rig.expect.safeWithin(at, 250 + 2);
    assert.ok(safe > 200, `${safe} ms`);
    await rig.play({ ticks: 50, inputs: () => [0] });
    rig.expect.fault('ERR_BOARD_SAFE');
    const answered = [...rig.ticks].filter(([tick, { spikes }]) => tick >= 50 && spikes !== undefined).length;
    assert.equal(answered, 0, 'what came after is no answer of a mirror');
    rig.expect.safe();
    await rig.connect();
    await rig.pass(300);
    rig.expect.safe();
    return `safe after ${safe.toFixed(0)} ms, ERR_BOARD_SAFE, 0 of 50 ticks answered, safe until deployed anew`;
  },
};

/** The far end of a program that speaks on its standard input and output. */
function pipeOf(child: ChildProcess): Transport {
  const listeners = new Set<(bytes: Uint8Array, start: number, end: number) => void>();
  child.stdout!.on('data', (bytes: Buffer) => {
    for (const listener of listeners) listener(bytes, 0, bytes.length);
  });
  child.stdin!.on('error', () => undefined);
  return {
    state: 'open',
    open: async () => undefined,
    close: async () => undefined,
    write: (bytes, start, end) => {
      if (!child.stdin!.writable) return false;
      child.stdin!.write(bytes.slice(start, end));
      return true;
    },
    onBytes: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLost: () => () => undefined,
  };
}

const killed: FaultCase = {
  number: 19,
  fault: 'host process killed (SIGKILL)',
  expected: 'device SAFE at 250 ms, unaided',
  realTime: true,
  async run(bench) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('host-process.js', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const device = await bench.device();
    const heardFrames = (): number => device.counters!()['framesIn']!;
    const now = (): number => device.virtual!.now();
    let heardAt = 0;
    let frames = 0;
    let armedFrames = 0;
    let safe = true;
    let safeAt = 0;
    const end = await live(device, pipeOf(child), () => {
      const count = heardFrames();
      if (count > frames) heardAt = now();
      if (!device.safe!()) armedFrames += count - frames;
      frames = count;
      if (device.safe!() && !safe) safeAt = now();
      safe = device.safe!();
    });
    try {
      await until(() => armedFrames >= 20 && !safe, 'the host must have run the board');
      child.kill('SIGKILL');
      await until(() => safe, 'the board must be safe', 5000);
      const took = safeAt - heardAt;
      // Its own clock has whole µs; the rest is how late a busy machine lets it look.
      assert.ok(Math.ceil(took) >= 250 && took < 250 + 500, `${took} ms`);
      return 'safe 250 ms after the last valid frame, by its own watch';
    } finally {
      child.kill('SIGKILL');
      await end();
    }
  },
};

const overrun: FaultCase = {
  number: 23,
  fault: 'RX overrun in device (no credit obeyed by a faulty host)',
  expected: 'counted in telemetry, nak, no corruption',
  async run(bench) {
    const host = await rawHost(bench, { rxBuffer: 1024 });
    assert.ok(host.connect());
    const { rig, link, sender, step, control } = host;
    sender.begin({ region: 0, generation: 1, image: encodeNetworkImage(image) });
    step(2000, () => !sender.busy);
    sender.begin({ region: 1, generation: 1, image: Uint8Array.of(64, 0, 0, 64) });
    step(2000, () => !sender.busy);
    const { virtual } = rig.device;
    const naks = link.counters.naksIn;
    const state = heard(rig.device.counters!());
    // Forty batches at a stroke into 1024 bytes, while nobody looks; then the link goes on.
    for (let k = 0; k < 20; k++) {
      for (let i = 0; i < 40; i++) {
        const bytes = frameOf(
          code.Spikes,
          i,
          Uint8Array.from({ length: 30 }, (_, b) => b + 1),
        );
        rig.line.write(bytes, 0, bytes.length);
      }
      virtual!.pass(5);
      virtual!.poll();
      link.poll();
    }
    step(600);
    const lost = (rig.device as { readonly overruns?: number }).overruns ?? 0;
    assert.ok(lost > 1000, `${lost} bytes were lost`);
    const telemetry = control.filter(({ name }) => name === 'Telemetry').at(-1)?.message as { crcErrors: number };
    const bad = heard(rig.device.counters!()).bad;
    assert.equal(telemetry.crcErrors, bad);
    assert.ok(bad > state.bad);
    assert.ok(link.counters.naksIn > naks);
    assert.equal(rig.device.weights!(1), crc32c(Uint8Array.of(64, 0, 0, 64)));
    sender.begin({ region: 1, generation: 2, image: Uint8Array.of(64, 1, 1, 64) });
    step(5000, () => !sender.busy);
    assert.equal(rig.device.weights!(1), crc32c(Uint8Array.of(64, 1, 1, 64)));
    return `${lost} bytes lost, ${bad} bad frames in telemetry, ${link.counters.naksIn - naks} naks, weights whole`;
  },
};

export const stallFaults: readonly FaultCase[] = [stall, forever, blocked, killed, overrun];
