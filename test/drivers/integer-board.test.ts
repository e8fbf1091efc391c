import test from 'ava';
import {
  code,
  configureKey,
  encodeNetworkImage,
  errorReason,
  type NetworkImage,
  readTimeSync,
  safetyState,
  TIME_SYNC_BYTES,
  weightStatus,
  writeTimeSync,
} from '../../firmware-bridge/index.ts';
import { bench, identity, image } from './device-bench.ts';
import { capabilities, random } from './support.ts';

test('it runs ticks only with a whole network, and only while it is armed', async (t) => {
  const { device, put, spikes, arm, answers, errors, link, step } = await bench();
  t.is(device.state, 'safe');
  spikes(0, 0, [0]);
  t.true(put(0, 1, encodeNetworkImage(image)));
  arm();
  spikes(1, 1, [0]);
  t.deepEqual(answers, [], 'a network without weights');
  t.true(put(1, 1, identity));
  spikes(2, 2, [0]);
  t.deepEqual(answers, [{ tick: 2, ids: [2] }]);
  link.sendControl('Disarm', {});
  step();
  spikes(3, 3, [0]);
  t.is(answers.length, 1);
  t.is(device.dropped, 3);
  arm();
  spikes(4, 4, []);
  t.deepEqual(answers.at(-1), { tick: 4, ids: [] });
  t.deepEqual(errors, []);
});

test('it is held after a silence and safe after a longer one, and only an Arm of the session leads back', async (t) => {
  const { device, put, spikes, arm, answers, link, step, telemetry, errors } = await bench();
  put(0, 1, encodeNetworkImage(image));
  put(1, 1, identity);
  arm();
  t.is(device.state, 'run');
  // Another one, whose host falls silent.
  const alone = await bench();
  alone.put(0, 1, encodeNetworkImage(image));
  alone.put(1, 1, identity);
  alone.arm();
  alone.link.stop();
  alone.step(49);
  t.is(alone.device.state, 'run');
  alone.step(2);
  t.is(alone.device.state, 'hold');
  alone.step(200);
  t.is(alone.device.state, 'safe');
  link.sendControl('Arm', { session: link.session + 1, ttlMs: 250 });
  step();
  t.deepEqual(errors, [{ reason: errorReason.rejected, context: code.Arm }]);
  step(300);
  t.is(device.state, 'safe', 'a host that was away for longer than it said');
  spikes(0, 0, [0]);
  t.deepEqual(answers, []);
  step(300);
  t.is(telemetry()?.state, safetyState.safe);
  arm();
  spikes(1, 1, [1]);
  t.deepEqual(answers, [{ tick: 1, ids: [3] }]);
});

test('lost ticks run silent, a new count of ticks is followed, spikes may go ahead of their tick', async (t) => {
  const { device, put, spikes, arm, answers } = await bench();
  put(0, 1, encodeNetworkImage(image));
  put(1, 1, identity);
  arm();
  spikes(100, 100, [0]);
  spikes(103, 103, [1]);
  t.deepEqual(answers.splice(0), [
    { tick: 100, ids: [2] },
    { tick: 101, ids: [] },
    { tick: 102, ids: [] },
    { tick: 103, ids: [3] },
  ]);
  spikes(103, 104, [0]);
  t.deepEqual(answers.splice(0), [], 'tick 104 has begun, not ended');
  spikes(104, 104, [1]);
  t.deepEqual(answers.splice(0), [{ tick: 104, ids: [2, 3] }]);
  spikes(7, 7, [0]);
  spikes(8, 8, []);
  t.deepEqual(
    answers.splice(0).map(({ tick }) => tick),
    [7, 8],
  );
  spikes(1_000_000, 1_000_000, [0]);
  t.deepEqual(answers.splice(0), [{ tick: 1_000_000, ids: [2] }]);
  spikes(0xffffffff, 0xffffffff, [0]);
  spikes(0, 0, [1]);
  t.deepEqual(answers.splice(0), [
    { tick: 0xffffffff, ids: [2] },
    { tick: 0, ids: [3] },
  ]);
  spikes(0, 500, [0]);
  spikes(1, 1, [2, 3]);
  t.is(device.dropped, 3, 'one of a tick far ahead, two of neurons that are no inputs');
});

test('graded values count up to the largest that it takes, and rest is rest', async (t) => {
  const { device, put, spikes, arm, answers, link, step, errors } = await bench({ ...capabilities, maxGrade: 3 });
  const weak = { ...image, populations: [image.populations[0]!, { ...image.populations[1]!, leak: 65536 }] };
  put(0, 1, encodeNetworkImage(weak));
  put(1, 1, Uint8Array.of(16, 0, 0, 16));
  arm();
  spikes(0, 0, [0, 1], [2, 100]);
  t.deepEqual([...device.network!.states(1)], [2 * 16 * 2 ** 14, 3 * 16 * 2 ** 14]);
  link.sendControl('Configure', { key: configureKey.restAfter, value: 1, generation: 0 });
  step();
  t.not(device.network!.states(1)[0], 0, 'not yet');
  spikes(1, 1, [0], [2]);
  t.deepEqual(answers.at(-1), { tick: 1, ids: [2] });
  t.deepEqual([...device.network!.states(1)], [0, 0]);
  spikes(2, 2, [0]);
  link.sendControl('Configure', { key: configureKey.restAfter, value: 2, generation: 0 });
  step();
  t.deepEqual([...device.network!.states(1)], [0, 0], 'late is better than never');
  link.sendControl('Configure', { key: 77, value: 2, generation: 0 });
  link.sendControl('Configure', { key: configureKey.shift + 1, value: 25, generation: 0 });
  link.sendControl('Configure', { key: configureKey.shift + 9, value: 2, generation: 0 });
  link.sendControl('Reward', { tick: 0, valueQ16: 1 });
  step();
  t.deepEqual(
    errors.map(({ reason, context }) => [reason, context]),
    [...new Array(3).fill([errorReason.rejected, code.Configure]), [errorReason.rejected, code.Reward]],
  );
});

test('a shift takes effect together with the weights of its generation', async (t) => {
  const { device, put, link, step } = await bench();
  put(0, 1, encodeNetworkImage(image));
  put(1, 1, identity);
  link.sendControl('Configure', { key: configureKey.shift + 1, value: 15, generation: 2 });
  step();
  t.is(device.network?.shiftOf(1), 14);
  put(1, 3, Uint8Array.of(1, 1, 1, 1));
  t.is(device.network?.shiftOf(1), 14, 'that generation never came');
  link.sendControl('Configure', { key: configureKey.shift + 1, value: 15, generation: 4 });
  put(1, 4, identity);
  t.is(device.network?.shiftOf(1), 15);
});

test('it refuses what it cannot run, and goes on with what it runs', async (t) => {
  const { device, put, spikes, arm, answers, results, acks } = await bench({ ...capabilities, weightBits: 4 });
  const four = Uint8Array.of(7, 0, 0, 7);
  t.true(put(0, 1, encodeNetworkImage({ ...image, projections: [{ ...image.projections[0]!, shift: 18 }] })));
  t.true(put(1, 1, four));
  const [input, neurons] = image.populations;
  const wrong: NetworkImage[] = [
    { ...image, tickUs: 999 },
    { ...image, populations: [{ ...input!, size: 65 }, neurons!] },
    { ...image, populations: [input!, { ...neurons!, size: 257 }] },
    { ...image, populations: [input!, { ...neurons!, leakSynapse: 1 }] },
    { ...image, populations: [input!, { ...neurons!, kind: 'source' }] },
    { ...image, projections: [{ ...image.projections[0]!, delay: 16 }] },
    { ...image, populations: [{ ...neurons!, kind: 'integrator' }, neurons!] },
  ];
  let generation = 10;
  for (const [index, one] of wrong.entries()) t.false(put(0, generation++, encodeNetworkImage(one)), `image ${index}`);
  t.false(put(0, generation++, new Uint8Array(64)));
  t.false(put(0, generation++, new Uint8Array(20_000)));
  t.false(put(1, generation++, Uint8Array.of(8, 0, 0, 7)), 'more than 4 bits');
  t.false(put(1, generation++, Uint8Array.of(-8, 0, 0, 7)), 'the lowest value of 4 bits');
  t.false(put(1, generation++, new Uint8Array(5)));
  t.false(put(2, generation++, new Uint8Array(4)));
  t.deepEqual(
    [...new Set(acks)].sort(),
    [weightStatus.receiving, weightStatus.committed, weightStatus.unknownRegion, weightStatus.wrongSize, weightStatus.refused].sort(),
  );
  t.is(results.filter(({ ok }) => ok).length, 2);
  arm();
  spikes(5, 5, [0, 1]);
  t.deepEqual(answers, [{ tick: 5, ids: [2, 3] }]);
  t.deepEqual([...device.memory.running(1)!.bytes], [...four]);
});

test('sums stay exact: a board of many inputs takes no larger values than 31 bits allow', async (t) => {
  const { link, device, put, spikes, arm } = await bench({ ...capabilities, inputs: 65535, synapses: 1 << 20, maxGrade: 65535 });
  t.is(link.caps?.maxGrade, 256);
  const SIZE = 40_000;
  const wide: NetworkImage = { ...image, populations: [{ ...image.populations[0]!, size: SIZE }, image.populations[1]!] };
  t.true(put(0, 1, encodeNetworkImage({ ...wide, projections: [{ ...image.projections[0]!, shift: 0 }] })));
  t.true(put(1, 1, new Uint8Array(2 * SIZE).fill(127)));
  arm();
  spikes(0, 0, [0, SIZE - 1], [65535, 65535]);
  t.deepEqual([...device.network!.states(1)], [2 * 256 * 127, 2 * 256 * 127]);
  t.true(SIZE * 256 * 127 < 2 ** 31);
});

test('time is answered, and telemetry tells what runs', async (t) => {
  const { put, link, step, time, telemetry } = await bench();
  put(0, 7, encodeNetworkImage(image));
  step(123);
  const bytes = new Uint8Array(TIME_SYNC_BYTES);
  link.send(code.TimeSync, bytes, 0, writeTimeSync(bytes, { id: 5, t1: 1000, t2: 0, t3: 0 }));
  step();
  const heard = { id: 0, t1: 0, t2: 0, t3: 0 };
  t.true(readTimeSync(time()!, 0, TIME_SYNC_BYTES, heard));
  t.is(heard.id, 5);
  t.true(heard.t2 > 120_000 && heard.t3 >= heard.t2);
  step(300);
  t.is(telemetry()?.activeGeneration, 7);
});

test('whatever arrives it does not throw, and works afterwards', async (t) => {
  const { device, link, hostEnd, step, put, spikes, arm, answers } = await bench();
  put(0, 1, encodeNetworkImage(image));
  put(1, 1, identity);
  arm();
  const draw = random(3);
  const codes = [...Object.values(code), 0x30, 0x3f, 0x70, 0x20, 0x55].filter((value) => value !== code.Hello && value !== code.Caps);
  const payload = new Uint8Array(200);
  for (let k = 0; k < 20_000; k++) {
    // Good frames with any content; one in four begins as the message would.
    const length = Math.floor(draw() * payload.length);
    for (let i = 0; i < length; i++) payload[i] = draw() < 0.5 ? Math.floor(draw() * 4) : Math.floor(draw() * 256);
    if (draw() < 0.25) payload.set([8, Math.floor(draw() * 3), 16, Math.floor(draw() * 3)]);
    link.send(codes[Math.floor(draw() * codes.length)]!, payload, 0, length);
    if (draw() < 0.02) hostEnd.write(payload, 0, length);
    if (k % 20 === 0) step(1);
  }
  for (let k = 0; k < 3000; k++) step(1);
  t.is(link.state, 'up');
  t.true(put(0, 201, encodeNetworkImage(image)));
  t.true(put(1, 202, identity));
  arm();
  answers.length = 0;
  spikes(123_456, 123_456, [1]);
  t.deepEqual(answers.at(-1), { tick: 123_456, ids: [3] });
  t.is(device.state, 'run');
});
