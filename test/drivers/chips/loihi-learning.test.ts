import test, { type ExecutionContext } from 'ava';
import { LoihiLearning, LoihiNetwork, type LoihiRule } from '../../../drivers/index.ts';
import { DescriptionError } from '../../../runtime/index.ts';
import { random } from '../support.ts';

const mean = (values: ArrayLike<number>, from: number, to: number): number => {
  let sum = 0;
  for (let k = from; k < to; k++) sum += values[k]!;
  return sum / (to - from);
};

test('one synapse, by hand: traces, a pair before and after, the accumulator and its clip', (t) => {
  // y0: Δw = x1·2^−1, x0: Δw = −y1·2^−1. Traces that do not fade within the few steps, so that nothing is drawn.
  const rule: LoihiRule = {
    traces: { x1: { impulse: 16, tau: Number.POSITIVE_INFINITY }, y1: { impulse: 40, tau: Number.POSITIVE_INFINITY } },
    weight: [
      { on: 'y0', mantissa: 1, exponent: -1, factors: ['x1'] },
      { on: 'x0', mantissa: -1, exponent: -1, factors: ['y1'] },
    ],
  };
  const weights = Int16Array.of(100);
  const engine = new LoihiLearning({ pre: 1, post: 1, weights, rule, seed: 1 });
  engine.step([1], [0]); // x1 = 16; y1 is 0, so nothing moves
  t.deepEqual([weights[0], engine.traces.x1[0], engine.traces.y1[0]], [100, 16, 0]);
  engine.step([0], [1]); // pre before post: +16/2
  t.deepEqual([weights[0], engine.traces.y1[0]], [108, 40]);
  engine.step([1], [0]); // post before pre: −40/2
  t.is(weights[0], 88);
  for (let k = 0; k < 10; k++) engine.step([1], [0]);
  t.is(weights[0], 0, 'an excitatory weight does not change its sign');
  t.is(engine.traces.x1[0], 127, 'a trace has 7 bits');
});

test('fractions are rounded at random, right in the mean; the same seed gives the same sequence', (t) => {
  const rule: LoihiRule = {
    traces: { x1: { impulse: 100, tau: 20 } },
    weight: [{ on: 'x0', mantissa: 1, exponent: -2, factors: [1] }],
  };
  const weigh = (seed: number): number[] =>
    Array.from({ length: 400 }, (_, k) => {
      const weights = Int16Array.of(50);
      const engine = new LoihiLearning({ pre: 1, post: 1, weights, rule, seed: seed + k });
      engine.step([1], [0]);
      return weights[0]!;
    });
  const drawn = weigh(10);
  t.true(Math.abs(mean(drawn, 0, 400) - 50.25) < 0.07 && new Set(drawn).size === 2);
  t.deepEqual(weigh(10), drawn);

  let faded = 0;
  for (let seed = 0; seed < 400; seed++) {
    const engine = new LoihiLearning({ pre: 1, post: 1, weights: Int16Array.of(0), rule, seed });
    engine.step([1], [0]);
    for (let k = 0; k < 20; k++) engine.step([0], [0]);
    faded += engine.traces.x1[0]! / 400;
  }
  // After one time constant, e^−1 of 100.
  t.true(Math.abs(faded - 36.79) < 0.5, `${faded}`);
});

test('weights move at the end of an epoch, and mixed weights stay on their grid', (t) => {
  const weights = Int16Array.of(0, -6);
  const rule: LoihiRule = { epoch: 3, traces: {}, weight: [{ on: 'x0', mantissa: 1, exponent: 0, factors: [2] }] };
  const engine = new LoihiLearning({ pre: 2, post: 1, weights, rule, seed: 1, signs: 'mixed' });
  engine.step([1, 1], [0]);
  engine.step([1, 0], [0]);
  t.deepEqual([...weights], [0, -6]);
  engine.step([0, 0], [0]);
  t.deepEqual([...weights], [4, -4]);
});

test('a rule outside the ranges of the chip is refused, by its path', (t) => {
  const make = (weight: LoihiRule['weight'], impulse = 1) =>
    new LoihiLearning({ pre: 1, post: 1, weights: new Int16Array(1), seed: 1, rule: { traces: { x1: { impulse, tau: 1 } }, weight } });
  const product = { on: 'x0', mantissa: 1, exponent: 0, factors: [] } as const;
  for (const [bad, path] of [
    [() => make([{ ...product, mantissa: 8 }]), /weight\[0\]\.mantissa/],
    [() => make([product, { ...product, exponent: -9 }]), /weight\[1\]\.exponent/],
    [() => make([{ ...product, factors: [200] }]), /weight\[0\]\.factors/],
    [() => make([product], 128), /x1\.impulse/],
  ] as const) {
    const error = t.throws(bad, { instanceOf: DescriptionError, code: 'ERR_OUT_OF_RANGE' });
    t.regex(error!.message, path);
  }
});

/** 20 inputs at the same rate, the first half of them together; one neuron, which hears of them a step later; STDP. Mean weight of both halves afterwards. */
function stdp(learns: boolean): { readonly together: number; readonly alone: number } {
  const INPUTS = 20;
  const weights = new Int16Array(INPUTS).fill(60);
  const compartment = { size: 1, du: 4095, dv: 600, vth: 300 };
  const network = new LoihiNetwork([INPUTS], [compartment], [{ pre: 0, post: 0, delay: 1, exponent: 0, weights }]);
  const rule: LoihiRule = {
    traces: { x1: { impulse: 16, tau: 6 }, y1: { impulse: 16, tau: 6 } },
    weight: [
      { on: 'y0', mantissa: 4, exponent: -4, factors: ['x1'] },
      { on: 'x0', mantissa: -7, exponent: -4, factors: ['y1'] },
    ],
  };
  const engine = new LoihiLearning({ pre: INPUTS, post: 1, weights, rule, seed: 3 });
  const draw = random(6);
  const inputs = new Uint8Array(INPUTS);
  for (let step = 0; step < 6000; step++) {
    const volley = draw() < 0.04;
    for (let i = 0; i < INPUTS; i++) inputs[i] = (i < INPUTS / 2 ? volley : draw() < 0.04) ? 1 : 0;
    network.step(inputs);
    if (learns) engine.step(inputs, network.spiked(0));
  }
  return { together: mean(weights, 0, INPUTS / 2), alone: mean(weights, INPUTS / 2, INPUTS) };
}

test('STDP: inputs that arrive together win, those that come by chance lose; without the engine nothing moves', (t) => {
  const { together, alone } = stdp(true);
  t.log(`mean weight together ${together.toFixed(1)}, by chance ${alone.toFixed(1)}, from 60`);
  t.true(together > alone + 60);
  t.deepEqual(stdp(false), { together: 60, alone: 60 });
});

/**
 * Two cues, two neurons that each would answer to both; a reward says which answer was right. Tags remember what pre and post did (x1 at y0), the reward y3
 * makes weights of them. Rate of right answers in the last 200 of 1200 trials.
 */
function threeFactor(t: ExecutionContext, reward: (right: boolean, draw: () => number) => number): number {
  const CUE = 8;
  const weights = new Int16Array(2 * CUE * 2).fill(100);
  const compartment = { size: 2, du: 4095, dv: 1000, vth: 700 };
  const network = new LoihiNetwork(
    [2 * CUE, 2],
    [compartment],
    [
      { pre: 0, post: 0, delay: 0, exponent: 0, weights },
      // What makes the neurons differ from trial to trial.
      { pre: 1, post: 0, delay: 0, exponent: 0, weights: Int16Array.of(250, 0, 0, 250) },
    ],
  );
  const rule: LoihiRule = {
    traces: { x1: { impulse: 30, tau: 5 } },
    tag: [
      { on: 'y0', mantissa: 1, exponent: -1, factors: ['x1'] },
      { on: { every: 1 }, mantissa: -1, exponent: -4, factors: ['t'] },
    ],
    // y3 of 64 is no reward: factor 0.
    weight: [{ on: { every: 1 }, mantissa: 1, exponent: -7, factors: ['t', { of: 'y3', plus: -64 }] }],
  };
  const engine = new LoihiLearning({ pre: 2 * CUE, post: 2, weights, rule, seed: 5 });
  engine.traces.y3.fill(64);
  const draw = random(11);
  const inputs = new Uint8Array(2 * CUE + 2);
  let right = 0;
  const TRIALS = 1200;
  for (let trial = 0; trial < TRIALS; trial++) {
    const cue = draw() < 0.5 ? 0 : 1;
    const counts = [0, 0];
    for (let step = 0; step < 20; step++) {
      inputs.fill(0);
      if (step < 10) for (let i = 0; i < CUE; i++) inputs[cue * CUE + i] = draw() < 0.4 ? 1 : 0;
      if (step < 10) for (let k = 0; k < 2; k++) inputs[2 * CUE + k] = draw() < 0.3 ? 1 : 0;
      network.step(inputs);
      engine.step(inputs, network.spiked(0));
      counts[0] = counts[0]! + network.spiked(0)[0]!;
      counts[1] = counts[1]! + network.spiked(0)[1]!;
    }
    const answer = counts[0] === counts[1] ? (draw() < 0.5 ? 0 : 1) : counts[0]! > counts[1]! ? 0 : 1;
    if (trial >= TRIALS - 200) right += answer === cue ? 1 : 0;
    // One step of reward, at the neuron that answered.
    engine.traces.y3[answer] = reward(answer === cue, draw);
    engine.step(new Uint8Array(2 * CUE), [0, 0]);
    engine.traces.y3.fill(64);
    network.rest();
    engine.tags.fill(0);
  }
  t.true(weights.every((w) => w >= 0 && w <= 255));
  return right / 200;
}

test('three factors: a reward after the answer teaches which of two neurons answers to which cue; a reward by chance does not', (t) => {
  const taught = threeFactor(t, (right) => (right ? 96 : 32));
  const chance = threeFactor(t, (_, draw) => (draw() < 0.5 ? 96 : 32));
  const none = threeFactor(t, () => 64);
  t.log(`right answers: ${taught.toFixed(2)} rewarded, ${chance.toFixed(2)} rewarded by chance, ${none.toFixed(2)} not rewarded`);
  t.true(taught > 0.9);
  t.true(chance < 0.7 && none < 0.65);
});
