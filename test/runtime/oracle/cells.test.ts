import test from 'ava';
import {
  type Cell,
  type CellNetwork,
  type CellTick,
  cellBptt,
  cellError,
  cellForward,
  cellRtrl,
  cubaCell,
  cubaSettings,
  gruCell,
  keepHops,
  keepLayer,
  keepStates,
  lifCell,
  lstmCell,
  mapWeights,
  multiGaussian,
  named,
  norm,
  oneLayerBenches,
  rateCell,
  relativeDifference,
  snuCell,
  spikingBenches,
  srnnCell,
  type Trial,
  twoLayerBenches,
  zeroCellInfluence,
} from '../../../runtime/oracle/index.ts';
import { lossOfTick } from '../../../runtime/oracle/loss.ts';

const smooth: readonly Cell[] = [
  rateCell(4),
  snuCell({ decay: 0.4, state: 'identity', output: 'sigmoid' }),
  snuCell({ decay: 0.4, state: 'relu', output: 'sigmoid' }),
  lstmCell,
  gruCell,
  lifCell({ decay: 0.9, threshold: 0.6, reset: 1, spike: 'sigmoid' }),
  srnnCell({ threshold: 0.1, beta: 1.8, spike: 'sigmoid' }),
  ...cubaSettings.map((settings) => cubaCell({ ...settings, spike: 'sigmoid' })),
];

/** The slopes of a tick by central differences of the tick itself, in the order A, R, B, S of the states, then C-free totals of y. */
function measured(cell: Cell, states: number[], output: number, gates: number[], own: number[]) {
  const h = 1e-6;
  const along = (move: (sign: number) => CellTick) => {
    const [up, down] = [move(h), move(-h)];
    return { states: up.states.map((s, d) => (s - down.states[d]) / (2 * h)), output: (up.output - down.output) / (2 * h) };
  };
  const moved = (values: readonly number[], at: number, by: number) => values.map((x, s) => (s === at ? x + by : x));
  return {
    A: states.map((_, at) => along((by) => cell.tick({ states: moved(states, at, by), output }, gates, own))),
    R: along((by) => cell.tick({ states, output: output + by }, gates, own)),
    B: gates.map((_, at) => along((by) => cell.tick({ states, output }, moved(gates, at, by), own))),
    S: own.map((_, at) => along((by) => cell.tick({ states, output }, gates, moved(own, at, by)))),
  };
}

for (const [index, cell] of smooth.entries()) {
  test(`the slopes of ${cell.kind} (${index}) are the derivatives of its tick`, (t) => {
    for (let round = 0; round < 5; round++) {
      const number = (k: number) => Math.sin(3.1 * k + 1.7 * round + 0.4);
      const states = Array.from({ length: cell.states }, (_, k) => number(k));
      const gates = cell.gates.map((_, k) => number(k + 5));
      const own = cell.own.map((name, k) => (name.startsWith('tau') ? 8 + number(k) : number(k + 9)));
      // What the rate unit and the GRU send is their state; y' of its own enters there alone.
      const output = Math.abs(number(20));
      const { A, R, B, C, E, S, Y } = cell.tick({ states, output }, gates, own).slopes;
      const d = cell.states;
      const found = measured(cell, states, output, gates, own);
      const close = (x: number, y: number, what: string) => t.true(Math.abs(x - y) < 1e-7 * (1 + Math.abs(y)), `${what}: ${x} and ${y}`);
      const total = (row: readonly number[], at: number) => C.reduce((sum, c, s) => sum + c * row[at + s], 0);
      for (const [from, { states: ds, output: dy }] of found.A.entries()) {
        for (const [to, slope] of ds.entries()) close(A[from * d + to], slope, 'A');
        close(total(A, from * d), dy, 'C A');
      }
      for (const [s, slope] of found.R.states.entries()) close(R[s], slope, 'R');
      close(total(R, 0), found.R.output, 'C R');
      for (const [g, { states: ds, output: dy }] of found.B.entries()) {
        for (const [s, slope] of ds.entries()) close(B[g * d + s], slope, 'B');
        close(total(B, g * d) + E[g], dy, 'C B + E');
      }
      for (const [p, { states: ds, output: dy }] of found.S.entries()) {
        for (const [s, slope] of ds.entries()) close(S[p * d + s], slope, 'S');
        close(total(S, p * d) + Y[p], dy, 'C S + Y');
      }
    }
  });
}

const benches = [...oneLayerBenches(), ...twoLayerBenches(), ...spikingBenches()];

/** The two parts of a trial. */
function parts(network: CellNetwork, trial: Trial, middle: number): [Trial, Trial] {
  const part = (from: number, to: number): Trial => ({
    ticks: to - from,
    inputs: trial.inputs.slice(from * network.inputs, to * network.inputs),
    targets: trial.targets.slice(from * network.outputs, to * network.outputs),
  });
  return [part(0, middle), part(middle, trial.ticks)];
}

for (const { neuron, depth, network, trial } of benches) {
  test(`two windows of ${neuron} (${depth}) with everything carried over are one run, forward in time and in reverse`, (t) => {
    const whole = cellForward(network, trial);
    const [first, second] = parts(network, trial, 11);
    const one = cellForward(network, first);
    const two = cellForward(network, second, one.after);
    t.true(Math.abs(one.loss + two.loss - whole.loss) < 1e-12 * whole.loss);
    const sum = (a: ReturnType<typeof cellRtrl>, b: ReturnType<typeof cellRtrl>) => {
      const others = named(network, b);
      let at = 0;
      return mapWeights(a, (values) => {
        const other = others[at++][1];
        return values.map((x, s) => x + other[s]);
      });
    };
    const exact = cellBptt(network, whole).gradient;
    const influence = zeroCellInfluence(network);
    const early = cellRtrl(network, one, { influence });
    t.true(cellError(network, sum(early, cellRtrl(network, two, { influence })), exact) < 1e-12);
    t.true(cellError(network, sum(early, cellRtrl(network, two)), exact) > 1e-3, 'dropped at the border, it is not');
    const late = cellBptt(network, two);
    t.true(cellError(network, sum(cellBptt(network, one, { border: late.border }).gradient, late.gradient), exact) < 1e-12);
    t.true(cellError(network, sum(cellBptt(network, one).gradient, late.gradient), exact) > 1e-3, 'truncated, it is not');
  });
}

test('SnAp-n of a sparse layer closes when every neuron is reached, and absent synapses learn nothing', (t) => {
  for (const { network, trial } of oneLayerBenches()) {
    const size = 4;
    const connected = Uint8Array.from({ length: size * size }, (_, s) => ((s % size) - Math.floor(s / size) === 1 || s === 12 ? 1 : 0));
    const [layer] = network.weights.layers;
    const recurrent = layer.recurrent.map((H) => H.map((w, s) => w * connected[s]));
    const ring = {
      ...network,
      layers: [{ ...network.layers[0], connected }],
      weights: { ...network.weights, layers: [{ ...layer, recurrent }] },
    };
    const activity = cellForward(ring, trial);
    const exact = cellBptt(ring, activity).gradient;
    const errors = [1, 2, 3, 4].map((n) => cellError(ring, cellRtrl(ring, activity, { keep: keepHops(n) }), exact));
    t.true(errors[0] > 1e-2 && errors[1] > 1e-3 && errors[2] > 1e-4);
    t.true(errors[3] < 1e-12);
    t.true(exact.layers[0].recurrent.every((H) => H.every((g, s) => connected[s] === 1 || g === 0) && norm(H) > 0));
  }
});

test('each part of the influence is needed where the cell has it', (t) => {
  for (const { neuron, network, trial } of [...oneLayerBenches(), ...spikingBenches()]) {
    const activity = cellForward(network, trial);
    const exact = cellBptt(network, activity).gradient;
    const without = (part: object) => cellError(network, cellRtrl(network, activity, { keep: { ...keepLayer, ...part } }), exact);
    t.true(without({ recurrence: 'self' }) > 1e-2, neuron);
    t.true(cellError(network, cellRtrl(network, activity, { keep: keepStates }), exact) > 1e-2, neuron);
    const resets = !['rate', 'timed rate', 'LSTM', 'GRU'].includes(neuron);
    t.is(without({ reset: false }) > 1e-3, resets, neuron);
  }
});

test('each layer may keep something else', (t) => {
  for (const { network, trial } of twoLayerBenches()) {
    const activity = cellForward(network, trial);
    const local = (keep: Parameters<typeof zeroCellInfluence>[1]) => cellRtrl(network, activity, { ...keep, depth: 'sameTick' });
    const mixed = local({ keep: [keepStates, keepLayer] });
    const lower = (name: string) => name.replace(/\..*/, '').endsWith('1');
    t.true(cellError(network, mixed, local({ keep: keepStates }), lower) === 0);
    t.true(cellError(network, mixed, local({}), (name) => !lower(name)) === 0);
    t.true(cellError(network, mixed, local({}), lower) > 1e-2);
  }
});

test('an array of the wrong shape is refused', (t) => {
  const [{ network, trial }] = oneLayerBenches();
  const [layer] = network.weights.layers;
  const wrong = (change: object) => ({ ...network, weights: { ...network.weights, layers: [{ ...layer, ...change }] } });
  t.throws(() => cellForward(wrong({ recurrent: [new Float64Array(15)] }), trial), { message: /layers\[0\]\.recurrent/ });
  t.throws(() => cellForward(wrong({ input: [] }), trial), { message: /layers\[0\]\.input/ });
  t.throws(() => cellForward({ ...network, weights: { layers: [layer] } }, trial), { message: /outputs/ });
  t.notThrows(() => cellForward(network, trial));
});

test('the error of every loss is its derivative', (t) => {
  for (const loss of ['squared', 'crossEntropy', 'sigmoidCrossEntropy', 'bernoulli'] as const) {
    const y = Float64Array.of(0.3, 0.8, 0.45);
    const target = loss === 'crossEntropy' ? Float64Array.of(0, 1, 0) : Float64Array.of(1, 0.25, 0);
    const at = (values: Float64Array) => lossOfTick({ outputs: 3, loss }, values, target, 1.7, new Float64Array(3), 0);
    const error = new Float64Array(3);
    lossOfTick({ outputs: 3, loss }, y, target, 1.7, error, 0);
    const h = 1e-6;
    const slopes = y.map((_, k) => (at(y.map((v, s) => (s === k ? v + h : v))) - at(y.map((v, s) => (s === k ? v - h : v)))) / (2 * h));
    t.true(relativeDifference(error, slopes) < 1e-8, loss);
  }
  const probabilities = Float64Array.of(0.3, 0.8);
  const logits = probabilities.map((p) => Math.log(p / (1 - p)));
  const of = (loss: 'bernoulli' | 'sigmoidCrossEntropy', y: Float64Array) =>
    lossOfTick({ outputs: 2, loss }, y, Float64Array.of(1, 0), 1, new Float64Array(2), 0);
  t.true(Math.abs(of('bernoulli', probabilities) - of('sigmoidCrossEntropy', logits)) < 1e-12, 'one loss in two coordinates');
});

test('the multi-Gaussian surrogate is even, highest at the threshold and negative in its side lobes', (t) => {
  const normal = (x: number, mean: number, sigma: number) => Math.exp(-(((x - mean) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));
  for (const u of [-3, -1, 0, 0.2, 1.5, 4]) {
    const published = 0.5 * (1.15 * normal(u, 0, 0.5) - 0.15 * normal(u, 0.5, 3) - 0.15 * normal(u, -0.5, 3));
    t.true(Math.abs(multiGaussian(u) - published) < 1e-15);
    t.true(Math.abs(multiGaussian(u) - multiGaussian(-u)) < 1e-15);
    t.true(multiGaussian(u) <= multiGaussian(0));
  }
  t.true(multiGaussian(3) < 0);
});
