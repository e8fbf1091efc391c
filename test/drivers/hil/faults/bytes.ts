/** Faults 1 to 3: what a line does to bytes. */
import assert from 'node:assert/strict';
import { code, type Fault, sessionFormat } from '../../../../firmware-bridge/index.ts';
import { load } from '../../small.ts';
import { heartbeatLike } from '../../support.ts';
import type { Bench, FaultCase } from './bench.ts';
import { heard, Ledger } from './ledger.ts';
import { frameOf, rawHost, SESSION } from './raw-host.ts';

const line = { bytesPerMs: 11.52, latencyMs: 0.2 };
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Deploys the network of the heartbeat app, 12 kB of weights; goodput in bytes a ms of what a good line carries. */
async function upload(bench: Bench, faults: readonly Fault[], seed = bench.seed): Promise<{ ms: number; error: string | undefined }> {
  const ledger = new Ledger();
  const rig = await bench.rig({ line }, { tap: ledger.tap, seed });
  await rig.connect();
  const before = heard(rig.device.counters?.() ?? {});
  const host = heard(rig.board.connection!.link.counters);
  ledger.clear();
  rig.line.setFaults(faults, faults);
  const begin = rig.now();
  let error: string | undefined;
  try {
    await rig.deploy(load(heartbeatLike(false)));
    await rig.expect.weights();
  } catch (thrown) {
    error = (thrown as { code?: string }).code ?? String(thrown);
  }
  const ms = rig.now() - begin;
  rig.line.setFaults([], []);
  // What is on its way to the device arrives, and nothing follows it.
  rig.block(40);
  const device = rig.device.counters === undefined ? undefined : heard(rig.device.counters());
  const here = heard(rig.board.connection!.link.counters);
  if (device !== undefined && error === undefined) {
    assert.deepEqual(
      { good: device.good - before.good, bad: device.bad - before.bad },
      { good: ledger.toBoard.good, bad: ledger.toBoard.bad },
    );
    assert.deepEqual({ good: here.good - host.good, bad: here.bad - host.bad }, { good: ledger.toHost.good, bad: ledger.toHost.bad });
  }
  return { ms, error };
}

const drops: FaultCase = {
  number: 1,
  fault: 'drop 0.1 / 1 / 5 % of bytes each way',
  expected: 'upload exact; goodput ≥ 50 / 10 / 0 %; at 5 % a typed link error is allowed, corruption is not',
  async run(bench) {
    const clean = await upload(bench, []);
    assert.equal(clean.error, undefined);
    const found: string[] = [];
    for (const [rate, least, times] of [
      [0.001, 0.5, 5],
      [0.01, 0.1, 3],
      [0.05, 0, 2],
    ] as const) {
      let took = 0;
      let given = '';
      // Each loss is one of a few: the mean of several seeds.
      for (let k = 0; k < times; k++) {
        const { ms, error = '' } = await upload(bench, [{ kind: 'drop', rate }], bench.seed + k);
        if (rate === 0.05 && error !== '') assert.match(error, /^ERR_(LINK|BOARD|SESSION|WEIGHTS)/);
        else assert.equal(error, '');
        given ||= error;
        took += ms;
      }
      const goodput = (times * clean.ms) / took;
      assert.ok(goodput >= least, `goodput at ${rate}: ${percent(goodput)}`);
      found.push(given === '' ? percent(goodput) : given);
    }
    return found.join(' / ');
  },
};

const FRAMES = 100_000;

/** Sends so many numbered frames through bit flips; what the device counts must be what two zeros in the bytes enclose. */
async function flipped(bench: Bench, rate: number, frames: number): Promise<{ bad: number; good: number }> {
  const ledger = new Ledger();
  const host = await rawHost(bench, {}, { tap: ledger.tap });
  assert.ok(host.connect());
  host.link.stop();
  const { rig } = host;
  const count = (): { good: number; bad: number } => heard(rig.device.counters!());
  const before = count();
  ledger.clear();
  rig.line.setFaults([{ kind: 'flip', rate }], []);
  const payload = new Uint8Array(20);
  const format = sessionFormat(SESSION, true);
  for (let i = 0; i < frames; i++) {
    new DataView(payload.buffer).setUint32(0, i);
    const bytes = frameOf(code.Spikes, i & 0xff, payload, format);
    rig.line.write(bytes, 0, bytes.length);
    if (i % 8 === 7) {
      rig.device.virtual!.pass(1);
      rig.device.virtual!.poll();
    }
  }
  rig.line.setFaults([], []);
  const last = frameOf(code.Heartbeat, frames & 0xff);
  rig.line.write(last, 0, last.length);
  rig.device.virtual!.poll();
  const after = count();
  const seen = { good: after.good - before.good, bad: after.bad - before.bad };
  assert.deepEqual(seen, { good: ledger.toBoard.good, bad: ledger.toBoard.bad });
  assert.ok(seen.bad > 0);
  return seen;
}

const flips: FaultCase = {
  number: 2,
  fault: 'single-bit flips 0.1 / 1 %',
  expected: 'no accepted bad frame in 10⁵; counters match',
  async run(bench) {
    const found: string[] = [];
    for (const rate of [0.001, 0.01]) {
      const { good, bad } = await flipped(bench, rate, FRAMES / 2);
      found.push(`${good} good, ${bad} bad`);
    }
    return `${found.join('; ')}: as injected`;
  },
};

const burst: FaultCase = {
  number: 3,
  fault: 'burst of 20 random bytes in mid-frame',
  expected: 'at most 2 frames lost, resync at next delimiter',
  async run(bench) {
    let worst = 0;
    for (let k = 0; k < 40; k++) {
      const ledger = new Ledger();
      const host = await rawHost(bench, {}, { tap: ledger.tap, seed: bench.seed + k });
      assert.ok(host.connect());
      ledger.clear();
      // One burst into the third frame of six, each as long as two bursts.
      host.rig.line.setFaults([{ kind: 'packets' }, { kind: 'burst', rate: 1, when: { types: [code.Spikes], pieces: [2, 3] } }], []);
      host.link.stop();
      const good = heard(host.rig.device.counters!()).good;
      for (let i = 0; i < 6; i++) {
        const bytes = frameOf(
          code.Spikes,
          i,
          Uint8Array.from({ length: 40 }, (_, b) => 1 + ((b * 7 + i) % 250)),
        );
        host.rig.line.write(bytes, 0, bytes.length);
        host.rig.device.virtual!.poll();
      }
      const arrived = heard(host.rig.device.counters!()).good - good;
      worst = Math.max(worst, 6 - arrived);
      assert.equal(host.rig.line.sent.bursts, 1);
    }
    assert.ok(worst >= 1 && worst <= 2, `${worst} frames lost`);
    return `${worst} of 6 lost at most, 40 times`;
  },
};

export const byteFaults: readonly FaultCase[] = [drops, flips, burst];
