/** TypeScript, the firmware as a process and the firmware on an emulated ATmega328P compute the same words. */
import test from 'ava';
import { encodeNetworkImage, networkBytes } from '../../firmware-bridge/index.ts';
import { compare, small, smallNetworks } from './agreement.ts';
import { built } from './build.ts';
import { FirmwareBench } from './firmware-bench.ts';
import { avr, hostMachine } from './machines.ts';
import { randomNetwork } from './random-network.ts';

const NETWORKS = 8;
const TICKS = 40;

test('the firmware as a process computes what the integer network does, word for word', async (t) => {
  const machine = hostMachine();
  t.teardown(() => machine.firmware.close());
  const { differing, first, spikes, words } = await compare(machine, smallNetworks(2 * NETWORKS), 2 * TICKS);
  t.is(differing, 0, first);
  t.true(spikes > 1000 && words > 10_000, `only ${spikes} spikes and ${words} words were compared`);
});

test('so does the image of the ATmega328P on an emulated chip, and the chip loses no byte', async (t) => {
  const machine = avr();
  const { differing, first, spikes, words } = await compare(machine, smallNetworks(NETWORKS), TICKS);
  t.is(differing, 0, first);
  t.true(spikes > 500 && words > 3000, `only ${spikes} spikes and ${words} words were compared`);
  t.deepEqual([machine.machine.usart.overruns, machine.machine.watchdogResets], [0, 0]);
});

test('the comparison can fail: firmware that cuts instead of rounding is noticed', async (t) => {
  const machine = hostMachine(built('host-cutting'));
  t.teardown(() => machine.firmware.close());
  const { differing } = await compare(machine, smallNetworks(1), TICKS);
  t.true(differing > 0);
});

test('an ATmega328P takes a network if, and only if, it needs no more than the memory of its Caps', async (t) => {
  const bench = new FirmwareBench(avr());
  await bench.start();
  const memory = bench.link.caps!.networkBytes!;
  t.is(memory, small.memory);
  const counts = { taken: 0, refused: 0 };
  for (let seed = 1; seed <= 200; seed++) {
    const { image } = randomNetwork(seed, small, false);
    const fits = networkBytes(image, small.maxGrade) <= memory;
    const send = (): number => bench.send(0, encodeNetworkImage(image), seed);
    if (fits) t.notThrows(send, `network ${seed}`);
    else t.throws(send, undefined, `network ${seed}`);
    counts[fits ? 'taken' : 'refused']++;
  }
  t.true(counts.taken > 5 && counts.refused > 5, JSON.stringify(counts));
});
