import test from 'ava';
import { code, SpikeBatch, SpikeWriter, withFaults } from '../../firmware-bridge/index.ts';
import { pair } from './support.ts';

test('a batch of spikes costs no allocation, from the sender to the receiver’s arrays', async (t) => {
  const batch = new SpikeBatch(16, 256);
  let received = 0;
  const { time, host, device, run } = await pair({
    device: {
      handlers: {
        message: (value, bytes, start, end) => {
          if (value !== code.Spikes || !batch.decode(bytes, start, end, 256)) return false;
          received += batch.spikes;
          return true;
        },
      },
    },
  });
  run(50, () => host.state === 'up');
  const payload = new Uint8Array(host.maxPayload);
  const addresses = Uint32Array.from({ length: 20 }, (_, i) => 7 * i);
  const writer = new SpikeWriter();
  const tick = (ticks: number): void => {
    for (let i = 0; i < ticks; i++) {
      time.ms += 1;
      writer.begin(payload, 0, payload.length, i);
      writer.add(i, addresses, 0, addresses.length);
      host.send(code.Spikes, payload, 0, writer.end);
      host.poll();
      device.poll();
    }
  };
  tick(20_000);
  // Warm is when the compiler is done, which on a busy machine takes a while: until then numbers are boxed.
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 300 && least > 1000 * 32; i++) {
    const before = process.memoryUsage().heapUsed;
    tick(1000);
    least = Math.min(least, Math.abs(process.memoryUsage().heapUsed - before));
  }
  t.is(host.counters.shed, 0);
  t.true(received > 20_000 * addresses.length);
  t.is(device.counters.lost, 0);
  t.true(least < 1000 * 32, `${least} bytes for 1000 ticks`);
});

test('a minute at 1 kHz with a little of every fault: nothing is delivered twice, the heap is flat', async (t) => {
  const rates = { drop: 0.0002, flip: 0.0002, duplicate: 0.001, burst: 0.0005, truncate: 0.0005 };
  const { time, host, device, run, deviceHeard } = await pair({
    wrap: (end, clock) => withFaults(end, { now: clock.now, seed: 77, send: rates, receive: rates }),
  });
  run(2000, () => host.state === 'up');
  const payload = new Uint8Array(host.maxPayload);
  const writer = new SpikeWriter();
  const seen = new Set<number>();
  let twice = 0;
  let sent = 0;
  let rewards = 0;
  let heapAtStart = 0;
  for (let tick = 0; tick < 60_000; tick++) {
    time.ms += 1;
    writer.begin(payload, 0, payload.length, tick);
    writer.add(tick, Uint32Array.of(1, 5, 9), 0, 3);
    if (host.send(code.Spikes, payload, 0, writer.end)) sent++;
    if (tick % 50 === 0 && host.sendControl('Reward', { tick, valueQ16: 65536 })) rewards++;
    host.poll();
    device.poll();
    for (const message of deviceHeard.messages.splice(0)) {
      if (message.code !== code.Spikes) continue;
      const number = message.payload[0] | (message.payload[1] << 8);
      if (seen.has(number)) twice++;
      seen.add(number);
    }
    if (tick === 20_000) heapAtStart = process.memoryUsage().heapUsed;
  }
  run(500);
  for (const message of deviceHeard.messages.splice(0))
    if (message.code === code.Spikes) seen.add(message.payload[0] | (message.payload[1] << 8));
  t.is(host.state, 'up');
  t.is(twice, 0);
  t.is(seen.size + device.counters.lost, sent);
  t.deepEqual(
    deviceHeard.control.map((m) => (m.name === 'Reward' ? m.message.tick : -1)),
    Array.from({ length: 1200 }, (_, i) => 50 * i).slice(0, rewards),
  );
  t.true(process.memoryUsage().heapUsed < heapAtStart + 40e6);
});
