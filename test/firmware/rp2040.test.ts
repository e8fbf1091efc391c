/** The RP2040's image on an emulated chip: it starts as the ROM would start it, computes what TypeScript does, and bites when it hangs. */
import test from 'ava';
import { rp2040Machine } from '../../drivers/index.ts';
import { compare, smallNetworks } from './agreement.ts';
import { FirmwareBench } from './firmware-bench.ts';
import { rp2040, rp2040Image } from './machines.ts';

const NETWORKS = 10;
const TICKS = 30;
const ARMED = 1 << 25;

test('the image of the RP2040 computes what the integer network does, word for word, and loses no byte', async (t) => {
  const board = rp2040();
  const { differing, first, spikes, words } = await compare(board, smallNetworks(NETWORKS), TICKS);
  t.is(differing, 0, first);
  t.true(spikes > 500 && words > 3000, `only ${spikes} spikes and ${words} words were compared`);
  const { uart, watchdogResets, complaints } = board.machine;
  t.deepEqual([uart.overruns, watchdogResets, complaints], [0, 0, []]);
});

test('the comparison can fail: firmware that cuts instead of rounding is noticed', async (t) => {
  const { differing } = await compare(rp2040(500000, rp2040Image('cutting')), smallNetworks(1), TICKS);
  t.true(differing > 0);
});

test('a hung program is reset within its 250 ms, its pins are let go, and the host is told why', async (t) => {
  const { machine, transport } = rp2040Machine();
  const bench = new FirmwareBench({ transport, run: (ms) => machine.run(ms) });
  await bench.start();
  bench.link.sendControl('Arm', { session: bench.link.session, ttlMs: 1000 });
  bench.until(() => bench.link.queued === 0);
  const first = bench.link.caps;
  t.is(first?.resetCause, 0);
  t.not(machine.pins & ARMED, 0);
  // A branch to itself where the program stands.
  const { core } = machine.chip;
  const stuck = 0x20030000;
  machine.chip.writeUint16(stuck, 0xe7fe);
  core.PC = stuck;
  core.waiting = false;
  core.PM = true;
  machine.run(bench.ms + 240);
  t.is(machine.watchdogResets, 0);
  machine.run(bench.ms + 260);
  t.is(machine.watchdogResets, 1);
  t.is(machine.pins & ARMED, 0);
  bench.ms += 300;
  bench.link.stop();
  bench.link.start();
  bench.until(() => bench.link.state === 'up');
  t.is(bench.link.caps?.resetCause, 2);
  t.not(bench.link.caps?.bootId, first?.bootId);
});

test('an image that the ROM would not run, or that is no whole UF2, is refused', (t) => {
  const image = rp2040Image('500000');
  const wrong = (change: (bytes: Uint8Array) => Uint8Array) => () => rp2040Machine({ image: change(Uint8Array.from(image)) });
  const changed = (at: number) => (bytes: Uint8Array) => {
    bytes[at]! ^= 1;
    return bytes;
  };
  t.throws(wrong(changed(32 + 5)), { message: /check sum is wrong/ });
  t.throws(wrong(changed(0)), { message: /block 1 .*no block of UF2/ });
  t.throws(wrong(changed(512 + 28)), { message: /block 2 .*not for an RP2040/ });
  t.throws(wrong(changed(512 + 20)), { message: /block 2/ });
  t.throws(wrong(changed(512 + 15)), { message: /block 2 .*not data within/ });
  t.throws(
    wrong((bytes) => bytes.subarray(0, bytes.length - 3)),
    { message: /cut off/ },
  );
  t.throws(
    wrong((bytes) => bytes.subarray(0, 512)),
    { message: /block 1/ },
  );
  t.throws(
    wrong(() => new Uint8Array()),
    { message: /empty/ },
  );
  t.throws(() => rp2040Machine({ baud: 9600 }), { message: /there are images for 115200 and 500000 only/ });
});
