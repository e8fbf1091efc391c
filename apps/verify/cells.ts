import {
  alif,
  type Backend,
  bptt,
  compile,
  constant,
  deltaRule,
  type Executable,
  gru,
  integrator,
  type Keep,
  type LearningRule,
  type Loss,
  lstm,
  type Network,
  type NeuronModel,
  type Projection,
  rate,
  snu,
  source,
  type TeachingSignal,
} from '../../runtime/index.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

const sgd = { kind: 'sgd', rate: 1 } as const;
const all = { adaptation: true, reset: true } as const;

/** How the layers of a bench are taught. */
export interface Teaching {
  readonly recurrence: Keep['recurrence'];
  /** (outputs, neurons) of the lowest layer: its signal is broadcast, of the error or of the target */
  readonly broadcast?: { readonly of: 'error' | 'target'; readonly matrix: Float64Array };
  /** ticks of a window: taught by bptt, the readout too */
  readonly window?: number;
}

/** A layered network of the oracle, and the neurons of its layers as descriptions have them. */
export interface Bench extends Pick<oracle.CellBench, 'network' | 'trial'> {
  readonly neuron: string;
  readonly depth: string;
  readonly neurons: readonly NeuronModel[];
}

/** The time constant that a gate of that name adds to. */
const timeOf = (neuron: NeuronModel, name: string): number => (neuron as unknown as Readonly<Record<string, number>>)[name]!;

/**
 * The oracle's layers as a user writes them down: gates are projections of their own, a bias is a synapse from a constant, and so is what a neuron's time
 * constant has beyond that of all.
 */
export function describeCells({ network, neurons }: Bench, { recurrence, broadcast, window }: Teaching): Network {
  const { inputs, layers, outputs, weights } = network;
  const loss: Loss = network.loss === 'sigmoidCrossEntropy' ? 'bernoulli' : network.loss;
  const names = layers.map((_, l) => `layer${l + 1}`);
  const top = weights.readout === undefined ? names.at(-1)! : 'out';
  const populations: Record<string, Network['populations'][string]> = {
    in: { size: inputs, neuron: source() },
    one: { size: 1, neuron: constant() },
  };
  const projections: Record<string, Projection> = {};
  const dense = (values: Float64Array) =>
    ({ connectivity: { kind: 'dense' }, weight: { kind: 'inline', values: Array.from(values) } }) as const;
  for (const [l, { cell, size }] of layers.entries()) {
    const own = names[l] === top ? loss : undefined;
    populations[names[l]!] = { size, neuron: own === undefined ? neurons[l]! : ({ ...neurons[l]!, loss: own } as NeuronModel) };
    let signal: TeachingSignal = { of: 'error', from: top, through: own === undefined ? 'transpose' : 'direct' };
    if (l === 0 && broadcast !== undefined) signal = { of: broadcast.of, from: top, through: { feedback: 'broadcast' } };
    else if (l + 1 < layers.length) signal = { of: 'signal', from: names[l + 1]! };
    const forwards: LearningRule = {
      terms: [{ trace: { kind: 'influence', keep: { ...all, recurrence } }, signal }],
      optimizer: sgd,
    };
    const plasticity = window === undefined ? forwards : bptt({ from: top, optimizer: sgd });
    const add = (name: string, pre: string, gate: string, delay: number, values: Float64Array) => {
      projections[name] = { pre, post: names[l]!, gate, delay, ...dense(values), plasticity };
    };
    const { input, recurrent, own: biases } = weights.layers[l]!;
    const suffix = (g: number) => (cell.gates.length > 1 ? `_${cell.gates[g]}` : '');
    input.forEach((W, a) => {
      const g = cell.input[a]!;
      add(`W${l + 1}${suffix(g)}`, l === 0 ? 'in' : names[l - 1]!, cell.gates[g]!, 0, W);
    });
    recurrent.forEach((H, a) => {
      const g = cell.recurrent[a]!;
      add(`H${l + 1}${suffix(g)}`, names[l]!, cell.gates[g]!, 1, H);
    });
    biases.forEach((values, p) => {
      const own = cell.own[p]!;
      add(
        `${own}${l + 1}`,
        'one',
        own === 'bias' ? 'output' : own,
        0,
        values.map((value) => (own === 'bias' ? -value : value - timeOf(neurons[l]!, own))),
      );
    });
  }
  if (weights.readout !== undefined) {
    populations['out'] = { size: outputs, neuron: integrator({ tau: 0, loss }) };
    projections['readout'] = {
      pre: names.at(-1)!,
      post: 'out',
      delay: 0,
      ...dense(weights.readout),
      plasticity: (window === undefined ? deltaRule : bptt)({ from: 'out', optimizer: sgd }),
    };
  }
  return {
    dt: 1,
    seed: 1,
    populations,
    projections,
    ...(broadcast && {
      feedbacks: { broadcast: { from: top, to: names[0]!, weight: { kind: 'inline', values: Array.from(broadcast.matrix) } } },
    }),
    learning: { update: 'episode', ...(window !== undefined && { window }) },
  };
}

/** The gradient that the compiled program has gathered over a trial whose targets come `late` ticks late, in the shape of the oracle's. */
export function compiledGradient(backend: Backend, { network, trial }: Bench, description: Network, late = 0): oracle.CellWeights {
  const executable: Executable = backend.load(compile(description, { maxTicks: 1 }));
  const { arena } = executable;
  for (const [l, { initial }] of network.layers.entries())
    if (initial !== undefined) arena.view(`layer${l + 1}.value`).fill(initial.output);
  const top = network.weights.readout === undefined ? `layer${network.layers.length}` : 'out';
  for (let t = 0; t < trial.ticks + late; t++) {
    const about = t - late;
    arena.view('in.input').fill(0);
    arena.view('in.input').set(trial.inputs.subarray(t * network.inputs, (t + 1) * network.inputs));
    if (about >= 0) arena.view(`${top}.target`).set(trial.targets.subarray(about * network.outputs, (about + 1) * network.outputs));
    arena.view(`${top}.importance`)[0] = about < 0 ? 0 : trial.importance ? trial.importance[about]! : 1;
    executable.run(1);
  }
  const read = (name: string): Float64Array => Float64Array.from(arena.copy(`${name}.gradient`));
  const layers = network.layers.map(({ cell }, l) => {
    const suffix = (g: number) => (cell.gates.length > 1 ? `_${cell.gates[g]}` : '');
    const { recurrent, own } = network.weights.layers[l]!;
    return {
      input: cell.input.map((g) => read(`W${l + 1}${suffix(g)}`)),
      recurrent: recurrent.map((_, a) => read(`H${l + 1}${suffix(cell.recurrent[a]!)}`)),
      own: own.map((_, p) => read(`${cell.own[p]}${l + 1}`).map((g) => (cell.own[p] === 'bias' ? -g : g))),
    };
  });
  const gradient = network.weights.readout === undefined ? { layers } : { layers, readout: read('readout') };
  executable.dispose();
  return gradient;
}

const adaptive = { inputScale: 'oneMinusDecay', adaptScale: 'oneMinusDecay', tauMem: 6, tauAdapt: 15 } as const;
const { height, width } = oracle.publishedMultiGaussian;

/** The adaptive neuron of Yin et al. (2021). */
const srnn = alif({ ...adaptive, threshold: 0.01, beta: 1.8, reset: 'level', surrogate: { shape: 'multiGaussian', height, width } });

/** A current-based neuron of the oracle as a description has it. */
const cuba = ({ synapse: { decay, gain, order }, threshold, beta, reset }: Omit<oracle.CubaSettings, 'spike'>): NeuronModel =>
  alif({
    ...adaptive,
    threshold,
    beta,
    reset,
    synapse: { tau: -1 / Math.log(decay), inputScale: gain === 1 ? 'one' : 'oneMinusDecay', order },
    surrogate: { shape: 'fastSigmoid', height: 0.5, width: 0.3 },
  });

/** Benches whose loss is what a description can say: a layer of probabilities is judged by its squares. */
export function cellBenches(): readonly Bench[] {
  const models: Readonly<Record<string, NeuronModel>> = {
    rate: rate({ tau: 4, activation: 'tanh' }),
    'timed rate': rate({ tau: 4, activation: 'tanh' }),
    LSTM: lstm(),
    GRU: gru(),
  };
  const soft = (activation: 'linear' | 'relu') => snu({ decay: 0.4, activation, output: 'sigmoid' });
  const made = (built: oracle.CellBench, neuron: NeuronModel): Bench => ({
    neuron: built.neuron,
    depth: built.depth,
    trial: built.trial,
    network: built.network.loss === 'bernoulli' ? { ...built.network, loss: 'squared' } : built.network,
    neurons: built.network.layers.map(() => neuron),
  });
  const known = (list: readonly oracle.CellBench[], activation: 'linear' | 'relu') =>
    list.flatMap((built) => {
      const neuron = built.neuron === 'sSNU' ? soft(activation) : models[built.neuron];
      return neuron === undefined ? [] : [made(built, neuron)];
    });
  const spiking: Readonly<Record<string, readonly NeuronModel[]>> = {
    SNU: [snu({ decay: 0.8, activation: 'relu', output: 'step' })],
    SRNN: [srnn],
    CUBA: oracle.cubaSettings.map(cuba),
  };
  const used = new Map<string, number>();
  return [
    ...known(oracle.oneLayerBenches(), 'linear'),
    ...known(oracle.twoLayerBenches(), 'relu'),
    ...oracle.spikingBenches().flatMap((built) => {
      const index = used.get(built.neuron) ?? 0;
      used.set(built.neuron, index + 1);
      const neuron = spiking[built.neuron]?.[index];
      return neuron === undefined ? [] : [made(built, neuron)];
    }),
  ];
}

const rungs = [
  { rule: 'OSTL', recurrence: 'all', keep: oracle.keepLayer },
  { rule: 'SnAp-1', recurrence: 'self', keep: oracle.keepHops(1) },
  { rule: 'OSTL without H', recurrence: 'none', keep: oracle.keepWithoutH },
] as const;

/** Every cell compiled, one layer or two, against the oracle's same masks; and the published fixtures of RFLO and OSTTP. */
export function cellRows(backend: Backend): oracle.VerifyRow[] {
  const ladder = cellBenches().flatMap((bench) => {
    const activity = oracle.cellForward(bench.network, bench.trial);
    return rungs.flatMap(({ rule, recurrence, keep }, index) => {
      const wanted = oracle.cellRtrl(bench.network, activity, { keep, depth: 'sameTick' });
      const error = (kept: Keep['recurrence']) =>
        oracle.cellError(bench.network, compiledGradient(backend, bench, describeCells(bench, { recurrence: kept })), wanted);
      const other = rungs[(index + 1) % rungs.length]!;
      const subject = {
        rule: `${rule} on ${backend.name}`,
        neuron: bench.neuron,
        feedback: 'symmetric',
        oracle: 'the same mask in float64',
      };
      return [
        oracle.agree({ ...subject, claim: `${bench.depth}: equals it` }, error(recurrence), SINGLE),
        oracle.differ({ ...subject, claim: `${bench.depth}: ${other.rule} does not` }, error(other.recurrence), SINGLE),
      ];
    });
  });
  return [...ladder, ...rfloRows(backend), ...osttpRows(backend)];
}

/** F2, compiled. */
function rfloRows(backend: Backend): oracle.VerifyRow[] {
  const { network, trial, feedback: matrix } = oracle.f2();
  const bench: Bench = { neuron: 'rate', depth: 'one layer', network, trial, neurons: [rate({ tau: 8, activation: 'tanh' })] };
  const { norm, entries } = oracle.f2Published.rules.random;
  const error = (sign: number) => {
    const teaching: Teaching = { recurrence: 'none', broadcast: { of: 'error', matrix: matrix.map((b) => sign * b) } };
    const [H] = compiledGradient(backend, bench, describeCells(bench, teaching)).layers[0]!.recurrent as [Float64Array];
    // The fixture prints the direction of descent.
    return oracle.listError([oracle.norm(H), -H[1]!, -H[4 * 5 + 3]!], [norm, ...entries].map(Number));
  };
  const subject = { rule: `RFLO on ${backend.name}`, neuron: 'rate', feedback: 'random', oracle: 'F2 as printed' };
  return [
    oracle.agree({ ...subject, claim: '|G_rec| and two of its entries' }, error(1), SINGLE),
    oracle.differ({ ...subject, claim: 'with the feedback turned round they are others' }, error(-1), SINGLE),
  ];
}

/** F3, compiled: OSTTP of its lower layer, OSTL of the upper one. */
function osttpRows(backend: Backend): oracle.VerifyRow[] {
  const { network, trial, feedback: matrix } = oracle.f3();
  const unit = snu({ decay: 0.4, output: 'sigmoid' });
  const bench: Bench = { neuron: 'sSNU', depth: 'two layers', network, trial, neurons: [unit, unit] };
  const norms = (teaching: Teaching) => {
    const { layers } = compiledGradient(backend, bench, describeCells(bench, teaching));
    return layers.flatMap(({ input, recurrent, own }) => [...input, ...recurrent, ...own].map(oracle.norm));
  };
  const subject = { neuron: 'sSNU', oracle: 'F3 as printed' };
  const error = (teaching: Teaching, printed: readonly string[]) => oracle.listError(norms(teaching), printed.map(Number));
  const { ostl, osttp, withoutH, snap1 } = oracle.f3Published.rules;
  // The fixture's L is B y*; the importance of its loss without ½ doubles it here.
  const target: Teaching = { recurrence: 'all', broadcast: { of: 'target', matrix: matrix.map((b) => b / 2) } };
  const rows = [
    { rule: 'OSTL', feedback: 'symmetric', teaching: { recurrence: 'all' }, printed: ostl.norms, broken: { recurrence: 'none' } },
    {
      rule: 'OSTL without H',
      feedback: 'symmetric',
      teaching: { recurrence: 'none' },
      printed: withoutH.norms,
      broken: { recurrence: 'self' },
    },
    { rule: 'SnAp-1', feedback: 'symmetric', teaching: { recurrence: 'self' }, printed: snap1.norms, broken: { recurrence: 'all' } },
    {
      rule: 'OSTTP',
      feedback: 'random',
      teaching: target,
      printed: osttp.norms,
      broken: { ...target, broadcast: { of: 'error', matrix: target.broadcast!.matrix } },
    },
  ] as const satisfies readonly { rule: string; feedback: string; teaching: Teaching; printed: readonly string[]; broken: Teaching }[];
  return rows.flatMap(({ rule, feedback, teaching, printed, broken }) => {
    const about = { ...subject, rule: `${rule} on ${backend.name}`, feedback };
    return [
      oracle.agree({ ...about, claim: 'norms of all six gradients' }, error(teaching, printed), SINGLE),
      oracle.differ({ ...about, claim: 'taught in another way they are others' }, error(broken, printed), SINGLE),
    ];
  });
}
