/** Faults 4 to 9: what a line does to frames, and frames that are none. */
import assert from 'node:assert/strict';
import { code, crc32c, encodeControl, type Fault, PROTO_MAJOR, schema32, sessionFormat } from '../../../../firmware-bridge/index.ts';
import type { Bench, FaultCase } from './bench.ts';
import { heard } from './ledger.ts';
import { forger, frameOf, rawHost, SESSION } from './raw-host.ts';

const line = { bytesPerMs: 11.52, latencyMs: 0.2 };
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const IN_FLIGHT = 8;

/** Streams rewards, each of which is answered once, over a line; returns the answers in order of delivery. */
async function rewards(bench: Bench, faults: readonly Fault[], count: number) {
  const host = await rawHost(bench, { line: { bytesPerMs: 50, latencyMs: 0.2 } });
  assert.ok(host.connect());
  host.rig.line.setFaults(faults, faults);
  let sent = 0;
  const answers = (): number => host.control.filter(({ name }) => name === 'Error').length;
  host.step(60_000, () => {
    // No more than the device has room to answer.
    while (sent < Math.min(count, answers() + IN_FLIGHT) && host.link.sendControl('Reward', { tick: sent, valueQ16: 65536 })) sent++;
    return answers() >= count && host.link.queued === 0;
  });
  host.rig.line.setFaults([], []);
  host.step(200);
  return { ...host, answers: answers() };
}

const delimiters: FaultCase = {
  number: 4,
  fault: 'delimiter deleted (two frames merge) / inserted (frame splits)',
  expected: 'both discarded, resent; no overflow',
  async run(bench) {
    const found: string[] = [];
    for (const kind of ['merge', 'split'] as const) {
      const { answers, rig, link } = await rewards(bench, [{ kind: 'packets' }, { kind, rate: 0.05 }], 300);
      assert.equal(answers, 300, 'each reward is answered once');
      const done = kind === 'merge' ? rig.line.sent.merged : rig.line.sent.split;
      assert.ok(done > 5 && link.counters.retransmits > 0);
      found.push(`${done} × ${kind}, 300 of 300 delivered once, ${link.counters.retransmits} resent`);
    }
    return found.join('; ');
  },
};

const duplicates: FaultCase = {
  number: 5,
  fault: 'frame duplicated',
  expected: 'applied once; reward not doubled',
  async run(bench) {
    const { answers, rig, link } = await rewards(bench, [{ kind: 'packets' }, { kind: 'duplicate', rate: 0.3 }], 300);
    assert.equal(answers, 300);
    assert.equal(link.counters.duplicates > 0 && rig.line.sent.duplicated > 50, true);
    return `${rig.line.sent.duplicated} doubled, 300 of 300 applied once`;
  },
};

const reordered: FaultCase = {
  number: 6,
  fault: 'frames reordered',
  expected: 'reliable in order; late spike batch dropped and counted',
  async run(bench) {
    const { answers, rig, control } = await rewards(bench, [{ kind: 'packets' }, { kind: 'reorder', rate: 0.1 }], 300);
    assert.equal(answers, 300);
    assert.ok(control.every(({ name, message }) => name !== 'Error' || (message as { context: number }).context === code.Reward));
    const late = await rawHost(bench);
    assert.ok(late.connect());
    late.link.stop();
    late.rig.line.setFaults([{ kind: 'packets' }, { kind: 'reorder', rate: 1, when: { types: [code.Spikes], pieces: [3, 4] } }], []);
    const before = late.rig.device.counters!();
    for (let i = 0; i < 8; i++) {
      const bytes = frameOf(code.Spikes, i, Uint8Array.of(i, 0, 0, 0));
      late.rig.line.write(bytes, 0, bytes.length);
      late.rig.device.virtual!.poll();
    }
    const after = late.rig.device.counters!();
    assert.equal(after['late']! - before['late']!, 1);
    // As its telemetry tells: the others found no network.
    assert.equal(after['dropped']! - before['dropped']!, 8);
    return `${rig.line.sent.reordered} overtaken, 300 of 300 in order; a late batch counted once`;
  },
};

const NOISE = 1 << 20;

const endless: FaultCase = {
  number: 7,
  fault: 'endless noise without delimiter, 1 MB',
  expected: 'bounded buffer, CPU < 20 %, link down reported',
  async run(bench) {
    const host = await rawHost(bench, { line });
    assert.ok(host.connect());
    host.rig.line.setFaults([{ kind: 'noise', rate: 1, bytes: 1000 }], [{ kind: 'noise', rate: 1, bytes: 1000 }]);
    const down = host.step(2000, () => host.errors.length > 0);
    assert.equal(host.errors[0]?.code, 'ERR_LINK_SILENT');
    // The whole megabyte into the device; 91 s on this line.
    const noise = Uint8Array.from({ length: 4096 }, (_, i) => 1 + ((i * 167) % 255));
    host.rig.line.setFaults([], []);
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed;
    const begin = performance.now();
    for (let sent = 0; sent < NOISE; sent += noise.length) {
      host.rig.line.write(noise, 0, noise.length);
      host.rig.device.virtual!.pass(noise.length / line.bytesPerMs + 1);
      host.rig.device.virtual!.poll();
    }
    const cpu = (performance.now() - begin) / (NOISE / line.bytesPerMs);
    const grown = process.memoryUsage().heapUsed - heap;
    assert.ok(cpu < 0.2, `CPU ${percent(cpu)}`);
    assert.ok(grown < 16e6, `${grown} bytes`);
    return `link down after ${down.toFixed(0)} ms; 1 MB costs less than 20 % of its time on the line; heap bounded`;
  },
};

const sizes: FaultCase = {
  number: 8,
  fault: 'oversize / zero-length / truncated frame',
  expected: 'Error or drop, no allocation above max_frame',
  async run(bench) {
    const host = await rawHost(bench);
    assert.ok(host.connect());
    const { rig } = host;
    const count = () => ({ ...rig.device.counters!() });
    const say = (bytes: Uint8Array): void => {
      rig.line.write(bytes, 0, bytes.length);
      rig.device.virtual!.poll();
    };
    const before = count();
    say(frameOf(code.WeightChunk, 0, new Uint8Array(1500).fill(3)));
    assert.equal(heard(count()).bad - heard(before).bad, 1);
    say(new Uint8Array(64));
    assert.equal(heard(count()).bad - heard(before).bad, 1);
    const whole = frameOf(code.Reward, 0, encodeControl('Reward', { tick: 1, valueQ16: 1 }));
    for (let length = 1; length < whole.length - 1; length++) say(Uint8Array.of(...whole.subarray(0, length), 0));
    const after = count();
    assert.equal(heard(after).bad - heard(before).bad, 1 + whole.length - 2);
    assert.equal(after['framesIn'], before['framesIn']);
    host.step(100);
    assert.equal(host.link.state, 'up');
    return `1 oversize, 64 empty, ${whole.length - 2} cut: all dropped, session goes on`;
  },
};

const schema: FaultCase = {
  number: 9,
  fault: 'valid CRC, wrong schema (CRC seed)',
  expected: 'all rejected; one clear "firmware mismatch"',
  async run(bench) {
    const host = await rawHost(bench);
    assert.ok(host.connect());
    const before = { ...host.rig.device.counters!() };
    // Another description: the same frames, with CRCs that start elsewhere.
    const other = { ...sessionFormat(SESSION, true), seed32: crc32c(Uint8Array.of(1), 0, 1, schema32), seed16: 0x1234 };
    for (let i = 0; i < 100; i++) {
      const bytes = frameOf(code.Arm, i, encodeControl('Arm', { session: SESSION, ttlMs: 250 }), other);
      host.rig.line.write(bytes, 0, bytes.length);
      host.rig.device.virtual!.poll();
    }
    const after = host.rig.device.counters!();
    assert.equal(after['crcErrors']! - before['crcErrors']!, 100);
    assert.equal(after['framesIn'], before['framesIn']);
    assert.equal(host.rig.safe, true);
    // A board of another description: one refusal, at the handshake.
    const foreign = await rawHost(bench);
    const caps = encodeControl('Caps', {
      ...{ protoMajor: PROTO_MAJOR, protoMinor: 0, session: SESSION, schema: schema32 ^ 1, fwHash: new Uint8Array(20), boardId: 'foreign' },
      ...{ neurons: 1, inputs: 1, outputs: 1, weightBits: 8, stateBits: 32, tickUs: 1000, maxFrame: 256, rxWindow: 4080, features: 0 },
      ...{ bootId: 1, failsafeMs: 250, synapses: 1, neuronKinds: 1, resetCause: 0 },
    });
    const answer = frameOf(code.Caps | 0x80, 0, caps);
    foreign.rig.line.setFaults([{ kind: 'lose', rate: 1 }], []);
    const deliver = forger(foreign.rig);
    foreign.link.start();
    for (let i = 0; i < 3; i++) deliver(answer);
    assert.deepEqual(
      foreign.errors.map((error) => error.code),
      ['ERR_PROTOCOL_SCHEMA'],
    );
    assert.match(foreign.errors[0]!.message, /firmware/);
    return '100 of 100 rejected, ERR_PROTOCOL_SCHEMA once';
  },
};

export const frameFaults: readonly FaultCase[] = [delimiters, duplicates, reordered, endless, sizes, schema];
