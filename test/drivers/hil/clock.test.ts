import test from 'ava';
import { emulatedDevice, Rig } from '../../../drivers/hil/index.ts';

const US = 1000;

/** Compares clocks for six seconds of virtual time. */
async function compared(clock: (ms: number) => number, ms = 6000) {
  const rig = new Rig(emulatedDevice({ clock, stepMs: 0.25, line: { bytesPerMs: 50, latencyMs: 0.1 } }), { clockEveryMs: 20 });
  await rig.connect();
  await rig.pass(ms);
  const sync = rig.board.connection!.clock!;
  const now = rig.now();
  const offset = sync.offsetUs(now);
  await rig.close();
  return { offset, error: Math.abs((offset ?? Number.NaN) - (clock(now) - now) * US), sync };
}

test('offset and drift of the device’s clock are found, and that it was set anew', async (t) => {
  for (const ppm of [0, 50, -5000]) {
    const { error, sync } = await compared((ms) => 1234 + ms * (1 + ppm / 1e6));
    t.true(error < 100, `${ppm} ppm: ${error} µs`);
    t.true(Math.abs(sync.drift * 1e6 - ppm) < 20, `${ppm} ppm: ${sync.drift * 1e6}`);
    t.is(sync.steps, 0);
  }
  const { error, sync } = await compared((ms) => ms + (ms > 3000 ? 5000 : 0), 8000);
  t.true(error < 100, `${error} µs after the step`);
  t.is(sync.steps, 1);
});

test('nothing is known before the first sixteen exchanges, or where nobody asks', async (t) => {
  t.is((await compared((ms) => ms, 100)).offset, undefined);
  const rig = new Rig(emulatedDevice());
  await rig.connect();
  t.is(rig.board.connection!.clock, undefined);
  await rig.close();
});
