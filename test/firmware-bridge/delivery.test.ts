import test from 'ava';
import fc from 'fast-check';
import { code, FrameWriter, sessionFormat, withFaults } from '../../firmware-bridge/index.ts';
import { caps, frame, hello, ownLine, reward, SESSION } from './lines.ts';
import { deviceCaps, listeningLink, noise, pair, VirtualTime } from './support.ts';

// ── reliable ──

test('under drops and flips both ways, reliable messages arrive once, in order, in bounded time', async (t) => {
  for (let seed = 1; seed <= 8; seed++) {
    const rates = { drop: 0.01, flip: 0.01, duplicate: 0.02, burst: 0.01 };
    const { run, host, deviceHeard } = await pair({
      bytesPerMs: 50,
      wrap: (end, time) => withFaults(end, { now: time.now, seed, send: rates, receive: rates }),
    });
    run(
      20_000,
      () => host.state === 'up',
      () => {
        if (host.state === 'down') host.start();
      },
    );
    let sent = 0;
    const rewards = () => deviceHeard.control.filter((message) => message.name === 'Reward');
    const ms = run(
      60_000,
      () => rewards().length === 200,
      () => {
        if (sent < 200 && host.send(code.Reward, reward(sent))) sent++;
      },
    );
    t.deepEqual(
      rewards().map((message) => (message.name === 'Reward' ? message.message.tick : -1)),
      Array.from({ length: 200 }, (_, i) => i),
      `seed ${seed}`,
    );
    t.true(ms < 30_000, `seed ${seed}: ${ms} ms`);
    t.true(host.counters.retransmits > 0);
  }
});

test('a duplicated frame counts once', (t) => {
  const line = ownLine();
  const [device, heard] = listeningLink(new VirtualTime(), line.transport, { caps: deviceCaps });
  device.start();
  line.say(hello());
  const once = frame(code.Reward, 0, reward(1));
  line.say(once);
  line.say(once);
  t.deepEqual([heard.control.length, device.counters.duplicates], [1, 1]);
});

test('a gap is answered with a nak, and with no second one before a round trip', (t) => {
  const line = ownLine();
  const time = new VirtualTime();
  const [device, heard] = listeningLink(time, line.transport, { caps: deviceCaps });
  device.start();
  line.say(hello());
  line.say(frame(code.Reward, 1, reward(1)));
  line.say(frame(code.Reward, 2, reward(2)));
  t.deepEqual([heard.control.length, device.counters.naksOut], [0, 1]);
  time.ms = 30;
  line.say(frame(code.Reward, 1, reward(1)));
  t.is(device.counters.naksOut, 2);
});

test('at most 8 frames are in flight and 16 wait; more are refused', (t) => {
  const line = ownLine();
  const [host] = listeningLink(new VirtualTime(), line.transport);
  host.start();
  line.say(caps());
  line.written.length = 0;
  let accepted = 0;
  while (host.send(code.Reward, reward(accepted))) accepted++;
  t.is(accepted, 16);
  t.true(line.written.length <= 8);
  for (let ack = 1; ack <= 16; ack++) line.say(frame(code.Heartbeat | 0x80, 0, new Uint8Array(0), SESSION, ack));
  t.is(host.queued, 0);
  const first = line.written.length;
  t.is(first, 16);
});

test('an acknowledgement of what was never sent is ignored', (t) => {
  const line = ownLine();
  const [host] = listeningLink(new VirtualTime(), line.transport);
  host.start();
  line.say(caps());
  host.send(code.Reward, reward(1));
  line.say(frame(code.Heartbeat | 0x80, 0, new Uint8Array(0), SESSION, 200));
  t.is(host.queued, 1);
});

test('a board that is heard but never acknowledges is down after ten timeouts', (t) => {
  const line = ownLine();
  const time = new VirtualTime();
  const [host, heard] = listeningLink(time, line.transport);
  host.start();
  line.say(caps());
  host.send(code.Reward, reward(1));
  for (; host.state === 'up' && time.ms < 60_000; time.ms += 10) {
    line.say(frame(code.Heartbeat | 0x80, 0));
    host.poll();
  }
  t.is(heard.errors[0]?.code, 'ERR_LINK_UNACKNOWLEDGED');
  t.is(host.counters.timeouts, 10);
});

test('without credit nothing but heartbeats is sent', (t) => {
  const line = ownLine();
  const time = new VirtualTime();
  const [host] = listeningLink(time, line.transport);
  host.start();
  line.say(caps());
  const writer = new FrameWriter();
  writer.format = sessionFormat(SESSION, false);
  const out = new Uint8Array(64);
  const credit = (units: number): void => line.say(out.slice(0, writer.write(code.Heartbeat | 0x80, 0, 0, units, out, 0, 0, out, 0)));
  credit(0);
  line.written.length = 0;
  t.true(host.send(code.Reward, reward(1)), 'it waits');
  t.false(host.send(code.Spikes, noise(10, 1)), 'it is shed');
  t.is(host.counters.shed, 1);
  t.is(line.written.length, 0);
  credit(4);
  t.is(line.written.length, 1);
  for (let i = 0; i < 10; i++) {
    time.ms += 10;
    host.poll();
  }
  t.true(line.written.length > 2, 'heartbeats go on');
});

test('a device that stalls for 300 ms is still up afterwards, and nothing grew or was lost in between', async (t) => {
  const { run, time, host, hostLine, deviceHeard } = await pair({ wrap: (end, clock) => withFaults(end, { now: clock.now, seed: 1 }) });
  run(50, () => host.state === 'up');
  (hostLine as ReturnType<typeof withFaults>).stall(time.ms + 300);
  let sent = 0;
  run(
    1000,
    () => false,
    () => {
      if (sent < 50 && host.send(code.Reward, reward(sent))) sent++;
    },
  );
  t.is(host.state, 'up');
  t.is(deviceHeard.control.length, 50);
});

test('an unknown message is answered with Error and the session goes on', async (t) => {
  const { run, host, device, hostHeard } = await pair({ device: { handlers: { message: () => false } } });
  run(50, () => host.state === 'up');
  host.send(0x2f, noise(5, 1));
  host.send(code.Reward, noise(5, 1));
  host.send(0x6f, noise(5, 1));
  run(20);
  t.deepEqual(
    hostHeard.control.map((m) => m.message),
    [
      { reason: 1, context: 0x2f },
      { reason: 2, context: code.Reward },
      { reason: 1, context: 0x6f },
    ],
  );
  t.is(device.state, 'up');
});

test('a payload that no frame holds is refused before it is sent', async (t) => {
  const { run, host } = await pair();
  run(50, () => host.state === 'up');
  t.throws(() => host.send(code.Reward, new Uint8Array(host.maxPayload + 1)), { code: 'ERR_PAYLOAD_TOO_LARGE' });
  t.true(host.send(0x30, new Uint8Array(host.maxPayload)));
});

// ── unreliable ──

test('lost unreliable frames are counted and reported, and none is delivered twice', async (t) => {
  const rates = { drop: 0.004, duplicate: 0.05 };
  const { run, host, device, deviceHeard } = await pair({
    wrap: (end, time) => withFaults(end, { now: time.now, seed: 9, send: rates, receive: rates }),
  });
  run(5000, () => host.state === 'up');
  let sent = 0;
  run(
    3000,
    () => sent === 1000,
    () => {
      if (host.send(code.Spikes, Uint8Array.of(sent, sent >> 8))) sent++;
    },
  );
  run(200);
  const numbers = deviceHeard.messages.filter((m) => m.code === code.Spikes).map((m) => m.payload[0] | (m.payload[1] << 8));
  t.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'ascending, each once',
  );
  t.is(numbers.length + device.counters.lost, 1000);
  t.is(deviceHeard.lost, device.counters.lost);
  t.true(device.counters.lost > 10 && device.counters.late > 10);
});

test('the last frame of a burst is missed too: a heartbeat tells', (t) => {
  const line = ownLine();
  const [device, heard] = listeningLink(new VirtualTime(), line.transport, { caps: deviceCaps });
  device.start();
  line.say(hello());
  line.say(frame(code.Spikes, 0));
  line.say(frame(code.Heartbeat, 3));
  t.is(heard.lost, 2);
  line.say(frame(code.Spikes, 1));
  t.is(device.counters.late, 1, 'and a late one is not delivered');
});

test('an end does not listen to itself', (t) => {
  const line = ownLine();
  const [host, heard] = listeningLink(new VirtualTime(), line.transport);
  host.start();
  line.say(caps());
  for (const bytes of [...line.written]) line.say(bytes);
  line.say(frame(code.Reward, 0, reward(1)));
  t.is(heard.control.length, 0);
  t.true(host.counters.echoes >= 2);
});

// ── hostile ──

test('whatever arrives, in whatever state, an end neither throws nor leaves its session for it', (t) => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .tuple(fc.integer({ min: 0, max: 127 }), fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 100 }))
      .map(([type, seq, ack, payload]) => frame(type, seq, payload, SESSION, ack)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, connected) => {
      const line = ownLine();
      const time = new VirtualTime();
      const [device] = listeningLink(time, line.transport, { caps: deviceCaps, handlers: { message: (value) => value % 2 === 0 } });
      device.start();
      if (connected) line.say(hello());
      for (const bytes of pieces) {
        time.ms += 1;
        line.say(bytes);
        device.poll();
        if (device.queued > 16) return false;
      }
      return !connected || device.state === 'up';
    }),
    { numRuns: 300 },
  );
  t.pass();
});
