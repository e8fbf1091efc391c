/** Convolutions: fixtures by hand, the network whose synapses have weights of their own, and what is refused. */
import test from 'ava';
import type { LearningRule, Optimizer } from '../../../runtime/learning/rule.ts';
import { decolle } from '../../../runtime/learning/rules/decolle.ts';
import { deltaRule, eprop } from '../../../runtime/learning/rules/eprop.ts';
import { eprop3 } from '../../../runtime/learning/rules/eprop3.ts';
import { osttp } from '../../../runtime/learning/rules/ostl.ts';
import { ottt } from '../../../runtime/learning/rules/relatives.ts';
import { uoro } from '../../../runtime/learning/rules/uoro.ts';
import type { Connectivity, Convolution, Learning, Network, NeuronModel } from '../../../runtime/network/network.ts';
import { alif, integrator, lif, rate, source } from '../../../runtime/network/neurons.ts';
import { connections, shared } from '../../../runtime/oracle/convolution.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { synapseCosts } from '../../../runtime/program/costs.ts';
import { copyWeights, describeWeights } from '../../../runtime/program/executable.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { generator } from '../../native/layout.ts';
import { refusal } from '../network/refusal.ts';
import { difference, drive, times } from './drive.ts';

const still: Optimizer = { kind: 'sgd', rate: 1 };

/** in → out, a readout without memory that learns by the delta rule. */
const readout = (sizes: readonly [number, number], convolution: Convolution, kernel: readonly number[], delay = 0): Network => ({
  dt: 1,
  seed: 1,
  populations: { in: { size: sizes[0], neuron: source() }, out: { size: sizes[1], neuron: integrator({ tau: 0, loss: 'squared' }) } },
  projections: {
    scan: {
      pre: 'in',
      post: 'out',
      connectivity: convolution,
      weight: { kind: 'inline', values: kernel },
      delay,
      plasticity: deltaRule({ from: 'out', optimizer: still }),
    },
  },
  learning: { update: 'episode' },
});

test('by hand: two kernels of 2 × 2 over 3 × 3 values, and the gradients of their weights', (t) => {
  const convolution: Convolution = { kind: 'convolution', input: [1, 3, 3], channels: 2, kernel: [2, 2] };
  const { run, value, read } = drive(readout([9, 8], convolution, [1, 2, 3, 4, 0, 1, -1, 0]));
  // 1 0 2
  // 0 3 0
  // 1 0 0
  const targets = [0, 0, 0, 0, 0, 0, 0, 0];
  run({ inputs: { in: [1, 0, 2, 0, 3, 0, 1, 0, 0] }, targets: { out: targets }, importance: { out: 1 } });
  // First map: 1·1 + 4·3, 2·2 + 3·3, 2·3 + 3·1, 1·3; second: above right minus below left.
  t.deepEqual(value('out'), [13, 13, 9, 3, 0, -1, 2, 0]);
  // With e = y: weight (y, x) has Σ over positions of e times what lies under it, [tap][channel].
  t.deepEqual(read('scan.gradient'), [13 * 1 + 3 * 3, 0, 13 * 2 + 9 * 3, -1 * 2 + 2 * 3, 13 * 3 + 9 * 1, -1 * 3 + 2 * 1, 13 * 3, 0]);
});

test('by hand: a stride of 2 × 1, a padding of 0 × 1, two input channels, a tick of delay', (t) => {
  const convolution: Convolution = { kind: 'convolution', input: [2, 3, 2], channels: 1, kernel: [1, 3], stride: [2, 1], padding: [0, 1] };
  const { run, value } = drive(readout([12, 4], convolution, [1, 10, 100, 1000, 10_000, 100_000], 1));
  const maps = [1, 2, 9, 9, 3, 4, 5, 6, 9, 9, 7, 8];
  run({ inputs: { in: maps } });
  t.deepEqual(value('out'), [0, 0, 0, 0]);
  run({});
  // Rows 0 and 2 of each map; left of the first column and right of the last one are zeros.
  t.deepEqual(value('out'), [650_210, 65_021, 870_430, 87_043]);
});

test('weights come as [output channel][input channel][row][column], drawn by their taps, and are described so', (t) => {
  const convolution: Convolution = { kind: 'convolution', input: [3, 5, 4], channels: 5, kernel: [3, 2] };
  const kernel = times(5 * 3 * 3 * 2, (k) => k + 1);
  const network = readout([60, 45], convolution, kernel);
  const executable = referenceBackend.load(compile(network));
  t.deepEqual(describeWeights(executable).projections['scan']!.weight, { kind: 'inline', values: kernel });
  const other = referenceBackend.load(
    compile({ ...network, projections: { scan: { ...network.projections['scan']!, weight: { kind: 'constant', value: 0 } } } }),
  );
  copyWeights(executable, other, 'learning');
  t.deepEqual(describeWeights(other).projections['scan']!.weight, { kind: 'inline', values: kernel });

  const wide: Convolution = { kind: 'convolution', input: [4, 20, 20], channels: 40, kernel: [5, 5], padding: [2, 2] };
  const drawn = drive({
    ...readout([1600, 16_000], wide, []),
    projections: { scan: { ...readout([1600, 16_000], wide, []).projections['scan']!, weight: { kind: 'normal', gain: 3 } } },
  });
  const weights = drawn.read('scan.weights');
  t.is(weights.length, 4000);
  const deviation = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
  t.true(Math.abs(deviation / (3 / Math.sqrt(100)) - 1) < 0.05, `${deviation}`);
  const error = refusal(() => compile(readout([60, 45], convolution, [1, 2])));
  t.is(error?.path, 'projections.scan.weight.values');
  t.regex(error?.remedy ?? '', /\[output channel\]\[input channel\]/);
});

const shapes: readonly Convolution[] = [
  { kind: 'convolution', input: [2, 5, 7], channels: 3, kernel: [3, 3] },
  { kind: 'convolution', input: [1, 6, 6], channels: 18, kernel: [2, 5], padding: [1, 2] },
  { kind: 'convolution', input: [3, 8, 5], channels: 2, kernel: [3, 2], stride: [2, 2], padding: [1, 0] },
  { kind: 'convolution', input: [2, 4, 9], channels: 4, kernel: [1, 7], stride: [1, 3], padding: [2, 3] },
  { kind: 'convolution', input: [1, 1, 12], channels: 5, kernel: [1, 4], stride: [1, 5], padding: [0, 1] },
];
const volume = ([a, b, c]: readonly number[]): number => a! * b! * c!;
const outputOf = ({ input, channels, kernel, stride = [1, 1], padding = [0, 0] }: Convolution): [number, number, number] => [
  channels,
  Math.floor((input[1] + 2 * padding[0] - kernel[0]) / stride[0]) + 1,
  Math.floor((input[2] + 2 * padding[1] - kernel[1]) / stride[1]) + 1,
];

/**
 * in → low → high, the first convolution of a list and one of 2 × 2 behind it, taught down from a readout through both: by weights that are shared, or by synapses each
 * with a weight of its own.
 */
function stack(lower: Convolution, own: boolean): { readonly network: Network; readonly upper: Convolution } {
  const middle = outputOf(lower);
  const upper: Convolution = { kind: 'convolution', input: middle, channels: 3, kernel: [Math.min(2, middle[1]), 2], padding: [0, 1] };
  const neuron = lif({ tauMem: 8, threshold: 0.6 });
  const project = (pre: string, post: string, convolution: Convolution, plasticity: LearningRule) => {
    const random = generator(pre.length * 77);
    const { input, channels, kernel } = convolution;
    const weights = times(channels * input[0] * kernel[0] * kernel[1], () => 2 * random() - 0.6);
    const list = connections(convolution);
    const connectivity: Connectivity = own
      ? { kind: 'list', pre: list.map(({ pre }) => pre), post: list.map(({ post }) => post) }
      : convolution;
    const values = own ? list.map(({ weight }) => weights[weight]!) : weights;
    return { pre, post, connectivity, weight: { kind: 'inline', values }, delay: 0, plasticity } as const;
  };
  return {
    upper,
    network: {
      dt: 1,
      seed: 3,
      populations: {
        in: { size: volume(lower.input), neuron: source() },
        low: { size: volume(middle), neuron },
        high: { size: volume(outputOf(upper)), neuron },
        out: { size: 2, neuron: integrator({ tau: 0, loss: 'squared' }) },
      },
      projections: {
        first: project('in', 'low', lower, ottt({ below: 'high' }, still)),
        second: project('low', 'high', upper, ottt({ readout: 'out' }, still)),
        output: { pre: 'high', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
      },
      learning: { update: 'episode' },
    },
  };
}

test('synapses with weights of their own have the same bits forward, and gradients that add up to those of shared weights', (t) => {
  for (const lower of shapes) {
    const run = (own: boolean) => {
      const { network, upper } = stack(lower, own);
      const driven = drive(network);
      const random = generator(5);
      const seen = times(30, () => {
        const inputs = { in: times(volume(lower.input), () => (random() < 0.2 ? 1 : random() < 0.1 ? random() : 0)) };
        driven.run({ inputs, targets: { out: [random(), random()] }, importance: { out: 1 } });
        return [...driven.read('low.membrane'), ...driven.read('high.membrane')];
      });
      return { ...driven, seen, upper };
    };
    const [together, apart] = [run(false), run(true)];
    const place = JSON.stringify(lower);
    t.deepEqual(together.seen, apart.seen, place);
    t.true(together.seen.flat().some((v) => v !== 0));
    for (const [name, convolution, post] of [
      ['first', lower, 'low'],
      ['second', together.upper, 'high'],
    ] as const) {
      const gradient = apart.read(`${name}.gradient`);
      const size = apart.executable.program.network.populations[post]!.size;
      const pre = volume(convolution.input);
      const matrix = new Float64Array(pre * size);
      for (const [k, { pre: i, post: j }] of connections(convolution).entries()) matrix[i * size + j] = gradient[k]!;
      const { channels } = convolution;
      const found = together.read(`${name}.gradient`);
      const wanted = Array.from(shared(convolution, matrix, size));
      const described = wanted.map(
        (_, at) => found[(at % (found.length / channels)) * channels + Math.floor(at / (found.length / channels))]!,
      );
      const scale = Math.max(...wanted.map(Math.abs));
      t.true(scale > 0, place);
      t.true(
        difference(
          described.map((g) => g / scale),
          wanted.map((g) => g / scale),
        ) < 1e-3,
        place,
      );
    }
    t.deepEqual(together.read('low.signal'), apart.read('low.signal'), `${place}: what comes down through shared weights`);
  }
});

const convolution: Convolution = { kind: 'convolution', input: [1, 4, 4], channels: 2, kernel: [2, 2], stride: [2, 2] };
/** in → low → out, one convolution taught by a rule. */
const taught = (neuron: NeuronModel, plasticity: LearningRule, learning: Learning = { update: 'episode' }, back = false): Network => ({
  dt: 1,
  seed: 1,
  populations: {
    in: { size: 16, neuron: source() },
    low: { size: 8, neuron },
    out: { size: 2, neuron: integrator({ tau: 10, loss: 'squared' }) },
  },
  projections: {
    scan: { pre: 'in', post: 'low', connectivity: convolution, weight: { kind: 'normal', gain: 1 }, delay: 0, plasticity },
    ...(back && {
      again: {
        pre: 'low',
        post: 'low',
        connectivity: { kind: 'convolution', input: [2, 2, 2], channels: 2, kernel: [1, 1] },
        weight: { kind: 'normal', gain: 1 },
        delay: 1,
      } as const,
    }),
    output: { pre: 'low', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
  },
  feedbacks: { random: { from: 'out', to: 'low', weight: { kind: 'normal', gain: 1 } } },
  learning,
});

test('what each synapse would have to keep is refused by name', (t) => {
  const spiking = lif({ tauMem: 20 });
  const adaptive = alif({ tauMem: 20, tauAdapt: 100, beta: 0.1 });
  const from = { from: 'out', optimizer: still } as const;
  const scan = 'projections.scan.plasticity';
  const term = `${scan}.terms[0]`;
  for (const [network, path, message] of [
    [taught(spiking, eprop(from)), `${term}.filter`, /a filter of traces where synapses share/],
    [taught(adaptive, eprop({ ...from, filter: 'none' })), `${term}.trace.keep.adaptation`, /keeps the adaptation/],
    [taught(spiking, eprop({ ...from, filter: 'none' }), { update: 'label', target: 'label' }), 'learning.target', /labels for 'scan'/],
    [
      taught(spiking, eprop({ ...from, filter: 'none', rate: { target: 0.1, strength: 1, average: 'episode' } })),
      `${scan}.terms[1].signal.average`,
      /a whole episode/,
    ],
    [
      taught(rate({ tau: 10, activation: 'tanh' }), osttp({ ...from, feedback: 'random', recurrence: 'none' })),
      scan,
      /through 'scan' onto 'low' that each synapse keeps/,
    ],
    [taught(spiking, osttp({ ...from, feedback: 'random' })), scan, /through 'scan'/],
    [taught(spiking, uoro(from)), scan, /through 'scan'/],
    [taught(spiking, eprop3(from), { update: { ticks: 8 }, window: 8 }), `${term}.signal`, /from within a window/],
  ] as const) {
    const error = refusal(() => compile(network));
    t.is(error?.code, 'ERR_UNSUPPORTED_RULE', String(message));
    t.is(error?.path, path);
    t.regex(error?.message ?? '', message);
  }
  // A dense projection whose trace would follow a convolution.
  const dense = taught(spiking, osttp({ ...from, feedback: 'random' }), undefined, true);
  const through = {
    ...dense,
    projections: { ...dense.projections, scan: { ...dense.projections['scan']!, connectivity: { kind: 'dense' } as const } },
  };
  t.regex(refusal(() => compile(through))?.message ?? '', /through 'again'/);
  for (const rule of [
    eprop({ ...from, filter: 'none' }),
    eprop({ ...from, filter: 'none', rate: { target: 0.1, strength: 1, average: { tau: 50 } } }),
    decolle({ readout: 'out', optimizer: still, bounds: { above: { level: 0, strength: 1 }, below: { level: 0, strength: 1 } } }),
  ])
    t.notThrows(() => compile(taught(spiking, rule)));
  t.notThrows(() => compile(taught(spiking, eprop({ ...from, filter: 'none' }), { block: 8, update: { ticks: 8 }, updateDelay: 1 })));
});

test('a shared weight keeps nothing beside its gradient, and its gradient is a sum over positions', (t) => {
  const network = taught(lif({ tauMem: 20 }), eprop({ from: 'out', optimizer: still, filter: 'none' }));
  const { synapses, kept, bytes, steps, ops } = synapseCosts(compile(network), ['scan']);
  t.is(synapses, 2 * 2 * 2);
  t.is(kept, 0);
  t.is(bytes, (4 * 16 * 4) / synapses, 'the gradient, two channels in a line of sixteen');
  t.deepEqual(ops, [{ name: 'rank_one_convolution', phase: 'learn', steps: 4 }]);
  t.is(steps, 4);
});
