import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { Measured } from './measure.ts';

test('a mirrored tick of the heartbeat network costs a few times the network alone, and leaves next to no garbage', (t) => {
  // A process of its own, with so much room for young objects that nothing is collected while it counts.
  const flags = ['--expose-gc', '--max-semi-space-size=512'];
  const output = execFileSync(process.execPath, [...flags, fileURLToPath(new URL('measure.js', import.meta.url))], { encoding: 'utf8' });
  const { network, wire, learning } = JSON.parse(output) as Record<'network' | 'wire' | 'learning', Measured>;
  const print = ({ best, median, bytes }: Measured): string =>
    `${best.toFixed(1)} µs at best, ${median.toFixed(1)} in the median, ${bytes.toFixed(0)} bytes`;
  t.log(`integer network alone: ${print(network)}`);
  t.log(`board and wire: ${print(wire)}`);
  t.log(`and a patch of all weights each 100 ticks: ${print(learning)}`);
  // 100 times real time at 120 Hz are 83 µs a tick for everything; on 2 quiet cores these are 4, 8 and 16 µs. The machine's speed
  // cancels out: the integer network, whose arithmetic nothing here can slow down, is the measure of the rest.
  t.true(wire.best < 6 * network.best, 'the wire costs a few times what the network does');
  t.true(learning.best < 12 * network.best, 'and so do patches');
  t.true(network.bytes < 64, 'the network allocates nothing; V8 may box a double now and then');
  // 84 measured; one closure for every event would be 350 more.
  t.true(wire.bytes < 256, 'the wire keeps nothing');
});
