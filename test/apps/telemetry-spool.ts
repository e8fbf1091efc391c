/** Fills the spool in the folder that it is given until it is killed: the first hundred are acknowledged; says once how many there are. */
import { openSpool } from '../../apps/fleet/telemetry/spool.ts';

const spool = openSpool(process.argv[2]!, 2 ** 20);
for (let n = 0; ; n++) {
  spool.append(Buffer.from(`${n} ${'x'.repeat(200)}`));
  if (n < 100) spool.acknowledge(spool.next()!.index);
  if (n === 1000) process.send!(n + 1);
  // Lets the message go out.
  if (n >= 1000) await new Promise((resolve) => setImmediate(resolve));
}
