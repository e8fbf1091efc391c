import test from 'ava';
import { fade } from '../../../drivers/chips/xylo/xylo-network.ts';
import { XyloNetwork, type XyloNeurons } from '../../../drivers/index.ts';
import { random } from '../support.ts';

test('the decay of every 16-bit value by every dash is the rule: less the shifted part, or less one', (t) => {
  let wrong = 0;
  let shifted = 0;
  let linear = 0;
  for (let dash = 0; dash <= 15; dash++) {
    for (let x = -0x8000; x <= 0x7fff; x++) {
      // The rule by division, on the side above 0; the other side is its mirror image.
      const size = Math.abs(x);
      const part = Math.trunc(size / 2 ** dash);
      const expected = Math.sign(x) * (part > 0 ? size - part : Math.max(0, size - 1));
      if (fade(x, dash) !== expected) wrong++;
      if (part > 0) shifted++;
      else if (size > 0) linear++;
    }
  }
  t.log(`${16 * 65536} values: ${shifted} shifted, ${linear} moved by one, ${wrong} wrong`);
  t.is(wrong, 0);
  t.true(shifted > 0 && linear > 0);
});

test('a decay always ends at 0, and never passes it', (t) => {
  for (let dash = 0; dash <= 15; dash++) {
    for (const start of [0x7fff, -0x8000, 100, -100, 1, -1]) {
      let x = start;
      let steps = 0;
      for (; x !== 0 && steps < 2 ** 20; steps++) {
        const next = fade(x, dash);
        t.true(Math.abs(next) < Math.abs(x) && next * x >= 0);
        x = next;
      }
      t.is(x, 0, `from ${start}, dash ${dash}`);
    }
  }
});

const neurons = (size: number, numbers: { syn?: number; mem?: number; threshold?: number; cap?: number }): XyloNeurons => ({
  size,
  dashSyn: new Uint8Array(size).fill(numbers.syn ?? 0),
  dashMem: new Uint8Array(size).fill(numbers.mem ?? 0),
  threshold: new Int16Array(size).fill(numbers.threshold ?? 1000),
  cap: new Uint8Array(size).fill(numbers.cap ?? 31),
});
const none = { weights: new Int8Array(0), shift: 0 };
const single = (of: XyloNeurons, weight: number, shift = 0): XyloNetwork =>
  new XyloNetwork({
    inputs: 1,
    hidden: of,
    outputs: neurons(0, {}),
    input: { weights: Int8Array.of(weight), shift },
    recurrent: { weights: Int8Array.of(0), shift: 0 },
    output: none,
  });
const run = (network: XyloNetwork, inputs: readonly number[], steps: number) =>
  Array.from({ length: steps }, (_, k) => {
    network.step(Uint8Array.of(inputs[k] ?? 0));
    return [network.hidden.s[0], network.hidden.v[0], network.hidden.spikes[0]];
  });

test('synapse, membrane, spikes and their reset, step by step by hand', (t) => {
  // s: 80, 40 (80 − 80/2), 20, 10, 5; v: 80, then v − v/4 + s
  t.deepEqual(run(single(neurons(1, { syn: 1, mem: 2 }), 80), [1], 5), [
    [80, 80, 0],
    [40, 60 + 40, 0],
    [20, 75 + 20, 0],
    [10, 95 - 23 + 10, 0],
    [5, 82 - 20 + 5, 0],
  ]);
  // 3 · 100 = 300 at a threshold of 90: three spikes and 30 left, of which half is kept.
  t.deepEqual(run(single(neurons(1, { mem: 1, threshold: 90 }), 100), [3, 0, 1], 3), [
    [300, 30, 3],
    [0, 15, 0],
    [100, 8 + 100 - 90, 1],
  ]);
});

test('spikes of a step are capped, and what they did not take off remains; a readout does not spike', (t) => {
  t.deepEqual(run(single(neurons(1, { threshold: 10, mem: 15 }), 100, 3), [1, 0], 2), [
    [800, 800 - 310, 31],
    [0, 490 - 1 - 310, 31],
  ]);
  t.deepEqual(run(single(neurons(1, { threshold: 10, cap: 0 }), 100), [1], 1), [[100, 100, 0]]);
  t.deepEqual(run(single(neurons(1, { threshold: 10, cap: 1 }), 100), [1], 1), [[100, 90, 1]]);
});

test('states saturate at 16 bits on both sides', (t) => {
  const up = single(neurons(1, { syn: 15, mem: 15, cap: 0 }), 127, 7);
  t.deepEqual(run(up, [15, 15], 2), [
    [32767, 32767, 0],
    [32767, 32767, 0],
  ]);
  const down = single(neurons(1, { syn: 15, mem: 15, cap: 0 }), -127, 7);
  t.deepEqual(run(down, [15, 15], 2), [
    [-32768, -32768, 0],
    [-32768, -32768, 0],
  ]);
});

test('hidden spikes reach outputs in their step and each other in the next', (t) => {
  const network = new XyloNetwork({
    inputs: 1,
    hidden: neurons(2, { threshold: 50 }),
    outputs: neurons(1, { cap: 0 }),
    input: { weights: Int8Array.of(50, 0), shift: 0 },
    recurrent: { weights: Int8Array.of(0, 60, 0, 0), shift: 0 },
    output: { weights: Int8Array.of(1, 2), shift: 2 },
  });
  const seen = Array.from({ length: 3 }, (_, k) => {
    network.step(Uint8Array.of(k === 0 ? 1 : 0));
    return [...network.hidden.spikes, network.outputs.v[0]];
  });
  t.deepEqual(seen, [
    [1, 0, 4],
    [0, 1, 8],
    [0, 0, 0],
  ]);
});

test('random networks equal a model in BigInt, 3000 steps', (t) => {
  const draw = random(8);
  const whole = (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
  const clamp = (x: bigint): bigint => (x > 32767n ? 32767n : x < -32768n ? -32768n : x);
  const faded = (x: bigint, dash: number): bigint => {
    const size = x < 0n ? -x : x;
    const left = size === 0n ? 0n : size - (size >> BigInt(dash) === 0n ? 1n : size >> BigInt(dash));
    return x < 0n ? -left : left;
  };
  let spikes = 0;
  for (let trial = 0; trial < 20; trial++) {
    const [inputs, hidden, outputs] = [whole(1, 6), whole(1, 8), whole(1, 3)];
    const layer = (size: number, cap: () => number): XyloNeurons => ({
      size,
      dashSyn: Uint8Array.from({ length: size }, () => whole(0, 4)),
      dashMem: Uint8Array.from({ length: size }, () => whole(0, 8)),
      threshold: Int16Array.from({ length: size }, () => whole(1, 3000)),
      cap: Uint8Array.from({ length: size }, cap),
    });
    const matrix = (count: number) => ({ weights: Int8Array.from({ length: count }, () => whole(-128, 127)), shift: whole(0, 7) });
    const description = {
      inputs,
      hidden: layer(hidden, () => 31),
      outputs: layer(outputs, () => whole(0, 1)),
      input: matrix(inputs * hidden),
      recurrent: matrix(hidden * hidden),
      output: matrix(hidden * outputs),
    };
    const network = new XyloNetwork(description);
    const zeros = (size: number) => new Array<bigint>(size).fill(0n);
    const states = { hs: zeros(hidden), hv: zeros(hidden), os: zeros(outputs), ov: zeros(outputs) };
    let before = new Array<number>(hidden).fill(0);
    const advance = (of: XyloNeurons, s: bigint[], v: bigint[], current: (j: number) => bigint): number[] =>
      s.map((_, j) => {
        s[j] = clamp(faded(s[j]!, of.dashSyn[j]!) + current(j));
        const next = clamp(faded(v[j]!, of.dashMem[j]!) + s[j]!);
        const level = BigInt(of.threshold[j]!);
        const n = next < level ? 0n : next / level > BigInt(of.cap[j]!) ? BigInt(of.cap[j]!) : next / level;
        v[j] = next - n * level;
        return Number(n);
      });
    const sum = (from: ArrayLike<number>, { weights, shift }: { weights: Int8Array; shift: number }, post: number, j: number): bigint =>
      BigInt(Array.from(from).reduce((total, n, i) => total + n * weights[i * post + j]!, 0)) << BigInt(shift);
    for (let step = 0; step < 150; step++) {
      const events = Uint8Array.from({ length: inputs }, () => (draw() < 0.3 ? whole(1, 15) : 0));
      network.step(events);
      const previous = before;
      before = advance(
        description.hidden,
        states.hs,
        states.hv,
        (j) => sum(events, description.input, hidden, j) + sum(previous, description.recurrent, hidden, j),
      );
      const out = advance(description.outputs, states.os, states.ov, (j) => sum(before, description.output, outputs, j));
      t.deepEqual([...network.hidden.spikes], before);
      t.deepEqual([...network.outputs.spikes], out);
      t.deepEqual(Array.from(network.hidden.s, BigInt), states.hs);
      t.deepEqual(Array.from(network.hidden.v, BigInt), states.hv);
      t.deepEqual(Array.from(network.outputs.v, BigInt), states.ov);
      spikes += before.reduce((total, n) => total + n, 0);
    }
  }
  t.log(`${spikes} spikes`);
  t.true(spikes > 1000);
});
