import test from 'ava';
import { loopbackPair, withFaults } from '../../firmware-bridge/index.ts';
import { transportContract } from '../contracts/transport.ts';
import { noise, VirtualTime } from './support.ts';

transportContract(test, 'loopback', async () => {
  const [a, b] = loopbackPair({ now: () => 0 });
  const settle = async (): Promise<void> => {
    a.poll?.();
    b.poll?.();
  };
  return { a, b, settle, unplug: async () => a.unplug() };
});

transportContract(test, 'loopback with speed, latency and a small buffer', async () => {
  const time = new VirtualTime();
  const [a, b] = loopbackPair({ now: time.now, bytesPerMs: 10, latencyMs: 3, capacity: 700 });
  const settle = async (): Promise<void> => {
    time.ms += 1000;
    a.poll?.();
    b.poll?.();
  };
  return { a, b, settle, unplug: async () => b.unplug() };
});

transportContract(test, 'a faulty line without faults', async () => {
  const [a, b] = loopbackPair({ now: () => 0, capacity: 3000 });
  const faulty = withFaults(a, { now: () => 0, seed: 1 });
  const settle = async (): Promise<void> => {
    faulty.poll?.();
    b.poll?.();
  };
  return { a: faulty, b, settle, unplug: async () => a.unplug() };
});

test('bytes arrive when the line has carried them, not before', async (t) => {
  const time = new VirtualTime();
  const [a, b] = loopbackPair({ now: time.now, bytesPerMs: 11.52, latencyMs: 1 });
  await Promise.all([a.open(), b.open()]);
  const arrivals: [number, number][] = [];
  b.onBytes((_, start, end) => arrivals.push([time.ms, end - start]));
  const bytes = noise(1152, 1);
  a.write(bytes, 0, 576);
  a.write(bytes, 576, 1152);
  for (; time.ms < 200; time.ms += 0.5) b.poll?.();
  t.deepEqual(arrivals, [
    [51, 576],
    [101, 576],
  ]);
});

test('a line takes bytes though nobody is at its other end, and they are gone', async (t) => {
  const [a, b] = loopbackPair({ now: () => 0 });
  await a.open();
  t.true(a.write(noise(10, 1), 0, 10));
  await b.open();
  b.onBytes(() => t.fail());
  b.poll?.();
  t.pass();
});

test('a listener may pull the plug', async (t) => {
  const [a, b] = loopbackPair({ now: () => 0, capacity: 64 });
  await Promise.all([a.open(), b.open()]);
  let pieces = 0;
  b.onBytes(() => {
    pieces++;
    b.unplug();
  });
  for (let i = 0; i < 3; i++) a.write(noise(10, 1), 0, 10);
  b.poll?.();
  t.is(pieces, 1);
  await Promise.all([a.open(), b.open()]);
  for (let i = 0; i < 6; i++) t.true(a.write(noise(10, 1), 0, 10));
  t.false(a.write(noise(10, 1), 0, 10), 'the whole buffer is there again, and no more');
});
