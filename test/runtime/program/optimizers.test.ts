import test from 'ava';
import type { Optimizer, Schedule, Transform } from '../../../runtime/learning/rule.ts';
import { deltaRule, eprop } from '../../../runtime/learning/rules/eprop.ts';
import type { Learning, Network } from '../../../runtime/network/network.ts';
import { integrator, lif, source } from '../../../runtime/network/neurons.ts';
import { updatesOf } from '../../../runtime/program/executable.ts';
import { difference, drive, type Given, times } from './drive.ts';

const { fround } = Math;

/** y = w·x without memory, so that the gradient of a tick is m·(w·x − y*)·x. */
const line = (optimizer: Optimizer, weights: readonly number[], learning: Learning = { update: { ticks: 1 } }): Network => ({
  dt: 1,
  seed: 1,
  populations: { in: { size: weights.length, neuron: source() }, out: { size: 1, neuron: integrator({ tau: 1e-3, loss: 'squared' }) } },
  projections: {
    w: {
      pre: 'in',
      post: 'out',
      connectivity: { kind: 'dense' },
      weight: { kind: 'inline', values: weights },
      delay: 0,
      plasticity: deltaRule({ from: 'out', optimizer }),
    },
  },
  learning,
});

const START = [0.5, -0.25, 0.125];
const inputs = (tick: number): number[] => [1, Math.sin(tick), tick % 2];
const target = (tick: number): number => Math.cos(tick / 3);
const given = (tick: number, more: Given = {}): Given => ({
  inputs: { in: inputs(tick) },
  targets: { out: [target(tick)] },
  importance: { out: 1 },
  ...more,
});
const gradient = (w: readonly number[], tick: number): number[] => {
  const x = inputs(tick);
  const error = w.reduce((sum, weight, i) => sum + weight * x[i]!, 0) - target(tick);
  return x.map((value) => error * value);
};

/** The weights after each tick of the program, and those of `step` in doubles, must agree. */
function agrees(optimizer: Optimizer, ticks: number, step: (w: number[], g: readonly number[], n: number) => void): number {
  const driven = drive(line(optimizer, START));
  const w = [...START];
  let worst = 0;
  for (let tick = 0; tick < ticks; tick++) {
    const g = gradient(w, tick);
    driven.run(given(tick));
    step(w, g, tick);
    worst = Math.max(worst, difference(driven.read('w.weights'), w));
  }
  return worst;
}

const descend = (rate: number) => (w: number[], g: readonly number[]) => {
  g.forEach((value, i) => {
    w[i]! -= rate * value;
  });
};

test('SGD walks w ← w − η g', (t) => {
  t.true(agrees({ kind: 'sgd', rate: 0.05 }, 100, descend(0.05)) < 1e-4);
  t.true(agrees({ kind: 'sgd', rate: 0.05 }, 100, descend(0.051)) > 1e-3, 'and the check sees 2 %');
});

test('Adam makes the steps of its formula, with its defaults and with other constants', (t) => {
  for (const constants of [{}, { beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }, { beta1: 0, beta2: 0.99 }, { beta2: 0.5 }]) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = constants as { beta1?: number; beta2?: number; epsilon?: number };
    const formula = (shift: number) => {
      const [m, v] = [START.map(() => 0), START.map(() => 0)];
      return (w: number[], g: readonly number[], n: number) => {
        const step = (0.01 * Math.sqrt(1 - beta2 ** (n + 1 + shift))) / (1 - beta1 ** (n + 1 + shift));
        g.forEach((value, i) => {
          m[i] = beta1 * m[i]! + (1 - beta1) * value;
          v[i] = beta2 * v[i]! + (1 - beta2) * value * value;
          w[i]! -= (step * m[i]!) / (Math.sqrt(v[i]!) + epsilon);
        });
      };
    };
    t.true(agrees({ kind: 'adam', rate: 0.01, ...constants }, 100, formula(0)) < 1e-3, JSON.stringify(constants));
    if (beta1 > 0)
      t.true(agrees({ kind: 'adam', rate: 0.01, ...constants }, 100, formula(1)) > 1e-2, 'and the check sees a power too many');
  }
});

test('AdaMax makes the steps of its formula: the largest gradient fades, and one that is larger replaces it', (t) => {
  for (const constants of [{}, { beta1: 0.5, beta2: 0.9, epsilon: 1e-2 }, { beta1: 0, beta2: 0.95 }]) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = constants as { beta1?: number; beta2?: number; epsilon?: number };
    const formula = (fade: number) => {
      const [m, u] = [START.map(() => 0), START.map(() => 0)];
      return (w: number[], g: readonly number[], n: number) => {
        g.forEach((value, i) => {
          m[i] = beta1 * m[i]! + (1 - beta1) * value;
          u[i] = Math.max(fade * u[i]!, Math.abs(value));
          w[i]! -= ((0.01 / (1 - beta1 ** (n + 1))) * m[i]!) / (u[i]! + epsilon);
        });
      };
    };
    t.true(agrees({ kind: 'adamax', rate: 0.01, ...constants }, 100, formula(beta2)) < 1e-3, JSON.stringify(constants));
    t.true(
      agrees({ kind: 'adamax', rate: 0.01, ...constants }, 100, formula(0.9 * beta2)) > 1e-2,
      'and the check sees one that fades faster',
    );
  }
});

test('RMaxProp makes the steps of its formula: a synapse has the rate of the largest gradient that it remembers', (t) => {
  for (const constants of [{}, { keep: 0.9, epsilon: 1e-2 }, { keep: 0 }]) {
    const { keep = 0.99, epsilon = 1e-8 } = constants as { keep?: number; epsilon?: number };
    const formula = (gamma: number) => {
      const v = START.map(() => 0);
      return (w: number[], g: readonly number[]) => {
        g.forEach((value, i) => {
          v[i] = Math.max(gamma * v[i]!, value * value);
          w[i]! -= (0.01 * value) / (Math.sqrt(v[i]!) + epsilon);
        });
      };
    };
    t.true(agrees({ kind: 'rmaxprop', rate: 0.01, ...constants }, 100, formula(keep)) < 1e-3, JSON.stringify(constants));
    const other = keep === 0 ? 0.5 : 0.8 * keep;
    t.true(
      agrees({ kind: 'rmaxprop', rate: 0.01, ...constants }, 100, formula(other)) > 1e-2,
      'and the check sees one that forgets otherwise',
    );
  }
});

test('a weight without gradient stays where it is, under any optimizer', (t) => {
  for (const kind of ['sgd', 'adam', 'adamax', 'rmaxprop'] as const) {
    const driven = drive(line({ kind, rate: 0.1 }, START));
    driven.run(...times(20, () => ({ inputs: { in: [1, 0, 0] }, targets: { out: [2] }, importance: { out: 1 } })));
    const [first, ...rest] = driven.read('w.weights');
    t.not(first, START[0]);
    t.deepEqual(rest, START.slice(1));
  }
});

test('schedules give the rate of update n from 0 on: constant, inverse, and a straight line that stays at its end', (t) => {
  const schedules: readonly (readonly [Schedule, (n: number) => number])[] = [
    [0.25, () => 0.25],
    [{ kind: 'inverse', initial: 0.5, halfAt: 10 }, (n) => 0.5 / (1 + n / 10)],
    [{ kind: 'linear', initial: 0.5, final: 0.125, updates: 8 }, (n) => 0.5 + ((0.125 - 0.5) * Math.min(n, 8)) / 8],
    [{ kind: 'linear', initial: 0.1, final: 0, updates: 1 }, (n) => (n === 0 ? 0.1 : 0)],
  ];
  for (const [rate, of] of schedules) {
    const driven = drive(line({ kind: 'sgd', rate }, START));
    const found = times(30, (tick) => {
      driven.run(given(tick));
      return driven.read('w.step')[0]!;
    });
    t.deepEqual(
      found,
      times(30, (n) => fround(of(n))),
      JSON.stringify(rate),
    );
  }
});

test('a schedule counts updates, not ticks', (t) => {
  const driven = drive(line({ kind: 'sgd', rate: { kind: 'inverse', initial: 1e-3, halfAt: 1 } }, START, { update: { ticks: 5 } }));
  driven.run(...times(15, (tick) => given(tick)));
  t.is(updatesOf(driven.executable), 3);
  t.is(driven.read('w.step')[0], fround(1e-3 / 3));
});

const RATE = 0.05;
const with_ = (...transforms: readonly Transform[]): Optimizer => ({ kind: 'sgd', rate: RATE, transforms });

test('transforms act after each update, in their order', (t) => {
  const clamp = (value: number) => Math.min(Math.max(value, -0.2), 0.3);
  const decayed = agrees(with_({ kind: 'decay', rate: 0.1 }), 40, (w, g) => {
    descend(RATE)(w, g);
    w.forEach((value, i) => {
      w[i] = 0.9 * value;
    });
  });
  const bounded = agrees(with_({ kind: 'bounds', min: -0.2, max: 0.3 }), 40, (w, g) => {
    descend(RATE)(w, g);
    w.forEach((value, i) => {
      w[i] = clamp(value);
    });
  });
  const boundedFirst = agrees(with_({ kind: 'bounds', min: -0.2, max: 0.3 }, { kind: 'decay', rate: 0.1 }), 40, (w, g) => {
    descend(RATE)(w, g);
    w.forEach((value, i) => {
      w[i] = 0.9 * clamp(value);
    });
  });
  t.true(Math.max(decayed, bounded, boundedFirst) < 1e-4, `${[decayed, bounded, boundedFirst]}`);
});

test('an average is the mean of the weights so far, and of about the last `window` of them later', (t) => {
  const driven = drive(line(with_({ kind: 'average', window: 5 }), START));
  t.deepEqual(driven.read('w.average'), driven.read('w.weights'), 'before any update it is the weights');
  const seen: number[][] = [];
  let average = START;
  for (let tick = 0; tick < 20; tick++) {
    driven.run(given(tick));
    const weights = driven.read('w.weights');
    seen.push(weights);
    average =
      tick < 5
        ? weights.map((_, i) => seen.reduce((sum, w) => sum + w[i]!, 0) / seen.length)
        : average.map((value, i) => value + (weights[i]! - value) / 5);
    t.true(difference(driven.read('w.average'), average) < 1e-5, `update ${tick + 1}`);
  }
});

test('an average is of what the transforms before it made', (t) => {
  const bounds = { kind: 'bounds', min: 0.4, max: 0.45 } as const;
  const average = { kind: 'average', window: 1 } as const;
  const after = drive(line(with_(bounds, average), START));
  const before = drive(line(with_(average, bounds), START));
  for (const driven of [after, before]) driven.run(given(0), given(1));
  t.deepEqual(after.read('w.average'), after.read('w.weights'));
  t.true(before.read('w.average').some((value) => value < 0.4));
});

/** Listened to by one readout; with autapses left out. */
function masked(transforms: readonly Transform[], kind: 'sgd' | 'adam' = 'sgd'): Network {
  const optimizer = { kind, rate: 0.01, transforms };
  return {
    dt: 1,
    seed: 2,
    populations: {
      in: { size: 2, neuron: source() },
      hidden: { size: 5, neuron: lif({ tauMem: 10, threshold: 0.3 }) },
      out: { size: 1, neuron: integrator({ tau: 10, loss: 'squared' }) },
    },
    projections: {
      sensory: {
        pre: 'in',
        post: 'hidden',
        connectivity: { kind: 'dense' },
        weight: { kind: 'inline', values: [0.04, 0.05, 0.06, 0.03, 0.02, 0.03, 0.04, 0.02, 0.05, 0.06] },
        delay: 0,
      },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense', autapses: false },
        weight: { kind: 'constant', value: 0.2 },
        delay: 1,
        plasticity: eprop({ from: 'out', optimizer }),
      },
      output: { pre: 'hidden', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
    },
    learning: { update: { ticks: 4 } },
  };
}

test('where there is no synapse of a neuron onto itself none comes to be, not even by bounds that leave out 0', (t) => {
  for (const kind of ['sgd', 'adam'] as const) {
    for (const [min, max] of [
      [0.1, 0.5],
      [-0.5, -0.1],
      [-0.5, 0.5],
    ] as const) {
      const driven = drive(
        masked(
          [
            { kind: 'decay', rate: 0.01 },
            { kind: 'bounds', min, max },
            { kind: 'average', window: 5 },
          ],
          kind,
        ),
      );
      driven.run(...times(60, (tick) => ({ inputs: { in: [tick % 3, 1] }, targets: { out: [1] }, importance: { out: 1 } })));
      for (const region of ['recurrent.weights', 'recurrent.average']) {
        const weights = driven.read(region);
        t.true(
          weights.every((value, k) => (k % 6 === 0 ? value === 0 : value >= fround(min) && value <= fround(max))),
          `${kind} within ${min}, ${max}: ${region}`,
        );
      }
      if (min < 0 && max > 0) t.true(new Set(driven.read('recurrent.weights')).size > 4, 'the others did learn');
    }
  }
});

const episode = (ticks: number, more: Partial<Given> = {}): Given[] => times(ticks, (tick) => given(tick, tick === ticks - 1 ? more : {}));

test('weights move every so many ticks, at labels, or at the end of an episode, and at no other time', (t) => {
  const cases: readonly (readonly [Learning['update'], readonly number[]])[] = [
    [{ ticks: 1 }, times(12, (tick) => tick)],
    [{ ticks: 5 }, [4, 9]],
    ['label', [2, 7]],
    ['episode', [6, 11]],
  ];
  for (const [update, wanted] of cases) {
    const driven = drive(line({ kind: 'sgd', rate: 0.05 }, START, { update }));
    let before = driven.read('w.weights');
    const moved = times(12, (tick) => {
      driven.run(given(tick, { label: tick === 2 || tick === 7, episodeEnd: tick === 6 || tick === 11 }));
      const now = driven.read('w.weights');
      const moves = now.some((value, i) => value !== before[i]);
      before = now;
      return moves ? tick : -1;
    }).filter((tick) => tick >= 0);
    t.deepEqual(moved, wanted, JSON.stringify(update));
    t.is(updatesOf(driven.executable), wanted.length);
    t.deepEqual(driven.read('w.gradient').length, 3);
  }
});

test('an update takes the sum over all ticks since the last one, at the weights that they ran with', (t) => {
  const w = [...START];
  for (let from = 0; from < 12; from += 6) {
    const sum = times(6, (k) => gradient(w, from + k)).reduce((total, g) => total.map((value, i) => value + g[i]!));
    descend(0.02)(w, sum);
  }
  const boundaries: readonly (readonly [Learning['update'], Given])[] = [
    [{ ticks: 6 }, {}],
    ['label', { label: true }],
    ['episode', { episodeEnd: true }],
  ];
  for (const [update, event] of boundaries) {
    const driven = drive(line({ kind: 'sgd', rate: 0.02 }, START, { update, episode: 'carry' }), { maxTicks: 12 });
    driven.together(...times(12, (tick) => given(tick, tick % 6 === 5 ? event : {})));
    t.true(difference(driven.read('w.weights'), w) < 1e-5, JSON.stringify(update));
    t.true(driven.read('w.gradient').every((value) => value === 0));
  }
});

test('importance weighs a tick, and 0 leaves it out', (t) => {
  const trained = (importance: (tick: number) => number) => {
    const driven = drive(line({ kind: 'sgd', rate: 0.02 }, START, { update: 'episode' }));
    driven.run(...episode(10, { episodeEnd: true }).map((tick, k) => ({ ...tick, importance: { out: importance(k) } })));
    return driven.read('w.weights').map((value, i) => value - START[i]!);
  };
  const [all, none, double] = [trained(() => 1), trained(() => 0), trained(() => 2)];
  const [even, odd] = [trained((k) => (k + 1) % 2), trained((k) => k % 2)];
  t.true(none.every((value) => value === 0));
  t.true(
    difference(
      double,
      all.map((value) => 2 * value),
    ) < 1e-4,
  );
  t.true(
    difference(
      all,
      even.map((value, i) => value + odd[i]!),
    ) < 1e-4,
  );
});
