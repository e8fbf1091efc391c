/** Parameters that a description has in another place: where they go, that the equations hold, and what is refused. */
import test, { type ExecutionContext } from 'ava';
import {
  checkOnnxStep,
  type FromNirOptions,
  fromNir,
  type NirGraph,
  type NirNode,
  nirArray,
  nirNode,
  onnxStep,
  toNir,
} from '../../../drivers/index.ts';
import {
  alif,
  CapabilityError,
  integrator,
  izhikevich,
  lif,
  type Network,
  type NeuronModel,
  rate,
  source,
  theta,
} from '../../../runtime/index.ts';
import { compare, load } from './compare.ts';
import { drawn } from './fixtures.ts';

const array = (shape: readonly number[], scale: number, seed: number, mean = 0) =>
  nirArray(
    shape,
    drawn(
      shape.reduce((all, side) => all * side, 1),
      seed,
    ).map((x) => Math.fround(scale * x + mean)),
  );
const every = (count: number, value: number) => nirArray([count], new Array<number>(count).fill(value));
const size = (...shape: number[]) => nirArray([shape.length], shape);
const N = 6;
const entry = (scale: number, mean = 0.6 * scale) => nirNode('Linear', { weight: array([N, 4], scale, 3, mean) });
const whole = { tau: every(N, 0.02), r: every(N, 1), v_leak: every(N, 0), v_threshold: every(N, 1), v_reset: every(N, 0) };

/** Nodes one after another, between an Input and an Output. */
function line(nodes: Readonly<Record<string, NirNode>>, from: readonly number[] = [4]): NirGraph {
  const all = { input: nirNode('Input', { shape: size(...from) }), ...nodes, output: nirNode('Output', { shape: size(1) }) };
  const names = Object.keys(all);
  return { type: 'NIRGraph', nodes: new Map(Object.entries(all)), edges: names.slice(1).map((name, at) => [names[at]!, name] as const) };
}

function holds(t: ExecutionContext, graph: NirGraph, options: FromNirOptions, leastSpikes = 100): Network {
  const { network, losses } = fromNir(graph, options);
  t.deepEqual(losses, []);
  const { spikes, difference, error } = compare(network, graph, [...graph.nodes.keys()], options);
  t.is(difference, undefined);
  t.true(spikes >= leastSpikes, `${spikes} spikes`);
  t.true(error < 1e-4, `${error}`);
  return network;
}

/** Export and import again. */
const again = (network: Network, options: FromNirOptions, allowLossy = false): Network =>
  fromNir(toNir(load(network), { ...options, allowLossy }).graph, { ...options, timeUnit: 1000 }).network;

const thresholds = array([N], 0.5, 4, 1);
for (const discretization of ['exact', 'euler'] as const) {
  const options = { dt: 1, discretization };

  test(`${discretization}: resting and reset potentials, thresholds and resistances of each neuron`, (t) => {
    const fields = { ...whole, r: array([N], 0.5, 5, 1), v_leak: array([N], 0.2, 6), v_threshold: thresholds, v_reset: array([N], 0.3, 7) };
    const network = holds(t, line({ fc: entry(4), lif: nirNode('LIF', fields) }), options);
    t.deepEqual(Object.keys(network.projections), ['fc', 'lif-leak', 'lif-threshold']);
    t.deepEqual(again(network, options), network);
  });

  test(`${discretization}: a time constant of each neuron, where its threshold is subtracted`, (t) => {
    const subtract = { ...options, reset: 'subtract' } as const;
    const fields = { ...whole, tau: array([N], 0.01, 8, 0.02), r: array([N], 0.5, 5, 1), v_threshold: thresholds };
    const graph = line({ fc: entry(3), lif: nirNode('LIF', fields) });
    const network = holds(t, graph, subtract);
    t.is(network.projections['lif-tau']!.gate, 'tauMem');
    t.throws(() => again(network, subtract), {
      code: 'ERR_NO_SUCH_FORM',
      message: /populations\.lif\.neuron\.reset: reset 'subtract' cannot be written as NIR/,
    });
    // Negative control: with the reset of NIR the same file is another network, and its time constants have no form.
    const error = t.throws(() => fromNir(graph, options), { instanceOf: CapabilityError, code: 'ERR_NO_SUCH_FORM' });
    t.regex(error.message, /^lif\.tau: a time constant of each neuron cannot be written as a network/);
    t.regex(error.remedy, /--reset subtract/);
    const { network: other, losses } = fromNir(graph, { ...options, allowLossy: true });
    t.is(losses.length, 1);
    t.not(compare(other, graph, [...graph.nodes.keys()], options).difference, undefined);
  });
}

test('neurons without a leak, in the unit of time of the file, and without a memory', (t) => {
  const options = { dt: 1, timeUnit: 1 };
  const neuron = nirNode('IF', { r: array([N], 0.1, 5, 0.5), v_threshold: thresholds, v_reset: every(N, -0.25) });
  const network = holds(
    t,
    line({
      fc: entry(1),
      if: neuron,
      weigh: nirNode('Linear', { weight: array([3, N], 1, 9) }),
      step: nirNode('Threshold', { threshold: array([3], 0.4, 10) }),
    }),
    options,
  );
  t.deepEqual(again(network, options), network);
});

test('current-based readouts are two leaks in sequence', async (t) => {
  const readout = nirNode('CubaLI', {
    tau_syn: every(N, 0.005),
    tau_mem: every(N, 0.02),
    r: every(N, 1),
    v_leak: every(N, 0.125),
    w_in: every(N, 2),
  });
  const { network } = fromNir(line({ fc: entry(1), readout }), { dt: 1 });
  t.deepEqual(Object.keys(network.populations), ['one', 'input', 'readout-current', 'readout']);
  t.deepEqual(network.populations['readout']!.neuron, integrator({ tau: 20, inputScale: 'oneMinusDecay' }));
  t.deepEqual(again(network, { dt: 1 }), network);
  const executable = load(network);
  t.true((await checkOnnxStep(onnxStep(executable), executable, { ticks: 50 })).error < 1e-5);
});

test('groups, dilation, pooling and rows alone are convolutions', (t) => {
  const of = (type: string, fields: Readonly<Record<string, ReturnType<typeof size>>>, from: readonly number[]) => {
    const { network, warnings } = fromNir(line({ node: nirNode(type, fields) }, from), { dt: 1 });
    return { connectivity: network.projections['node']!.connectivity, weight: network.projections['node']!.weight, warnings };
  };
  const convolution = {
    stride: size(1, 1),
    padding: size(0, 0),
    dilation: nirArray([2], [1, 2]),
    groups: nirArray([], [2]),
    bias: every(2, 0),
  };
  const { connectivity, weight, warnings } = of('Conv2d', { ...convolution, weight: nirArray([2, 1, 1, 2], [1, 2, 3, 4]) }, [2, 3, 4]);
  t.deepEqual(connectivity, { kind: 'convolution', input: [2, 3, 4], channels: 2, kernel: [1, 3], stride: [1, 1], padding: [0, 0] });
  t.deepEqual(weight, { kind: 'inline', values: [1, 0, 2, 0, 0, 0, 0, 0, 0, 3, 0, 4] });
  t.is(warnings.length, 1);
  const pool = of('AvgPool2d', { kernel_size: size(2, 2), stride: size(2, 2), padding: size(0, 0) }, [2, 4, 4]);
  t.deepEqual(pool.weight, { kind: 'inline', values: [...new Array(4).fill(0.25), ...new Array(8).fill(0), ...new Array(4).fill(0.25)] });
  const row = of(
    'Conv1d',
    {
      weight: nirArray([1, 2, 3], [1, 2, 3, 4, 5, 6]),
      stride: nirArray([], [2]),
      padding: nirArray([], [1]),
      dilation: nirArray([], [1]),
      groups: nirArray([], [1]),
      bias: every(1, 0),
    },
    [2, 7],
  );
  t.deepEqual(row.connectivity, { kind: 'convolution', input: [2, 1, 7], channels: 1, kernel: [1, 3], stride: [1, 2], padding: [0, 1] });
});

test('one number for all neurons is taken, with a note', (t) => {
  const scalar = (value: number) => nirArray([], [value]);
  const cuba = {
    tau_mem: scalar(0.02),
    tau_syn: scalar(0.01),
    r: scalar(1),
    v_leak: scalar(0),
    v_threshold: nirArray([1], [1]),
    w_in: scalar(1),
  };
  const { network, warnings } = fromNir(line({ fc: entry(3), lif: nirNode('CubaLIF', cuba) }), { dt: 1 });
  t.is(network.populations['lif']!.size, N);
  t.true(warnings.includes('lif.tau_mem: one number stands for all 6'), warnings.join('\n'));
});

test('delays are whole ticks, or a loss that says so', (t) => {
  const graph = (delay: number) => line({ wait: nirNode('Delay', { delay: every(4, delay) }), fc: entry(3), lif: nirNode('LIF', whole) });
  t.is(fromNir(graph(0.003), { dt: 1 }).network.projections['fc']!.delay, 3);
  const error = t.throws(() => fromNir(graph(0.0034), { dt: 1 }), { code: 'ERR_NO_SUCH_FORM' });
  t.regex(error.message, /^wait\.delay: a delay of 3\.4 ticks/);
  const { network, losses } = fromNir(graph(0.0034), { dt: 1, allowLossy: true });
  t.is(network.projections['fc']!.delay, 3);
  t.regex(losses[0]!, /^wait\.delay: a delay of 3\.4 ticks; it takes 3$/);
});

test('a unit of time that makes no sense is said', (t) => {
  const graph = line({ fc: entry(3), lif: nirNode('LIF', { ...whole, tau: every(N, 20) }) });
  t.regex(fromNir(graph, { dt: 1 }).warnings.join(), /lif\.tau: 20000 ms is longer than 10 s/);
  t.deepEqual(fromNir(graph, { dt: 1, timeUnit: 1 }).warnings, []);
});

test('what NIR has no node for is refused by its path, or lost by name', (t) => {
  const network = (neuron: NeuronModel): Network => ({
    dt: 1,
    seed: 1,
    populations: { input: { size: 2, neuron: source() }, hidden: { size: 3, neuron } },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0.5 }, delay: 2 },
    },
  });
  const zero = { tauMem: 20, reset: 'zero' } as const;
  for (const [neuron, path, lossy] of [
    [rate({ tau: 5, activation: 'tanh' }), /populations\.hidden\.neuron: neuron 'rate'/, false],
    [theta(), /populations\.hidden\.neuron: neuron 'theta'/, false],
    [izhikevich(), /populations\.hidden\.neuron: neuron 'izhikevich'/, false],
    [alif({ ...zero, tauAdapt: 100, beta: 0.1 }), /populations\.hidden\.neuron: an adaptive threshold/, true],
    [lif({ ...zero, refractory: 3 }), /populations\.hidden\.neuron\.refractory/, true],
    [lif({ ...zero, reset: 'none' }), /populations\.hidden\.neuron\.reset: reset 'none'/, false],
    [lif({ ...zero, comparison: { kind: 'escape' } }), /populations\.hidden\.neuron\.comparison: spikes by chance/, false],
    [lif({ tauMem: 20 }), /populations\.hidden\.neuron\.reset: reset 'subtract'/, true],
  ] as const) {
    const executable = load(network(neuron));
    t.throws(() => toNir(executable), { code: 'ERR_NO_SUCH_FORM', message: path });
    if (lossy) t.is(toNir(executable, { allowLossy: true }).losses.length, 1);
    else t.throws(() => toNir(executable, { allowLossy: true }), { code: 'ERR_NO_SUCH_FORM' });
  }
  t.deepEqual(toNir(load(network(lif(zero)))).losses, []);
});

test("a network of one's own keeps its spikes on the way out and in", async (t) => {
  const dense = (pre: string, post: string, count: number, scale: number, delay: number, gate?: string) => ({
    pre,
    post,
    ...(gate && { gate }),
    connectivity: { kind: 'dense' } as const,
    weight: { kind: 'inline' as const, values: drawn(count, scale).map((x) => scale * (x + 0.2)) },
    delay,
  });
  const network: Network = {
    dt: 0.5,
    seed: 4,
    populations: {
      bias: { size: 1, neuron: { kind: 'constant', value: 0.5 } },
      b: { size: 5, neuron: lif({ tauMem: 20, reset: 'zero' }) },
      input: { size: 4, neuron: source() },
      a: { size: 6, neuron: lif({ tauMem: 10, reset: 'zero', inputScale: 'oneMinusDecay', synapse: { tau: 5 }, comparison: '>' }) },
      readout: { size: 2, neuron: integrator({ tau: 30 }) },
    },
    projections: {
      in: dense('input', 'a', 24, 4, 0),
      early: dense('input', 'b', 20, 0.4, 2),
      up: { ...dense('a', 'b', 0, 1, 1), connectivity: { kind: 'random', density: 0.5 }, weight: { kind: 'normal', gain: 0.6 } },
      down: dense('b', 'a', 30, 0.9, 0),
      drive: dense('bias', 'b', 5, 0.1, 0),
      lift: dense('bias', 'a', 6, 0.3, 0, 'output'),
      out: dense('a', 'readout', 12, 1, 0),
    },
  };
  const options = { dt: 0.5 };
  const returned = again(network, options);
  t.deepEqual(again(returned, options), returned);
  // The step of one, in onnxruntime, beside the run of the other: sums go in another order.
  const { difference, spikes, error } = await checkOnnxStep(onnxStep(load(network)), load(returned), { ticks: 400, active: 0.3 });
  t.is(difference, undefined);
  t.true(spikes > 300, `${spikes} spikes`);
  t.true(error < 1e-3, `${error}`);
});
