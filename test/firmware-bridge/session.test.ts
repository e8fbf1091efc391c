import test from 'ava';
import { code, feature } from '../../firmware-bridge/index.ts';
import { caps, frame, hello, ownLine, reward, SESSION } from './lines.ts';
import { deviceCaps, listeningLink, noise, pair, VirtualTime } from './support.ts';

test('a host and a device find each other and agree on what both can', async (t) => {
  const { run, host, device, hostHeard } = await pair({ device: { maxFrame: 200 } });
  run(50, () => host.state === 'up');
  t.is(device.state, 'up');
  t.is(host.session, device.session);
  t.deepEqual(host.caps?.fwHash, deviceCaps.fwHash);
  t.is(host.features, feature.patches | feature.wideCrc);
  t.is(host.maxPayload, 200 - 8);
  t.deepEqual(hostHeard.states, ['connecting', 'up']);
});

test('a host greets until the device answers, and gives up with a reason', async (t) => {
  const silent = await pair();
  silent.device.stop();
  silent.host.start();
  silent.run(10_000, () => silent.host.state === 'down');
  t.is(silent.hostHeard.errors[0]?.code, 'ERR_LINK_NO_ANSWER');

  const garbled = ownLine();
  const time = new VirtualTime();
  const [host, heard] = listeningLink(time, garbled.transport);
  host.start();
  garbled.say(noise(200, 4));
  for (; host.state === 'connecting' && time.ms < 10_000; time.ms += 10) host.poll();
  t.is(heard.errors[0]?.code, 'ERR_LINK_GARBLED');
  t.true(time.ms <= 5010);
});

test('a board of another major version or description is refused with a word that says so', (t) => {
  for (const [change, expected] of [
    [{ protoMajor: 2 }, 'ERR_PROTOCOL_VERSION'],
    [{ schema: 1 }, 'ERR_PROTOCOL_SCHEMA'],
  ] as const) {
    const line = ownLine();
    const [host, heard] = listeningLink(new VirtualTime(), line.transport);
    host.start();
    line.say(caps(change));
    t.is(host.state, 'down');
    t.is(heard.errors[0]?.code, expected);

    const other = ownLine();
    const [device] = listeningLink(new VirtualTime(), other.transport, { caps: deviceCaps });
    device.start();
    other.say(hello(change));
    t.is(device.state, 'listening', 'and a device does not serve such a host, but answers');
    t.is(other.written.length, 2);
  }
});

test('a newer minor version is welcome, with features that nobody here knows', (t) => {
  const line = ownLine();
  const [host] = listeningLink(new VirtualTime(), line.transport);
  host.start();
  line.say(caps({ protoMinor: 9, features: 0xffff0000 | feature.patches }));
  t.is(host.state, 'up');
  t.is(host.features, feature.patches);
});

test('Caps of another session is not the answer', (t) => {
  const line = ownLine();
  const [host] = listeningLink(new VirtualTime(), line.transport);
  host.start();
  line.say(caps({ session: SESSION + 1 }));
  t.is(host.state, 'connecting');
  line.say(caps());
  t.is(host.state, 'up');
});

test('frames of a session that is over change nothing', (t) => {
  const line = ownLine();
  const [device, heard] = listeningLink(new VirtualTime(), line.transport, { caps: deviceCaps });
  device.start();
  line.say(hello());
  line.say(frame(code.Reward, 0, reward(1)));
  line.say(hello({ session: 5 }));
  t.is(device.session, 5);
  line.say(frame(code.Reward, 1, reward(2)));
  t.deepEqual([heard.control.length, device.counters.crcErrors], [1, 1]);
  line.say(frame(code.Reward, 0, reward(3), 5));
  t.is(heard.control.length, 2, 'numbering began anew');
});

test('a repeated Hello of the running session is answered and disturbs nothing', (t) => {
  const line = ownLine();
  const [device, heard] = listeningLink(new VirtualTime(), line.transport, { caps: deviceCaps });
  device.start();
  line.say(hello());
  line.say(frame(code.Reward, 0, reward(1)));
  line.say(hello());
  line.say(frame(code.Reward, 1, reward(2)));
  t.is(heard.control.length, 2);
  t.is(device.counters.sessions, 1);
});

test('a board that restarts is noticed at once', async (t) => {
  const { run, host, device, hostHeard } = await pair();
  run(50, () => host.state === 'up');
  device.start();
  const ms = run(1000, () => host.state === 'down');
  t.is(hostHeard.errors[0]?.code, 'ERR_SESSION_LOST');
  t.true(ms < 5, `${ms}`);
});

test('a board that restarted unheard says so when it cannot read what comes', async (t) => {
  const { run, host, device, hostHeard, deviceEnd } = await pair();
  run(50, () => host.state === 'up');
  await deviceEnd.close();
  device.start();
  await deviceEnd.open();
  const ms = run(1000, () => host.state === 'down');
  t.is(hostHeard.errors[0]?.code, 'ERR_SESSION_LOST');
  t.true(ms < 150, `${ms}`);
});

test('a silent board is down after 450 ms, and can be connected again', async (t) => {
  const { run, host, device, hostHeard } = await pair();
  run(50, () => host.state === 'up');
  device.stop();
  const ms = run(2000, () => host.state === 'down');
  t.is(hostHeard.errors[0]?.code, 'ERR_LINK_SILENT');
  t.true(ms >= 400 && ms <= 451, `${ms}`);
  device.start();
  host.start();
  run(500, () => host.state === 'up');
  t.is(host.state, 'up');
});

test('a host that was blocked does not blame the board', async (t) => {
  const { time, run, host, device } = await pair();
  run(50, () => host.state === 'up');
  for (let i = 0; i < 5000; i++) {
    time.ms += 0.25;
    device.poll();
  }
  run(100);
  t.is(host.state, 'up');
});

test('an unplugged line is down at once, on both ends', async (t) => {
  const { run, host, device, hostEnd, hostHeard, deviceHeard } = await pair();
  run(50, () => host.state === 'up');
  hostEnd.unplug();
  t.is(host.state, 'down');
  t.is(device.state, 'listening');
  t.deepEqual([hostHeard.errors[0]?.code, deviceHeard.errors[0]?.code], ['ERR_PORT_LOST', 'ERR_PORT_LOST']);
  t.false(host.send(code.Reward, reward(1)));
});

test('a thousand connections leave nothing behind', async (t) => {
  const { run, host, deviceHeard } = await pair();
  for (let i = 0; i < 1000; i++) {
    host.start();
    run(20, () => host.state === 'up');
    if (host.state !== 'up') t.fail(`connection ${i}`);
  }
  host.send(code.Reward, reward(1));
  run(10);
  t.is(deviceHeard.control.length, 1, 'one listener, not a thousand');
});
