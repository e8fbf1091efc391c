/** Faults 10, 11, 13 to 15: plugs, resets and supplies. */
import assert from 'node:assert/strict';
import { crc32c, encodeNetworkImage } from '../../../../firmware-bridge/index.ts';
import { image } from '../../device-bench.ts';
import { load, small } from '../../small.ts';
import { heartbeatLike } from '../../support.ts';
import type { FaultCase } from './bench.ts';
import { rawHost } from './raw-host.ts';

const line = { bytesPerMs: 11.52, latencyMs: 0.2 };

/** Bytes that the host put on the line. */
const sent = (rig: { readonly line: { readonly sent: { readonly bytes: number } } }): number => rig.line.sent.bytes;

const replug: FaultCase = {
  number: 10,
  fault: 'unplug in mid-upload, replug in 2 s, same boot_id',
  expected: 'resume at next_offset; total bytes sent < 110 %',
  async run(bench) {
    const host = load(heartbeatLike(false));
    const clean = await bench.rig({ line });
    await clean.connect();
    const before = sent(clean);
    await clean.deploy(host);
    const whole = sent(clean) - before;
    const shares: string[] = [];
    for (const part of [0.3, 0.6, 0.9]) {
      const rig = await bench.rig({ line });
      await rig.connect();
      const start = sent(rig);
      rig.line.setFaults([{ kind: 'unplug', when: { bytes: [Math.round(part * whole), Number.POSITIVE_INFINITY] } }], []);
      await assert.rejects(rig.deploy(host), { code: 'ERR_PORT_LOST' });
      rig.block(2000);
      rig.line.setFaults([], []);
      rig.line.replug();
      await rig.connect();
      await rig.deploy(host);
      await rig.expect.weights();
      const share = (sent(rig) - start) / whole;
      assert.ok(share < 1.1, `${share} of the bytes`);
      shares.push(`${(100 * share).toFixed(1)} %`);
    }
    // The control: a board that was reset meanwhile has nothing to go on with.
    const control = await bench.rig({ line });
    await control.connect();
    const start = sent(control);
    control.line.setFaults([{ kind: 'unplug', when: { bytes: [Math.round(0.6 * whole), Number.POSITIVE_INFINITY] } }], []);
    await assert.rejects(control.deploy(host), { code: 'ERR_PORT_LOST' });
    control.device.reset?.('powerOn');
    control.line.setFaults([], []);
    control.line.replug();
    await control.connect();
    await control.deploy(host);
    const anew = (sent(control) - start) / whole;
    assert.ok(control.device.reset === undefined || anew > 1.5, `${anew} of the bytes after a reset`);
    return `cut at 30, 60, 90 %: ${shares.join(', ')} of the bytes of one upload; ${(100 * anew).toFixed(0)} % after a reset`;
  },
};

const replugAfterReset: FaultCase = {
  number: 11,
  fault: 'unplug, replug after reset (new boot_id)',
  expected: 'restart upload, discard clock fit, disarmed',
  async run(bench) {
    const host = load(small);
    const rig = await bench.rig({}, { clockEveryMs: 10 });
    assert.ok(rig.device.reset !== undefined);
    await rig.connect();
    await rig.deploy(host);
    await rig.play({ ticks: 500, inputs: () => [0] });
    const { clock, link } = rig.board.connection!;
    assert.ok(clock!.points > 5);
    const bootId = link.caps?.bootId;
    await rig.line.unplug();
    rig.device.reset('powerOn');
    rig.block(500);
    rig.line.replug();
    await rig.connect();
    assert.notEqual(rig.board.connection!.link.caps?.bootId, bootId);
    assert.equal(rig.board.connection!.clock!.points, 0);
    assert.equal(rig.board.connection!.clock!.offsetUs(rig.now()), undefined);
    assert.equal(rig.device.weights?.(1), undefined);
    rig.expect.safe();
    const report = await rig.deploy(host);
    assert.ok(report.bytes >= 12 * 16);
    await rig.expect.weights();
    return `${report.bytes} bytes sent anew, no clock fit, safe until deployed`;
  },
};

const brownOut: FaultCase = {
  number: 13,
  fault: 'device brown-out reset in RUN',
  expected: 'outputs safe by default at boot; cause reported; needs Arm',
  async run(bench) {
    const rig = await bench.rig({ line });
    await rig.connect();
    await rig.deploy(load(small));
    await rig.play({ ticks: 50, inputs: () => [0] });
    assert.equal(rig.safe, false);
    const at = rig.now();
    rig.device.reset!('brownOut');
    assert.equal(rig.safe, true);
    await rig.play({ ticks: 20, inputs: () => [0] });
    const told = rig.expect.fault('ERR_SESSION_LOST') - at;
    rig.expect.safe();
    await rig.connect();
    assert.equal(rig.board.connection!.link.caps?.resetCause, 3);
    await rig.pass(500);
    rig.expect.safe();
    return `safe at once, ERR_SESSION_LOST after ${told.toFixed(1)} ms, cause brownOut, still safe after 500 ms without Arm`;
  },
};

const resetLoop: FaultCase = {
  number: 14,
  fault: 'watchdog reset loop (5 in 10 s)',
  expected: 'host stops re-arming, latched fault',
  async run(bench) {
    const rig = await bench.rig({}, {}, { recovers: false });
    let armed = 0;
    let latched = '';
    for (let k = 0; k < 8 && latched === ''; k++) {
      try {
        await rig.connect();
        await rig.deploy(load(small));
        armed++;
        await rig.play({ ticks: 10, inputs: () => [0] });
        rig.device.reset!('watchdog');
        await rig.play({ ticks: 200, inputs: () => [0] });
      } catch (error) {
        latched = (error as { code: string }).code;
      }
    }
    assert.equal(latched, 'ERR_BOARD_RESETS');
    assert.equal(armed, 5);
    await rig.pass(60_000);
    await assert.rejects(rig.board.connect(), { code: 'ERR_BOARD_RESETS' });
    rig.expect.safe();
    // The control: the same number of resets, one a minute, is no loop.
    const slow = await bench.rig();
    for (let k = 0; k < 8; k++) {
      await slow.connect();
      await slow.deploy(load(small));
      slow.device.reset!('watchdog');
      await slow.play({ ticks: 30, inputs: () => [0] });
      slow.block(60_000);
    }
    return `armed ${armed} times, then ERR_BOARD_RESETS for good; one reset a minute is none`;
  },
};

const resetInCommit: FaultCase = {
  number: 15,
  fault: 'reset during commit',
  expected: 'old or new image complete, never mixed',
  async run(bench) {
    const old = Uint8Array.from({ length: 4 }, (_, i) => i + 1);
    const fresh = Uint8Array.from({ length: 4 }, (_, i) => 60 - i);
    let kept = 0;
    let swapped = 0;
    // The line is cut, or the device reset, at each byte around the commit of the second image.
    for (const act of ['cut', 'reset'] as const) {
      for (let cut = 0; cut < 96; cut++) {
        const host = await rawHost(bench, {}, { seed: bench.seed });
        assert.ok(host.connect());
        const { rig, sender, step, results } = host;
        const put = (region: number, generation: number, bytes: Uint8Array): void => {
          sender.begin({ region, generation, image: bytes });
          step(2000, () => !sender.busy);
        };
        put(0, 1, encodeNetworkImage(image));
        put(1, 1, old);
        assert.equal(rig.device.weights!(1), crc32c(old));
        rig.line.setFaults([{ kind: 'drop', rate: 1, when: { bytes: [cut, Number.POSITIVE_INFINITY] } }], []);
        sender.begin({ region: 1, generation: 2, image: fresh });
        step(20);
        if (act === 'reset') rig.device.reset!('watchdog');
        const running = rig.device.weights!(1);
        if (act === 'reset') assert.equal(running, undefined, 'nothing that was held is left');
        else assert.ok(running === crc32c(old) || running === crc32c(fresh), 'a mixed image');
        if (running === crc32c(fresh)) swapped++;
        else kept++;
        rig.line.setFaults([], []);
        host.link.stop();
        assert.ok(host.connect());
        if (act === 'reset') {
          sender.cancel();
          put(0, 1, encodeNetworkImage(image));
        }
        const before = results.length;
        if (!sender.busy) sender.begin({ region: 1, generation: 2, image: fresh });
        step(5000, () => results.length > before && !sender.busy);
        assert.equal(rig.device.weights!(1), crc32c(fresh));
        sender.cancel();
      }
    }
    assert.ok(swapped > 0 && kept > 0, 'both sides of the commit must have been met');
    return `${kept} times the old image or none, ${swapped} times the new one, never another`;
  },
};

export const powerFaults: readonly FaultCase[] = [replug, replugAfterReset, brownOut, resetLoop, resetInCommit];
