import test from 'ava';
import type { Connectivity, Network, NeuronModel } from '../../../runtime/network/network.ts';
import { alif, integrator, lif, rate, source } from '../../../runtime/network/neurons.ts';
import { difference, drive, times } from './drive.ts';

const FLOAT = 3e-6;

/** One source into `n` units of a kind, weight 1 each, nothing else. */
const alone = (neuron: NeuronModel, n = 1, dt = 1): Network => ({
  dt,
  seed: 1,
  populations: { in: { size: 1, neuron: source() }, unit: { size: n, neuron } },
  projections: { input: { pre: 'in', post: 'unit', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 1 }, delay: 0 } },
});

/** Values of `region` ('unit.value' by the ring) after each tick of the given currents. */
function course(neuron: NeuronModel, currents: readonly number[], region = 'value', dt = 1): number[] {
  const driven = drive(alone(neuron, 1, dt));
  return currents.map((current) => {
    driven.run({ inputs: { in: [current] } });
    return region === 'value' ? driven.value('unit')[0]! : driven.read(`unit.${region}`)[0]!;
  });
}

const drawn = times(200, (tick) => 0.35 + 0.4 * Math.sin(tick * 1.7) + 0.3 * Math.cos(tick * 0.31));

test('a rate unit relaxes to its activation, by the step of Euler or of the exact solution', (t) => {
  const activations = { tanh: Math.tanh, relu: (x: number) => Math.max(0, x), linear: (x: number) => x };
  for (const [activation, of] of Object.entries(activations)) {
    for (const discretization of ['euler', 'exact'] as const) {
      const gain = discretization === 'euler' ? 2 / 15 : 1 - Math.exp(-2 / 15);
      const model = rate({ tau: 15, activation: activation as 'tanh', discretization });
      for (const current of [0.8, -0.6, 0]) {
        const wanted = times(40, (tick) => of(current) * (1 - (1 - gain) ** (tick + 1)));
        t.true(
          difference(course(model, new Array(40).fill(current), 'value', 2), wanted) < 2e-5,
          `${activation} ${discretization} at ${current}`,
        );
      }
    }
  }
  t.deepEqual(
    course(rate({ tau: 10, activation: 'tanh' }), drawn),
    course(rate({ tau: 10, activation: 'tanh', discretization: 'euler' }), drawn),
  );
});

test('a readout leaks with its time constant, its input at full gain or at one minus the decay', (t) => {
  for (const inputScale of ['one', 'oneMinusDecay'] as const) {
    const kappa = Math.exp(-1 / 20);
    let y = 0;
    const wanted = drawn.map((current) => {
      y = kappa * y + (inputScale === 'one' ? 1 : 1 - kappa) * current;
      return y;
    });
    t.true(difference(course(integrator({ tau: 20, inputScale }), drawn), wanted) < 1e-4);
  }
});

interface Convention {
  readonly reset: 'subtract' | 'zero';
  readonly comparison: '>=' | '>';
  readonly refractory: number;
  readonly inputScale: 'one' | 'oneMinusDecay';
  readonly adaptive: boolean;
}

const TAU = 12;
const ADAPT = 40;
const THRESHOLD = 0.9;
const BETA = 0.3;

/** The neuron in plain doubles, by the words of its description: v, z and ψ of each tick. */
function plain({ reset, comparison, refractory, inputScale, adaptive }: Convention, currents: readonly number[]) {
  const [alpha, rho] = [Math.exp(-1 / TAU), Math.exp(-1 / ADAPT)];
  const scale = inputScale === 'one' ? 1 : 1 - alpha;
  let [v, z, a, silent] = [0, 0, 0, 0];
  return currents.map((current) => {
    v = reset === 'subtract' ? alpha * v + scale * current - THRESHOLD * z : alpha * (z === 1 ? 0 : v) + scale * current;
    a = rho * a + z;
    const level = THRESHOLD + (adaptive ? BETA * a : 0);
    if (silent > 0) silent--;
    const psi = silent > 0 ? 0 : (0.3 / THRESHOLD) * Math.max(0, 1 - Math.abs(v - level) / THRESHOLD);
    z = silent === 0 && (comparison === '>=' ? v >= level : v > level) ? 1 : 0;
    if (z === 1) silent = refractory;
    return { v, z, psi };
  });
}

for (const reset of ['subtract', 'zero'] as const) {
  for (const adaptive of [false, true]) {
    test(`${adaptive ? 'ALIF' : 'LIF'} with reset '${reset}' does what its description says, refractory or not`, (t) => {
      for (const refractory of [0, 1, 2, 5]) {
        for (const inputScale of ['one', 'oneMinusDecay'] as const) {
          const convention = { reset, comparison: '>=', refractory, inputScale, adaptive } as const;
          const shared = { tauMem: TAU, threshold: THRESHOLD, reset, refractory, inputScale };
          const model = adaptive ? alif({ ...shared, tauAdapt: ADAPT, beta: BETA }) : lif(shared);
          const currents = inputScale === 'one' ? drawn : drawn.map((current) => 5 * current);
          const wanted = plain(convention, currents);
          t.true(wanted.filter(({ z }) => z === 1).length > 5);
          t.deepEqual(
            course(model, currents),
            wanted.map(({ z }) => z),
          );
          t.true(
            difference(
              course(model, currents, 'membrane'),
              wanted.map(({ v }) => v),
            ) < 1e-3,
          );
          t.true(
            difference(
              course(model, currents, 'surrogate'),
              wanted.map(({ psi }) => psi),
            ) < 1e-2,
          );
        }
      }
    });
  }
}

test("exactly at the threshold '>=' spikes and '>' does not", (t) => {
  const at = (comparison: '>=' | '>', current: number) => course(lif({ tauMem: 1e-3, threshold: 0.5, comparison }), [current])[0];
  t.is(at('>=', 0.5), 1);
  t.is(at('>', 0.5), 0);
  t.is(at('>', 0.5 + 2 ** -24), 1);
  t.is(at('>=', 0.5 - 2 ** -25), 0);
});

test('after a spike a refractory count of n silences n − 1 ticks, and 0 and 1 none', (t) => {
  for (const [refractory, wanted] of [
    [0, '11111111'],
    [1, '11111111'],
    [2, '10101010'],
    [4, '10001000'],
  ] as const) {
    const spikes = course(lif({ tauMem: 1e-3, refractory }), new Array(8).fill(2));
    t.is(spikes.join(''), wanted, `count ${refractory}`);
  }
});

test('every neuron has the beta it is given, and 0 makes it a LIF', (t) => {
  const driven = drive(alone(alif({ tauMem: TAU, tauAdapt: 100, beta: [0, 0.1, 1] }), 3));
  const plainLif = drive(alone(lif({ tauMem: TAU }), 1));
  const counts = [0, 0, 0];
  for (const current of drawn) {
    driven.run({ inputs: { in: [current] } });
    plainLif.run({ inputs: { in: [current] } });
    const spikes = driven.value('unit');
    t.is(spikes[0], plainLif.value('unit')[0]);
    spikes.forEach((z, j) => {
      counts[j]! += z;
    });
  }
  t.true(counts[0]! > counts[1]! && counts[1]! > counts[2]! && counts[2]! > 0, counts.join(' '));
});

test('the adaptation is fed by a whole spike or by one minus its decay', (t) => {
  const currents = [2, 0, 0];
  const fed = (adaptScale: 'one' | 'oneMinusDecay') =>
    course(alif({ tauMem: TAU, tauAdapt: ADAPT, beta: 0.1, adaptScale }), currents, 'adaptation');
  const rho = Math.exp(-1 / ADAPT);
  t.true(difference(fed('one'), [0, 1, rho]) < FLOAT);
  t.true(difference(fed('oneMinusDecay'), [0, 1 - rho, rho * (1 - rho)]) < FLOAT);
});

test('the surrogates have their shapes, and by default a triangle of 0.3 over the threshold', (t) => {
  const [height, width] = [0.4, 0.7];
  const shapes = {
    triangle: (u: number) => height * Math.max(0, 1 - Math.abs(u) / width),
    fastSigmoid: (u: number) => height / (1 + Math.abs(u) / width) ** 2,
    boxcar: (u: number) => (Math.abs(u) <= width ? height : 0),
    exponential: (u: number) => height * Math.exp(-Math.abs(u) / width),
    arctan: (u: number) => height / (1 + (u / width) ** 2),
    sigmoidDerivative: (u: number) => (4 * height * Math.exp(-u / width)) / (1 + Math.exp(-u / width)) ** 2,
    multiGaussian: (u: number) => {
      const bell = (x: number) => Math.exp(-(x * x) / 2);
      const lobe = (at: number) => bell((u / width - at) / 6) / 6;
      return height * (1.15 * bell(u / width) - 0.15 * (lobe(1) + lobe(-1)));
    },
  };
  const distances = [-3, -0.71, -0.5, -0.1, 0, 0.05, 0.69, 0.75, 2];
  for (const [shape, of] of Object.entries(shapes)) {
    for (const u of distances) {
      const found = course(lif({ tauMem: 1e-3, surrogate: { shape: shape as 'triangle', height, width } }), [1 + u], 'surrogate');
      t.true(difference(found, [of(u)]) < 1e-5, `${shape} at ${u}: ${found[0]}, not ${of(u)}`);
    }
  }
  for (const u of distances) {
    const found = course(lif({ tauMem: 1e-3, threshold: 2 }), [2 + u], 'surrogate');
    t.true(difference(found, [0.15 * Math.max(0, 1 - Math.abs(u) / 2)]) < 1e-5);
  }
});

test('a cross-entropy readout predicts the softmax of its values, however large they are', (t) => {
  const network = alone(integrator({ tau: 1e-3, loss: 'crossEntropy' }), 3);
  const driven = drive({
    ...network,
    projections: { input: { ...network.projections['input']!, weight: { kind: 'inline', values: [1, -1, 0.5] } } },
  });
  for (const scale of [0.3, 3, 1e4, -1e4, 1e30]) {
    driven.run({ inputs: { in: [scale] } });
    const values = [scale, -scale, 0.5 * scale].map((value) => Math.exp(value - Math.max(Math.abs(scale), scale)));
    const sum = values.reduce((total, value) => total + value, 0);
    t.true(
      difference(
        driven.output('unit'),
        values.map((value) => value / sum),
      ) < 1e-5,
      `${scale}: ${driven.output('unit')}`,
    );
  }
});

test('an impulse arrives exactly d ticks later, over dense and over stored synapses', (t) => {
  const each: Connectivity = { kind: 'list', pre: [0], post: [0] };
  for (const connectivity of [{ kind: 'dense' }, each] as const) {
    for (const delay of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 31, 32, 33, 100]) {
      const network = alone(rate({ tau: 1, activation: 'linear' }));
      const driven = drive({ ...network, projections: { input: { ...network.projections['input']!, connectivity, delay } } });
      const found = times(3 * delay + 12, (tick) => {
        driven.run({ inputs: { in: [tick === 4 ? 0.75 : 0] } });
        return driven.value('unit')[0]!;
      });
      t.deepEqual(
        found.flatMap((value, tick) => (value === 0 ? [] : [[tick, value]])),
        [[4 + delay, 0.75]],
        `delay ${delay}`,
      );
    }
  }
});

test('delays add up along a chain, around a loop, and each projection has its own', (t) => {
  const linear = rate({ tau: 1, activation: 'linear' });
  const project = (pre: string, post: string, delay: number, value = 1) =>
    ({ pre, post, connectivity: { kind: 'dense' }, weight: { kind: 'constant', value }, delay }) as const;
  const driven = drive({
    dt: 1,
    seed: 1,
    populations: { in: { size: 1, neuron: source() }, a: { size: 1, neuron: linear }, b: { size: 1, neuron: linear } },
    projections: { ina: project('in', 'a', 2), ab: project('a', 'b', 5), inb: project('in', 'b', 9, 10), ba: project('b', 'a', 3, 0.5) },
  });
  const b = times(24, (tick) => {
    driven.run({ inputs: { in: [tick === 0 ? 1 : 0] } });
    return driven.value('b')[0]!;
  });
  const wanted = new Array(24).fill(0);
  Object.assign(wanted, { 7: 1, 9: 10, 15: 0.5, 17: 5, 23: 0.25 });
  t.deepEqual(b, wanted);
});

test('spikes are collected on their tapes in ascending order', (t) => {
  const network = alone(lif({ tauMem: 1e-3 }), 5);
  const driven = drive(
    { ...network, projections: { input: { ...network.projections['input']!, weight: { kind: 'inline', values: [1, 0, 1, 0.5, 2] } } } },
    { maxTicks: 3 },
  );
  driven.together({ inputs: { in: [1] } }, {}, { inputs: { in: [2] } });
  const { words, regions } = driven.executable.arena;
  const [counts, spikes] = [regions.get('unit.spikeCount')!, regions.get('unit.spikes')!];
  t.deepEqual([...words.subarray(counts.offset, counts.offset + 3)], [3, 0, 4]);
  t.deepEqual([...words.subarray(spikes.offset, spikes.offset + 3)], [0, 2, 4]);
  t.deepEqual([...words.subarray(spikes.offset + 2 * spikes.stride, spikes.offset + 2 * spikes.stride + 4)], [0, 2, 3, 4]);
});

test('a state that is no longer finite is told by the status, and stays told until the reset', (t) => {
  for (const neuron of [lif({ tauMem: 10 }), rate({ tau: 10, activation: 'linear' }), integrator({ tau: 10 })]) {
    const { executable, run } = drive(alone(neuron));
    t.is(executable.run(1), 0);
    run({ inputs: { in: [Number.NaN] } });
    t.is(executable.run(1), 1, neuron.kind);
    executable.reset();
    t.is(executable.run(1), 0);
  }
});
