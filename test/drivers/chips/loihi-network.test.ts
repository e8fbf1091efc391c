import test from 'ava';
import { nextCurrent, nextVoltage, weightGrid, wrap24 } from '../../../drivers/chips/loihi/loihi-network.ts';
import { LoihiNetwork } from '../../../drivers/index.ts';
import { random } from '../support.ts';

const silent = { du: 4095, vth: 131071 } as const;
/** One compartment behind one input. */
const single = (group: { du: number; dv: number; vth: number; bias?: number }, weight: number, exponent: number, delay = 0): LoihiNetwork =>
  new LoihiNetwork([1], [{ size: 1, ...group }], [{ pre: 0, post: 0, delay, exponent, weights: Int16Array.of(weight) }]);
const run = (network: LoihiNetwork, inputs: readonly number[], steps: number, read: (network: LoihiNetwork) => number): number[] =>
  Array.from({ length: steps }, (_, k) => {
    network.step(Uint8Array.of(inputs[k] ?? 0));
    return read(network);
  });
const v = (network: LoihiNetwork): number => network.voltage(0)[0]!;
const u = (network: LoihiNetwork): number => network.current(0)[0]!;

test('a membrane that keeps three quarters fades as by hand, cut towards zero on both sides', (t) => {
  // 128·3/4 = 96, 72, 54, 40.5, 30, 22.5, 16.5, 12, 9, 6.75, 4.5, 3, 2.25, 1.5, 0.75
  const fading = [128, 96, 72, 54, 40, 30, 22, 16, 12, 9, 6, 4, 3, 2, 1, 0];
  t.deepEqual(run(single({ ...silent, dv: 1024 }, 2, 0), [1], 16, v), fading);
  t.deepEqual(
    run(single({ ...silent, dv: 1024 }, -2, 0), [1], 16, v),
    fading.map((x) => 0 - x),
  );
});

test('a current with du = 1023 keeps three quarters too, and the membrane sums it', (t) => {
  t.deepEqual(run(single({ du: 1023, dv: 0, vth: 131071 }, 2, 0), [1], 5, u), [128, 96, 72, 54, 40]);
  t.deepEqual(run(single({ du: 1023, dv: 0, vth: 131071 }, 2, 0), [1], 5, v), [128, 224, 296, 350, 390]);
  t.deepEqual(run(single({ du: 0, dv: 4095, vth: 131071 }, 64, 0), [1], 3, u), [4096, 4095, 4094]);
});

test('the current wraps at 24 bits', (t) => {
  // 4 · 254 · 2^7 · 2^6 = 8 323 072 is below 2^23; one and a half times 2^23 is not; 15 spikes make 31 211 520 = 2^24 + 14 434 304.
  t.deepEqual(run(single({ ...silent, dv: 4095 }, 254, 7), [4, 5, 15], 3, u), [8323072, 10403840 - 2 ** 24, 14434304 - 2 ** 24]);
  t.is(wrap24(2 ** 23), -(2 ** 23));
  t.is(wrap24(-(2 ** 23) - 1), 2 ** 23 - 1);
  t.is(nextCurrent(-(2 ** 23), 0, 0), -(2 ** 23) + 2048);
});

test('the membrane clips at ±(2^23 − 1), and what clips above the largest threshold spikes', (t) => {
  const up = single({ du: 4095, dv: 0, vth: 131071 }, 254, 7);
  t.deepEqual(run(up, [4, 4, 0], 3, v), [8323072, 0, 0]);
  const down = single({ du: 4095, dv: 0, vth: 131071 }, -254, 7);
  t.deepEqual(run(down, [4, 4, 0], 3, v), [-8323072, -8388607, -8388607]);
  t.is(nextVoltage(8388607, 1, 0, 0), 8388607);
  t.is(nextVoltage(-8388607, 0, 0, 1), -8386559);
});

test('a spike needs more than the threshold, and leaves 0', (t) => {
  const at = (bias: number) => {
    const network = single({ ...silent, dv: 0, vth: 10, bias }, 0, 0);
    network.step(Uint8Array.of(0));
    return [network.voltage(0)[0], network.spiked(0)[0]];
  };
  t.deepEqual(at(640), [640, 0]);
  t.deepEqual(at(641), [0, 1]);
});

test('weights keep the bits that their sign leaves them', (t) => {
  const mixed = [255, 254, 300, -255, -256, -300, 1, -1].map((w) => weightGrid(w, 8, 'mixed') + 0);
  t.deepEqual(mixed, [254, 254, 254, -254, -256, -256, 0, 0]);
  t.deepEqual([weightGrid(127, 4, 'mixed'), weightGrid(-127, 4, 'mixed')], [96, -96]);
  t.deepEqual([weightGrid(255, 8, 'excitatory'), weightGrid(-5, 8, 'excitatory') + 0, weightGrid(255, 6, 'excitatory')], [255, 0, 252]);
  t.deepEqual([weightGrid(-255, 8, 'inhibitory'), weightGrid(5, 8, 'inhibitory')], [-255, 0]);
});

test('a negative exponent shifts the sum, not the weights, and rounds down', (t) => {
  const sums = run(single({ ...silent, dv: 4095 }, 1, -1), [1, 2, 3], 3, u);
  t.deepEqual(sums, [0, 64, 64]);
  t.deepEqual(run(single({ ...silent, dv: 4095 }, -1, -1), [1, 2, 3], 3, u), [-64, -64, -128]);
});

test('what a compartment sends arrives a step later than its delay; what the host injects does not', (t) => {
  const arrival = (delay: number): number => {
    const groups = [
      { size: 1, du: 4095, dv: 4095, vth: 0 },
      { size: 1, du: 4095, dv: 4095, vth: 0 },
    ];
    const wires = [
      { pre: 0, post: 0, delay: 0, exponent: 0, weights: Int16Array.of(2) },
      { pre: 1, post: 1, delay, exponent: 0, weights: Int16Array.of(2) },
    ];
    const network = new LoihiNetwork([1], groups, wires);
    network.step(Uint8Array.of(1));
    t.is(network.spiked(0)[0], 1);
    for (let step = 1; step < 100; step++) {
      network.step(Uint8Array.of(0));
      if (network.spiked(1)[0] === 1) return step;
    }
    return -1;
  };
  t.deepEqual([0, 1, 5, 63].map(arrival), [1, 2, 6, 64]);
  t.deepEqual(run(single({ ...silent, dv: 4095 }, 2, 0, 3), [1], 5, u), [0, 0, 0, 128, 0]);
});

/** The specification once more in BigInt, with all of the past kept. */
test('random networks equal a model in BigInt: currents, voltages and spikes, 4000 steps', (t) => {
  const cut = (x: bigint, by: bigint): bigint => x / by;
  const draw = random(4);
  const whole = (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
  let compared = 0;
  let spikes = 0;
  for (let trial = 0; trial < 20; trial++) {
    const inputs = whole(1, 6);
    const sizes = Array.from({ length: whole(1, 3) }, () => whole(1, 6));
    const groups = sizes.map((size) => ({
      size,
      du: whole(0, 1) ? 4095 : whole(0, 4095),
      dv: whole(0, 4095),
      vth: whole(0, 1) ? whole(0, 131071) : whole(0, 4000),
      bias: whole(0, 3) === 0 ? whole(-50_000, 50_000) : 0,
    }));
    const projections = Array.from({ length: whole(2, 6) }, (_, k) => {
      const pre = k === 0 ? 0 : whole(0, sizes.length);
      const post = whole(0, sizes.length - 1);
      const count = (pre === 0 ? inputs : sizes[pre - 1]!) * sizes[post]!;
      const weights = Int16Array.from({ length: count }, () => whole(-256, 255));
      return { pre, post, delay: whole(0, 9), exponent: whole(-8, 7), weights };
    });
    const network = new LoihiNetwork([inputs], groups, projections);
    const U = sizes.map((size) => new Array<bigint>(size).fill(0n));
    const V = sizes.map((size) => new Array<bigint>(size).fill(0n));
    const sent: number[][][] = [];
    for (let step = 0; step < 200; step++) {
      const values = Uint8Array.from({ length: inputs }, () => (draw() < 0.3 ? whole(1, 15) : 0));
      network.step(values);
      const now: number[][] = [Array.from(values)];
      sent.push(now);
      sizes.forEach((size, g) => {
        const spiked: number[] = [];
        for (let j = 0; j < size; j++) {
          let input = 0n;
          for (const { pre, post, delay, exponent, weights } of projections) {
            if (post !== g) continue;
            const from = sent[step - delay - (pre === 0 ? 0 : 1)]?.[pre] ?? [];
            const sum = from.reduce((total, n, i) => total + n * weights[i * size + j]!, 0);
            input += exponent >= 0 ? BigInt(sum) << BigInt(exponent) : BigInt(sum) >> BigInt(-exponent);
          }
          const { du, dv, vth, bias } = groups[g]!;
          const next = BigInt.asIntN(24, cut(U[g]![j]! * BigInt(4095 - du), 4096n) + (input << 6n));
          let voltage = cut(V[g]![j]! * BigInt(4096 - dv), 4096n) + next + BigInt(bias);
          voltage = voltage > 8388607n ? 8388607n : voltage < -8388607n ? -8388607n : voltage;
          const fires = voltage > BigInt(vth) << 6n;
          U[g]![j] = next;
          V[g]![j] = fires ? 0n : voltage;
          spiked.push(fires ? 1 : 0);
          spikes += fires ? 1 : 0;
        }
        now.push(spiked);
        t.deepEqual(Array.from(network.current(g), BigInt), U[g], `trial ${trial}, step ${step}, u`);
        t.deepEqual(Array.from(network.voltage(g), BigInt), V[g], `trial ${trial}, step ${step}, v`);
        t.deepEqual(Array.from(network.spiked(g)), spiked);
        compared += 3 * size;
      });
    }
  }
  t.log(`${compared} words compared, ${spikes} spikes`);
  t.true(spikes > 1000);
});
