import test from 'ava';
import {
  code,
  decodeControl,
  FailSafe,
  Link,
  loopbackPair,
  SpikeBatch,
  SpikeWriter,
  WeightSender,
  WeightStore,
  weightStatus,
} from '../../firmware-bridge/index.ts';
import { deviceCaps } from './support.ts';

test('both ends over a line in memory, in virtual time', async (t) => {
  let ms = 0;
  const now = (): number => ms;
  const [hostLine, deviceLine] = loopbackPair({ now, bytesPerMs: 50, latencyMs: 1 });
  const spikes = new SpikeBatch(64, 1024);
  const log: string[] = [];

  // The device: weights go to the store, spikes to the network, Arm to the fail-safe.
  const failSafe = new FailSafe({ tickMs: 1 });
  const store = new WeightStore({
    capacity: 1 << 18,
    admit: (region) => (region <= 1 ? weightStatus.receiving : weightStatus.unknownRegion),
    answer: (ack) => device.sendControl('WeightAck', ack),
  });
  const device: Link = new Link({
    transport: deviceLine,
    now,
    caps: deviceCaps,
    handlers: {
      state: () => failSafe.disarm(),
      message: (value, bytes, start, end) => {
        if (store.receive(value, bytes, start, end)) return true;
        if (value === code.Spikes) return spikes.decode(bytes, start, end, deviceCaps.neurons);
        const control = decodeControl(value, bytes, start, end);
        if (control?.name === 'Arm') failSafe.arm(control.message.session, device.session, control.message.ttlMs, now());
        return control !== undefined;
      },
    },
  });

  // The host: answers about weights go to the sender.
  const host: Link = new Link({
    transport: hostLine,
    now,
    handlers: {
      state: (state) => log.push(state),
      message: (value, bytes, start, end) => {
        const control = decodeControl(value, bytes, start, end);
        if (control?.name === 'WeightAck') sender.receive(control.message);
        return control !== undefined;
      },
    },
  });
  const sender = new WeightSender(host, now, (result) => log.push(result.ok ? `region ${result.region} runs` : result.error.code));

  await Promise.all([hostLine.open(), deviceLine.open()]);
  device.start();
  host.start();
  const tick = (ticks: number): void => {
    for (const end = ms + ticks; ms < end; ms++) {
      for (const part of [host, sender, device]) part.poll();
      store.swap(); // between two ticks
      failSafe.poll(ms, device.heardAt);
    }
  };

  tick(10);
  const weights = new Uint8Array(64 * 256).fill(3);
  sender.begin({ region: 1, generation: 1, image: weights });
  tick(600);
  t.deepEqual(store.image(1)?.bytes, weights);

  host.sendControl('Arm', { session: host.session, ttlMs: 250 });
  const payload = new Uint8Array(host.maxPayload);
  const writer = new SpikeWriter();
  writer.begin(payload, 0, payload.length, 42);
  writer.add(42, Uint32Array.of(3, 17, 200), 0, 3);
  host.send(code.Spikes, payload, 0, writer.end);
  tick(10);
  t.deepEqual([...spikes.addresses.subarray(0, spikes.spikes)], [3, 17, 200]);
  t.is(failSafe.state, 'run');

  hostLine.unplug();
  tick(300);
  t.is(failSafe.state, 'safe');
  t.deepEqual(log, ['connecting', 'up', 'region 1 runs', 'down']);
});
