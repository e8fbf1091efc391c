import test, { type ExecutionContext } from 'ava';
import { IntegerNetwork } from '../../drivers/index.ts';
import type { ImagePopulation, NetworkImage } from '../../firmware-bridge/index.ts';
import { random } from './support.ts';

const MAX = 2n ** 31n - 1n;
const saturate = (x: bigint): bigint => (x > MAX ? MAX : x < -MAX - 1n ? -MAX - 1n : x);
/** x / 65536 to the nearest, halves up. BigInt division cuts towards zero, so the floor is taken by hand. */
const rounded = (x: bigint): bigint => {
  const y = x + 32768n;
  return y >= 0n ? y / 65536n : -((-y + 65535n) / 65536n);
};

/** The specification once more, neuron by neuron in BigInt, with all of the past kept and none of the cleverness. */
function model(image: NetworkImage, weights: readonly Int8Array[]) {
  const zeros = () => image.populations.map(({ size }) => new Array<bigint>(size).fill(0n));
  const [v, b, silent] = [zeros(), zeros(), zeros()];
  const sent: bigint[][][] = [];
  return {
    states: v,
    step(inputs: readonly number[]): number[] {
      const now: bigint[][] = zeros();
      sent.push(now);
      const tick = sent.length - 1;
      const spikes: number[] = [];
      let input = 0;
      let first = 0;
      image.populations.forEach((population, p) => {
        const { kind, size, leak, leakAdapt, threshold, refractory, reset, beta } = population;
        const current = new Array<bigint>(size).fill(0n);
        image.projections.forEach((projection, k) => {
          if (projection.post !== p || tick < projection.delay) return;
          const from = sent[tick - projection.delay]![projection.pre]!;
          for (let j = 0; j < size; j++) {
            let sum = 0n;
            for (let i = 0; i < from.length; i++) sum += from[i]! * BigInt(weights[k]![i * size + j]!);
            current[j] = saturate(current[j]! + sum * 2n ** BigInt(projection.shift));
          }
        });
        for (let j = 0; j < size; j++) {
          if (kind === 'source') {
            now[p]![j] = BigInt(inputs[input++]!);
            continue;
          }
          if (kind === 'integrator') {
            v[p]![j] = saturate(rounded(v[p]![j]! * BigInt(leak)) + current[j]!);
            continue;
          }
          const spiked = tick > 0 && sent[tick - 1]![p]![j] === 1n;
          if (spiked && reset === 'zero') v[p]![j] = 0n;
          v[p]![j] = saturate(rounded(v[p]![j]! * BigInt(leak)) + current[j]! - (spiked && reset === 'subtract' ? BigInt(threshold) : 0n));
          if (kind === 'alif') {
            const strength = BigInt(typeof beta === 'number' ? beta : beta[j]!);
            b[p]![j] = saturate(rounded(b[p]![j]! * BigInt(leakAdapt)) + (spiked ? strength : 0n));
          }
          if (silent[p]![j]! > 0n) {
            silent[p]![j] = silent[p]![j]! - 1n;
            continue;
          }
          if (v[p]![j]! < BigInt(threshold) + b[p]![j]!) continue;
          now[p]![j] = 1n;
          silent[p]![j] = BigInt(refractory);
          if (population.report) spikes.push(first + j);
        }
        first += size;
      });
      return spikes;
    },
  };
}

/** A random network; `wild` ones take every number to the ends of its range. */
function randomImage(draw: () => number, wild: boolean): NetworkImage {
  const whole = (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
  const one = <T>(...of: T[]): T => of[whole(0, of.length - 1)]!;
  const populations: ImagePopulation[] = [];
  const count = whole(2, 5);
  for (let p = 0; p < count; p++) {
    const size = whole(1, 9);
    const kind = p === 0 ? 'source' : one('source', 'lif', 'alif', 'alif', 'integrator');
    const strength = (): number => (wild ? one(0, 2 ** 31 - 1, -(2 ** 31), whole(-1000, 1000)) : whole(0, 2 ** 19));
    populations.push({
      kind,
      size,
      reset: one('subtract', 'zero'),
      report: draw() < 0.8,
      refractory: wild ? one(0, 1, 65535) : whole(0, 3),
      threshold: wild ? one(2 ** 31 - 1, -(2 ** 31), 0, 1, 2 ** 20) : 2 ** 20 - whole(0, 1000),
      leak: wild ? one(0, 1, 32768, 65535, 65536) : whole(40000, 65536),
      leakSynapse: 0,
      leakAdapt: wild ? one(0, 1, 65535, 65536) : whole(60000, 65536),
      beta: draw() < 0.5 ? strength() : Array.from({ length: size }, strength),
    });
  }
  const projections = Array.from({ length: whole(1, 8) }, (_, k) => {
    const senders = [...populations.keys()].filter((p) => populations[p]!.kind !== 'integrator');
    const pre = one(...senders);
    const targets = [...populations.keys()].filter((p) => populations[p]!.kind !== 'source');
    const post = one(...(targets.length > 0 ? targets : [0]));
    return { pre, post, region: k + 1, delay: whole(pre < post ? 0 : 1, 5), shift: wild ? one(0, 7, 24) : whole(8, 14) };
  });
  return { tickUs: 1000, populations, projections };
}

function compare(t: ExecutionContext, seed: number, wild: boolean): number {
  const draw = random(seed);
  const image = randomImage(draw, wild);
  const weights = image.projections.map(({ pre, post }) => {
    const size = image.populations[pre]!.size * image.populations[post]!.size;
    return Int8Array.from({ length: size }, () => (wild && draw() < 0.3 ? (draw() < 0.5 ? 127 : -128) : Math.floor(draw() * 255) - 127));
  });
  const network = new IntegerNetwork(image);
  for (const [k, { region }] of image.projections.entries()) network.setWeights(region, weights[k]!);
  const expected = model(image, weights);
  const inputs = new Uint16Array(network.inputs + 1);
  let spikes = 0;
  for (let tick = 0; tick < 60; tick++) {
    for (let i = 0; i < network.inputs; i++) inputs[i + 1] = draw() < 0.4 ? 1 + Math.floor(draw() * (wild ? 65535 : 4)) : 0;
    const fired = expected.step([...inputs.subarray(1)]);
    network.step(inputs, 1);
    const at = `seed ${seed}${wild ? ', wild' : ''}, tick ${tick}`;
    if (tick === 0)
      t.is(
        network.ids,
        image.populations.reduce((sum, { size }) => sum + size, 0),
      );
    t.deepEqual([...network.spikes.subarray(0, network.spikeCount)], fired, at);
    for (const p of image.populations.keys()) t.deepEqual([...network.states(p)].map(BigInt), expected.states[p], at);
    spikes += fired.length;
  }
  return spikes;
}

test('the integer network is its specification, bit for bit', (t) => {
  let spikes = 0;
  for (let seed = 1; seed <= 60; seed++) spikes += compare(t, seed, false);
  t.true(spikes > 1000, `only ${spikes} spikes were compared`);
});

test('at the ends of all ranges too: it saturates, and never wraps', (t) => {
  let spikes = 0;
  for (let seed = 101; seed <= 200; seed++) spikes += compare(t, seed, true);
  t.true(spikes > 1000, `only ${spikes} spikes were compared`);
});

test('the comparison can fail: a model that cuts instead of rounding is another board', (t) => {
  const image: NetworkImage = {
    tickUs: 1000,
    populations: [
      {
        kind: 'source',
        size: 1,
        reset: 'subtract',
        report: false,
        refractory: 0,
        threshold: 0,
        leak: 0,
        leakSynapse: 0,
        leakAdapt: 0,
        beta: 0,
      },
      {
        kind: 'lif',
        size: 1,
        reset: 'subtract',
        report: true,
        refractory: 0,
        threshold: 1 << 30,
        leak: 50000,
        leakSynapse: 0,
        leakAdapt: 0,
        beta: 0,
      },
    ],
    projections: [{ pre: 0, post: 1, region: 1, delay: 0, shift: 0 }],
  };
  const network = new IntegerNetwork(image);
  network.setWeights(1, Int8Array.of(101));
  let cut = 0;
  let differs = false;
  for (let tick = 0; tick < 20; tick++) {
    network.step(Uint16Array.of(1), 0);
    cut = Math.trunc((cut * 50000) / 65536) + 101;
    differs ||= cut !== network.states(1)[0];
  }
  t.true(differs);
});

test('rest is as at the start, and a new shift changes the scale of the weights', (t) => {
  const silent = { reset: 'subtract', report: false, refractory: 0, threshold: 0, leak: 0, leakSynapse: 0, leakAdapt: 0, beta: 0 } as const;
  const image: NetworkImage = {
    tickUs: 1000,
    populations: [
      { ...silent, kind: 'source', size: 2 },
      { ...silent, kind: 'alif', size: 5, report: true, refractory: 1, threshold: 1 << 20, leak: 60000, leakAdapt: 65000, beta: 1 << 17 },
    ],
    projections: [
      { pre: 0, post: 1, region: 1, delay: 0, shift: 12 },
      { pre: 1, post: 1, region: 2, delay: 2, shift: 9 },
    ],
  };
  const network = new IntegerNetwork(image);
  t.false(network.complete);
  for (const { region, pre, post } of image.projections) {
    network.setWeights(region, new Int8Array(image.populations[pre]!.size * image.populations[post]!.size).fill(60));
  }
  t.true(network.complete);
  const run = (): string => {
    const seen: unknown[] = [];
    for (let tick = 0; tick < 30; tick++) {
      network.step(new Uint16Array(network.inputs).fill(tick % 3), 0);
      seen.push(
        [...network.spikes.subarray(0, network.spikeCount)],
        image.populations.map((_, p) => [...network.states(p)]),
      );
    }
    return JSON.stringify(seen);
  };
  const first = run();
  t.not(run(), first);
  network.rest();
  t.is(run(), first);
  network.rest();
  for (const { region } of image.projections) network.setShift(region, network.shiftOf(region) + 1);
  t.not(run(), first);
});
