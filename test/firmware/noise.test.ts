/** Whatever arrives, the firmware neither ends (it runs under sanitizers) nor forgets how to greet a host. */
import test from 'ava';
import { noise } from '../firmware-bridge/support.ts';
import { FirmwareBench } from './firmware-bench.ts';
import { hostMachine } from './machines.ts';

const BYTES = 400_000;
const CHUNK = 2000;

test('after noise, in a session and out of one, the firmware is a board as before', async (t) => {
  const machine = hostMachine();
  t.teardown(() => machine.firmware.close());
  await machine.transport.open();
  const bytes = noise(BYTES, 11);
  // Zeros make frames of the noise.
  for (let i = 0; i < BYTES; i += 9) bytes[i] = 0;
  const flood = (from: number): void => {
    for (let at = 0; at < BYTES; at += CHUNK) {
      t.true(machine.transport.write(bytes, at, at + CHUNK));
      machine.run(from + at / CHUNK);
    }
  };
  flood(1);
  const bench = new FirmwareBench(machine, 1000);
  await bench.start();
  t.is(bench.link.caps?.boardId, 'host');
  flood(1100);
  const again = new FirmwareBench(machine, 3000);
  await again.start();
  t.is(again.link.state, 'up');
});
