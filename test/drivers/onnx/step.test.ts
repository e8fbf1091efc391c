import test from 'ava';
import { checkOnnxStep, onnxStep } from '../../../drivers/index.ts';
import {
  type Alif,
  alif,
  CapabilityError,
  compile,
  constant,
  type Executable,
  exact,
  integrator,
  izhikevich,
  type Lif,
  lif,
  type Network,
  type Population,
  type Projection,
  rate,
  referenceBackend,
  snu,
  source,
  theta,
} from '../../../runtime/index.ts';

/** Weights on a grid of 2⁻¹²: their sums are exact in any order. */
function gridWeights(name: string, count: number, scale: number): Projection['weight'] {
  const draws = exact.randomStream(7, name);
  return { kind: 'inline', values: Array.from({ length: count }, (_, at) => Math.round(scale * (draws.uniform(at) - 0.48) * 4096) / 4096) };
}

const dense = (
  pre: string,
  post: string,
  [from, to]: readonly [number, number],
  scale: number,
  more: Partial<Projection> = {},
): Projection => ({
  pre,
  post,
  connectivity: { kind: 'dense' },
  weight: gridWeights(`${pre} ${post}`, from * to, scale),
  delay: 0,
  ...more,
});

const [inputs, cells, outputs] = [16, 24, 3];

/** Recurrent, with a bias where the membrane is compared, a delay, and a readout. */
function network(
  neuron: Lif | Alif,
  projections: Readonly<Record<string, Projection>> = {},
  populations: Readonly<Record<string, Population>> = {},
): Network {
  return {
    dt: 1,
    seed: 3,
    populations: {
      input: { size: inputs, neuron: source() },
      one: { size: 1, neuron: constant(0.5) },
      ...populations,
      hidden: { size: cells, neuron },
      readout: { size: outputs, neuron: integrator({ tau: 20, loss: 'crossEntropy' }) },
    },
    projections: {
      sensory: dense('input', 'hidden', [inputs, cells], 1.2),
      recurrent: dense('hidden', 'hidden', [cells, cells], 0.2, { delay: 3 }),
      bias: dense('one', 'hidden', [1, cells], 0.2, { gate: 'output' }),
      output: dense('hidden', 'readout', [cells, outputs], 1),
      ...projections,
    },
  };
}

const load = (description: Network): Executable => referenceBackend.load(compile(description, { maxTicks: 1 }));

const plain = { tauMem: 20, threshold: 0.6 };
const neurons: Readonly<Record<string, Lif | Alif>> = {
  lif: lif(plain),
  'lif that is emptied, refractory': lif({ ...plain, reset: 'zero', refractory: 4 }),
  'lif without a reset, above the threshold': lif({
    ...plain,
    tauMem: 3,
    reset: 'none',
    comparison: '>',
    inputScale: 'oneMinusDecay',
    threshold: 0.3,
  }),
  'lif with a synaptic current': lif({ ...plain, synapse: { tau: 5, inputScale: 'oneMinusDecay' } }),
  'lif whose current is felt a tick late': lif({ ...plain, synapse: { tau: 5, inputScale: 'unitPeak', order: 'tickBefore' } }),
  alif: alif({ ...plain, tauAdapt: 200, beta: 0.07 }),
  'alif reset by its level': alif({
    ...plain,
    tauAdapt: 100,
    beta: Array.from({ length: cells }, (_, j) => j / 200),
    reset: 'level',
    refractory: 2,
    adaptScale: 'oneMinusDecay',
  }),
};

for (const [name, neuron] of Object.entries(neurons)) {
  test(`a step of ${name} in onnxruntime spikes as the network does, for 1000 ticks`, async (t) => {
    const executable = load(network(neuron));
    const agreement = await checkOnnxStep(onnxStep(executable), executable);
    t.is(agreement.difference, undefined);
    t.is(agreement.ticks, 1000);
    t.true(agreement.spikes > 500 && agreement.spikes < 600 * cells, `${agreement.spikes} spikes`);
    t.true(agreement.error < 1e-5, `${agreement.error}`);
  });
}

test('stored synapses, convolutions and rates are in it too', async (t) => {
  const executable = load(
    network(
      lif(plain),
      {
        recurrent: dense('hidden', 'hidden', [cells, cells], 0.4, {
          delay: 1,
          connectivity: { kind: 'random', density: 0.3, autapses: false },
          weight: { kind: 'constant', value: 0.125 },
        }),
        seen: {
          pre: 'input',
          post: 'map',
          connectivity: { kind: 'convolution', input: [1, 4, 4], channels: 2, kernel: [2, 3], stride: [1, 2], padding: [1, 1] },
          weight: gridWeights('seen', 2 * 2 * 3, 1),
          delay: 2,
        },
        told: dense('map', 'hidden', [20, cells], 0.5),
        slow: dense('map', 'mood', [20, 4], 0.2),
        felt: dense('mood', 'readout', [4, outputs], 0.2),
      },
      { map: { size: 20, neuron: lif({ ...plain, threshold: 0.4 }) }, mood: { size: 4, neuron: rate({ tau: 30, activation: 'relu' }) } },
    ),
  );
  const agreement = await checkOnnxStep(onnxStep(executable), executable);
  t.is(agreement.difference, undefined);
  t.true(agreement.spikes > 1000);
  t.true(agreement.error < 1e-5, `${agreement.error}`);
});

test('one changed weight is found, at the tick where it first matters', async (t) => {
  const executable = load(network(lif(plain)));
  const step = onnxStep(executable);
  executable.arena.view('sensory.weights')[5] += 2 ** -12 * 100;
  const { difference, ticks } = await checkOnnxStep(step, executable);
  t.is(difference?.population, 'hidden');
  t.is(difference?.neuron, 5);
  t.is(difference?.tick, ticks);
});

test('off the grid, the first spike that differs is named with its distance from the threshold', async (t) => {
  // The network adds synapse by synapse, and 1 + 2⁻²⁴ is 1; the model adds what two projections bring, and 1 + 2⁻²³ is more.
  const only = (rows: number, value: number): Partial<Projection> => ({
    weight: { kind: 'inline', values: Array.from({ length: inputs * cells }, (_, at) => (at < rows * cells ? value : 0)) },
  });
  const silent = { weight: { kind: 'constant', value: 0 } } as const;
  const executable = load(
    network(lif({ tauMem: 1e-3, threshold: 1 + 2 ** -23 }), {
      sensory: dense('input', 'hidden', [inputs, cells], 1, only(1, 1)),
      more: dense('input', 'hidden', [inputs, cells], 1, only(2, 2 ** -24)),
      bias: dense('one', 'hidden', [1, cells], 0, { gate: 'output', ...silent }),
      recurrent: dense('hidden', 'hidden', [cells, cells], 0, { delay: 1, ...silent }),
    }),
  );
  const { difference, ticks } = await checkOnnxStep(onnxStep(executable), executable, { active: 1, ticks: 3 });
  t.deepEqual(difference, { tick: 0, population: 'hidden', neuron: 0, margin: -(2 ** -23) });
  t.is(ticks, 0);
});

test('what has no form is refused by its path', (t) => {
  for (const neuron of [snu({ decay: 0.5, output: 'step' }), theta(), izhikevich()]) {
    const cell = load({
      dt: 1,
      seed: 1,
      populations: { input: { size: 2, neuron: source() }, hidden: { size: 2, neuron } },
      projections: { sensory: dense('input', 'hidden', [2, 2], 1) },
    });
    const error = t.throws(() => onnxStep(cell), { instanceOf: CapabilityError, code: 'ERR_NO_SUCH_FORM' });
    t.regex(error.message, new RegExp(`populations\\.hidden\\.neuron: neuron '${neuron.kind}'`));
  }
  const learned = load(network(lif(plain), { own: dense('one', 'hidden', [1, cells], 0.5, { gate: 'tauMem' }) }));
  t.throws(() => onnxStep(learned), { code: 'ERR_NO_SUCH_FORM', message: /projections\.own\.gate/ });
  const noisy = load(network(lif({ ...plain, comparison: { kind: 'escape' } }), {}));
  t.throws(() => onnxStep(noisy), { code: 'ERR_NO_SUCH_FORM', message: /populations\.hidden\.neuron\.comparison: spikes by chance/ });
});
