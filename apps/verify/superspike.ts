import {
  type Alif,
  alif,
  type Backend,
  compile,
  type LearningRule,
  type Network,
  type Optimizer,
  type Synapse,
  source,
  superSpike,
} from '../../runtime/index.ts';
import { plain, play, projection, trained, walk, wayError } from './episodes.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

/** The neuron of SuperSpike: a double exponential of 5 and 10 ms, and a reset that fades beside the membrane, as the membrane does. */
const spikingNeuron = (synapse: Partial<Synapse> = {}, changes: Partial<Alif> = {}): Alif =>
  alif({
    tauMem: 10,
    synapse: { tau: 5, inputScale: 'unitPeak', order: 'tickBefore', ...synapse },
    reset: 'none',
    tauAdapt: 10,
    beta: Math.exp(-1 / 10),
    surrogate: { shape: 'fastSigmoid', height: 1, width: 0.1 },
    loss: 'squared',
    ...changes,
  });

function superSpikeNetwork(weights: ArrayLike<number>, plasticity: LearningRule, neuron = spikingNeuron()): Network {
  return {
    dt: 1,
    seed: 1,
    populations: { in: { size: weights.length, neuron: source() }, unit: { size: 1, neuron } },
    projections: { w: projection('in', 'unit', weights, { plasticity }) },
    learning: { update: 'episode' },
  };
}

const superSpikeTrial = ({ ticks, spikes, target }: oracle.SuperSpikeBench): oracle.Trial => ({
  ticks,
  inputs: spikes,
  targets: Float64Array.from({ length: ticks }, (_, t) => (target.includes(t) ? 1 : 0)),
});

/** F5: spikes, the loss of the filtered error, Σ e λ and Σ σ′; and three updates of RMaxProp. */
export function superSpikeRows(backend: Backend): oracle.VerifyRow[] {
  const bench = oracle.f5();
  const { loss, ascent, slopes, spikes } = oracle.f5Published;
  const rule = superSpike({ from: 'unit', optimizer: plain });
  const [term] = rule.terms;
  const unfiltered: LearningRule = {
    ...rule,
    terms: [{ trace: term!.trace, signal: { of: 'error', from: 'unit', through: 'direct' } }],
  };
  const run = (network: Network) => {
    const executable = backend.load(compile(network, { maxTicks: 1 }));
    const { arena } = executable;
    const fired: number[] = [];
    const found = { loss: 0, slopes: 0 };
    const seen = [...arena.regions.keys()].find((name) => name.startsWith('unit.error.') && name.endsWith('.passed')) ?? 'unit.error';
    const [z, error, sigma] = ['unit.prediction', seen, 'unit.surrogate'].map((name) => arena.view(name));
    play(executable, 'unit', superSpikeTrial(bench), false, 1, (tick) => {
      if (z![0] === 1) fired.push(tick);
      found.loss += 0.5 * error![0]! ** 2;
      found.slopes += sigma![0]!;
    });
    const gradient = Array.from(arena.copy('w.gradient'), (g) => -g);
    executable.dispose();
    return { ...found, fired, gradient };
  };
  const readings = ({ loss: E, slopes: S, gradient }: ReturnType<typeof run>) =>
    oracle.listError([E, S, ...gradient], [loss, slopes, ...ascent].map(Number));
  const times = ({ fired }: ReturnType<typeof run>) => (fired.length === spikes.length ? oracle.listError(fired, spikes) : 1);
  const own = run(superSpikeNetwork(bench.weights, rule));
  const early = run(superSpikeNetwork(bench.weights, rule, spikingNeuron({ order: 'sameTick' })));
  const raw = run(superSpikeNetwork(bench.weights, unfiltered));
  const subject = { rule: `SuperSpike on ${backend.name}`, neuron: 'CUBA', feedback: '-', oracle: 'F5 as printed' };
  const moved = (optimizer: Optimizer) =>
    trained(backend, superSpikeNetwork(bench.weights, { ...rule, optimizer }), superSpikeTrial(bench));
  const [rate, epsilon] = [2e-2, 50];
  const wanted = walk(bench.weights, (w) => oracle.superSpike({ ...bench, weights: w }).ascent.map((g) => -g), {
    kind: 'rmaxprop',
    rate,
    keep: 0.9,
    epsilon,
  });
  const walked = { ...subject, rule: `RMaxProp on ${backend.name}`, oracle: 'SuperSpike and the optimizer in float64' };
  return [
    oracle.agree({ ...subject, claim: 'ticks of its spikes' }, times(own), 0),
    oracle.differ({ ...subject, claim: 'with a current of the same tick, it spikes at others' }, times(early), 0),
    oracle.agree({ ...subject, claim: 'loss of the filtered error, Σ e λ of its synapses and Σ σ′' }, readings(own), SINGLE),
    oracle.differ({ ...subject, claim: 'without the kernel on error and trace they are others' }, readings(raw), SINGLE),
    oracle.agree(
      { ...walked, claim: 'weights after each of three updates' },
      wayError(moved({ kind: 'rmaxprop', rate, keep: 0.9, epsilon }), wanted),
      SINGLE,
    ),
    oracle.differ(
      { ...walked, claim: 'forgetting faster, they are others' },
      wayError(moved({ kind: 'rmaxprop', rate, keep: 0.85, epsilon }), wanted),
      SINGLE,
    ),
  ];
}
