/** Faults 28, 29, 33 and 34: what messages say, and how many there are. */
import assert from 'node:assert/strict';
import {
  code,
  encodeControl,
  errorReason,
  FROM_DEVICE,
  FrameParser,
  feature,
  PROTO_MAJOR,
  SpikeWriter,
  schema32,
  sessionFormat,
  UNRELIABLE,
} from '../../../../firmware-bridge/index.ts';
import { integrator, type Network } from '../../../../runtime/index.ts';
import { load, wires } from '../../small.ts';
import type { FaultCase } from './bench.ts';
import { forger, frameOf, rawHost, SESSION } from './raw-host.ts';

const isOfLink = (value: number): boolean => value === code.Heartbeat || value === code.Nak;

const stuck: FaultCase = {
  number: 28,
  fault: 'stuck neuron (always / never spikes), garbage ids ≥ neurons',
  expected: 'id range check drops and counts; rate monitor raises degraded',
  async run(bench) {
    const degraded: string[] = [];
    const watch = async (inputs: (tick: number) => readonly number[], ticks: number, breakIt?: (weights: Int8Array) => void) => {
      const rig = await bench.rig();
      rig.board.events.subscribe((event) => {
        if (event.kind === 'degraded') degraded.push(event.reason);
      });
      await rig.connect();
      const host = load(wires(2));
      if (breakIt !== undefined)
        host.arena.write(
          'one.weights',
          Float64Array.from(host.arena.copy('one.weights'), () => 0),
        );
      await rig.deploy(host);
      await rig.play({ ticks, inputs });
      return degraded.splice(0);
    };
    // Its input is high for ever, so it spikes in every tick; the network is the control with one silent tick in a hundred.
    assert.deepEqual(await watch((tick) => (tick % 100 === 0 ? [] : [1]), 1500), []);
    const always = await watch(() => [1], 1500);
    assert.equal(always.length, 1);
    assert.match(always[0]!, /neuron 1$/);
    const never = await watch(
      () => [0, 1],
      3000,
      (weights) => weights.fill(0),
    );
    assert.equal(never.length, 1);
    assert.match(never[0]!, /no spike/);
    // A board that names neurons which are not there.
    let number = 0;
    let acknowledged = 0;
    const ear = new FrameParser(1024, {
      frame: (type, seq, ack) => {
        acknowledged = ack;
        // Frames of the link itself carry the number of the next message.
        if ((type & UNRELIABLE) !== 0) number = isOfLink(type & ~FROM_DEVICE) ? seq : seq + 1;
      },
      damaged: () => undefined,
    });
    const rig = await bench.rig({}, { tap: (where, toBoard, ...piece) => void (where === 'out' && !toBoard && ear.push(...piece)) });
    const deliver = forger(rig);
    await rig.connect();
    const { link } = rig.board.connection!;
    const format = sessionFormat(link.session, (link.features & feature.wideCrc) !== 0);
    ear.format = format;
    await rig.deploy(load(wires(2)));
    await rig.play({ ticks: 10, inputs: () => [0] });
    const before = { unknown: link.counters.unknown, spikes: rig.board.report().spikesOut };
    const writer = new SpikeWriter();
    const out = new Uint8Array(64);
    for (let i = 0; i < 20; i++) {
      writer.begin(out, 0, out.length, 1000 + i);
      writer.add(1000 + i, Uint32Array.of(2, 77), 0, 2);
      deliver(frameOf(code.Spikes | FROM_DEVICE, (number + i) & 0xff, out.slice(0, writer.end), format, acknowledged));
      await rig.pass(1);
    }
    assert.equal(link.counters.unknown - before.unknown, 20);
    assert.equal(rig.board.report().spikesOut, before.spikes);
    assert.ok(![...rig.ticks.keys()].some((tick) => tick >= 1000));
    return `degraded once for one that always spikes and once for a silent board, never else; 20 of 20 batches with garbage dropped and counted`;
  },
};

const storm: FaultCase = {
  number: 29,
  fault: 'spike storm, 10 × budget',
  expected: 'shed by policy, bounded latency, telemetry shows shed count',
  async run(bench) {
    // 200 inputs and their neurons, all at once in each tick of 2 ms: some 220 bytes, where the line carries 23.
    const rig = await bench.rig({ line: { bytesPerMs: 11.52, latencyMs: 0.2 }, rxBuffer: 1024 });
    await rig.connect();
    await rig.deploy(load(wires(200)));
    const all = Array.from({ length: 200 }, (_, i) => i);
    await rig.play({ ticks: 1500, inputs: () => all });
    await rig.pass(500);
    const { dropped } = rig.board.report();
    assert.ok(dropped > 1000 && dropped === [...rig.ticks.values()].filter(({ taken }) => !taken).length);
    const latency = rig.expect.latency({ max: 1000 });
    rig.expect.noFaults();
    // The same when it is over: nothing is left behind.
    await rig.play({ ticks: 50, inputs: () => [3] });
    await rig.pass(50);
    rig.expect.spikes(rig.tick - 1, [3]);
    return `${dropped} of 1500 ticks shed and counted, latency ${latency.p50.toFixed(0)} ms p50, ${latency.max.toFixed(0)} ms at most, no fault`;
  },
};

/** A varint field, as protobuf writes it. */
const field = (number: number, value: number): number[] => [number << 3, value];

const malformed: FaultCase = {
  number: 33,
  fault: 'malformed protobuf, unknown fields / types, minor-version skew both ways',
  expected: 'ignored or Error; features negotiated down',
  async run(bench) {
    const host = await rawHost(bench);
    assert.ok(host.connect());
    const { rig, link, step, control } = host;
    const errors = () => control.filter(({ name }) => name === 'Error').map(({ message }) => (message as { reason: number }).reason);
    const say = (value: number, payload: readonly number[]): void => {
      link.send(value, Uint8Array.from(payload));
      step(20);
    };
    // Ends inside a varint, ends inside a length, and a wire type that there is none of.
    say(code.Arm, [0x0d, 1, 2]);
    say(code.Configure, [0x08, 0x80]);
    say(code.WeightBegin, [0x0f]);
    say(0x20, [1, 2, 3]);
    say(0x60, [1, 2, 3]);
    assert.deepEqual(
      errors().toSorted(),
      [
        errorReason.malformed,
        errorReason.malformed,
        errorReason.malformed,
        errorReason.unknownMessage,
        errorReason.unknownMessage,
      ].toSorted(),
    );
    // A later minor version: fields that are not known here are skipped, and the message is obeyed.
    const arm = [...encodeControl('Arm', { session: link.session, ttlMs: 250 }), ...field(14, 3)];
    say(code.Arm, arm);
    assert.equal(rig.safe, false);
    assert.equal(link.state, 'up');
    // Hosts of other minor versions: one that knows nothing new, one that knows much more.
    const found: number[] = [];
    for (const [protoMinor, features] of [
      [0, 0],
      [99, 0xffffffff],
    ] as const) {
      const other = await rawHost(bench, {}, { features });
      const hello = encodeControl('Hello', {
        protoMajor: PROTO_MAJOR,
        protoMinor,
        session: SESSION,
        maxFrame: 256,
        schema: schema32,
        features,
      });
      const bytes = frameOf(code.Hello, 0, Uint8Array.of(...hello, ...field(15, 1)));
      other.rig.line.write(bytes, 0, bytes.length);
      other.rig.device.virtual!.poll();
      assert.ok(other.connect());
      found.push(other.link.features);
      assert.equal(other.link.features & ~features, 0);
      assert.equal(other.link.features & ~other.link.caps!.features, 0, 'what the device does not offer is not in force');
    }
    assert.equal(found[0], 0);
    return `3 malformed and 2 unknown answered with Error, session goes on; unknown fields skipped; features ${found.map((bits) => bits.toString(2)).join(' and ')}`;
  },
};

/** Ticks after which a reward is for something that is over. */
const WINDOW = 1024;
const readOut: Network = {
  ...wires(2),
  populations: { ...wires(2).populations, readout: { size: 2, neuron: integrator({ tau: 20, loss: 'crossEntropy' }) } },
  projections: {
    ...wires(2).projections,
    out: { pre: 'neurons', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0.1 }, delay: 0 },
  },
};

const lateReward: FaultCase = {
  number: 34,
  fault: 'reward arrives after its eligibility window',
  expected: 'dropped, counted, no update (a board that does not learn: refused, no update)',
  async run(bench) {
    const rig = await bench.rig();
    await rig.connect();
    await rig.deploy(load(readOut));
    await rig.play({ ticks: 100, inputs: () => [0] });
    const { learning } = rig.board;
    const before = rig.device.weights!(2);
    const { link } = rig.board.connection!;
    const reward = async (tick: number): Promise<void> => {
      link.sendControl('Reward', { tick, valueQ16: 1 << 16 });
      await rig.pass(50);
    };
    if (learning === undefined) {
      await reward(1);
      assert.equal(rig.device.weights!(2), before, 'no weight moved');
      const codes = rig.faults.map(({ error }) => error.message);
      assert.equal(codes.length, 1, `a board that does not learn says so: ${codes}`);
      return 'refused by Error REJECTED, no weight moved';
    }
    const rates = new Map([[2, { rate: 50000, shift: 24 }]]);
    assert.ok(learning.begin({ seed: 1, rates, dampening: new Map() }));
    const first = rig.tick + WINDOW;
    assert.ok(learning.target({ tick: rig.tick, ticks: 2 * WINDOW, label: 1 }));
    await rig.pass(50);
    await rig.play({ ticks: 2 * WINDOW, inputs: () => [0] });
    const dropped = (): number => rig.device.counters!()['dropped']!;
    const unmoved = dropped();
    await reward(first - 1);
    assert.equal(dropped() - unmoved, 1, 'a reward that came too late is counted');
    assert.equal(rig.device.weights!(2), before, 'no weight moved');
    // What the late one was for is there: the control moves the weights.
    await reward(rig.tick - 1);
    assert.notEqual(rig.device.weights!(2), before, 'a reward in time moves weights');
    assert.equal(dropped() - unmoved, 1);
    rig.expect.noFaults();
    // What it has learned is no image that was sent; a network that is sent anew is.
    await rig.deploy(load(readOut));
    assert.equal(rig.device.weights!(2), before);
    return 'dropped and counted, no weight moved; one in time moves them';
  },
};

export const messageFaults: readonly FaultCase[] = [stuck, storm, malformed, lateReward];
