import {
  type Alif,
  alif,
  type Backend,
  compile,
  constant,
  type DecolleOptions,
  decolle,
  integrator,
  type Loss,
  type Network,
  type Optimizer,
  source,
} from '../../runtime/index.ts';
import { plain, play, projection, trained, walk, wayError } from './episodes.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

/** F4 as a user writes it down: a layer and its readout, the bias a synapse from a constant. */
function decolleNetwork(
  order: 'sameTick' | 'tickBefore',
  optimizer: Optimizer,
  changes: Partial<Alif> = {},
  bounds?: DecolleOptions['bounds'],
): Network {
  const { layer } = oracle.f4();
  const { membrane, synapse, refractory } = layer.decays;
  const tau = (decay: number) => -1 / Math.log(decay);
  const plasticity = decolle({ readout: 'out', optimizer, ...(bounds && { bounds }) });
  return {
    dt: 1,
    seed: 1,
    populations: {
      in: { size: layer.inputs, neuron: source() },
      one: { size: 1, neuron: constant() },
      layer: {
        size: layer.neurons,
        neuron: alif({
          tauMem: tau(membrane),
          inputScale: 'oneMinusDecay',
          synapse: { tau: tau(synapse), inputScale: 'oneMinusDecay', order },
          threshold: 0,
          reset: 'none',
          tauAdapt: tau(refractory),
          beta: layer.refractoryWeight,
          adaptScale: 'oneMinusDecay',
          surrogate: { shape: 'fastSigmoid', height: 1, width: 0.1 },
          ...changes,
        }),
      },
      out: { size: layer.outputs, neuron: integrator({ tau: 0, loss: 'squared' }) },
    },
    projections: {
      w: projection('in', 'layer', layer.weights, { plasticity }),
      bias: projection('one', 'layer', layer.bias, { gate: 'output', plasticity }),
      readout: projection('layer', 'out', layer.readout),
    },
    learning: { update: 'episode' },
  };
}

/** F4 with a readout of spikes, both orders of P and Q; and three updates of AdaMax. */
export function decolleRows(backend: Backend): oracle.VerifyRow[] {
  const { layer, trial } = oracle.f4();
  const run = (network: Network) => {
    const executable = backend.load(compile(network, { maxTicks: 1 }));
    const { arena } = executable;
    const error = arena.view('out.error');
    const found = { spikes: 0, loss: 0 };
    const counts = executable.program.regions.get('layer.spikeCount')!;
    play(executable, 'out', trial, false, 1, () => {
      found.spikes += arena.words[counts.offset]!;
      for (let k = 0; k < layer.outputs; k++) found.loss += 0.5 * error[k]! ** 2;
    });
    const [weights, bias] = [Float64Array.from(arena.copy('w.gradient')), Float64Array.from(arena.copy('bias.gradient'))];
    executable.dispose();
    return { ...found, weights, bias };
  };
  const subject = { rule: `DECOLLE on ${backend.name}`, neuron: 'CUBA', feedback: 'random', oracle: 'F4 as printed' };
  const rows = oracle.f4Published.rows.flatMap((row) => {
    if (row.readout !== 'spikes') return [];
    const [order, other] = row.synapse === 'new' ? (['sameTick', 'tickBefore'] as const) : (['tickBefore', 'sameTick'] as const);
    const about = `P of the ${row.synapse} Q`;
    const readings = ({ loss, weights, bias }: ReturnType<typeof run>) =>
      oracle.listError(
        [loss, oracle.norm(weights), weights[2]!, weights[2 * layer.neurons + 4]!, oracle.norm(bias)],
        [row.loss, row.norm, ...row.entries, row.biasNorm].map(Number),
      );
    const [own, wrong, soft] = [
      run(decolleNetwork(order, plain)),
      run(decolleNetwork(other, plain)),
      run(decolleNetwork(order, plain, { surrogate: { shape: 'fastSigmoid', height: 1, width: 0.11 } })),
    ];
    return [
      oracle.agree({ ...subject, claim: `${about}: its spikes` }, oracle.listError([own.spikes], [row.spikes]), 0),
      oracle.differ({ ...subject, claim: `${about}: the other Q spikes otherwise` }, oracle.listError([wrong.spikes], [row.spikes]), 0),
      oracle.agree({ ...subject, claim: `${about}: loss, |dW|, two of its entries, |db|` }, readings(own), SINGLE),
      oracle.differ({ ...subject, claim: `${about}: the other Q does not give its numbers` }, readings(wrong), SINGLE),
      oracle.differ({ ...subject, claim: `${about}: a wider surrogate does not` }, readings(soft), SINGLE),
    ];
  });
  const adamax = (beta2: number): Optimizer => ({ kind: 'adamax', rate: 1e-2, beta1: 0.5, beta2, epsilon: 0.1 });
  const gradient = (weights: Float64Array, bias: Float64Array) =>
    oracle.decolle({ ...layer, weights, bias }, trial, { synapse: 'new', readout: 'spikes' }).weights;
  const moved = (beta2: number) => {
    const network = decolleNetwork('sameTick', adamax(beta2));
    const { plasticity: _, ...frozen } = network.projections['bias']!;
    return trained(backend, { ...network, projections: { ...network.projections, bias: frozen } }, trial, 'out');
  };
  const wanted = walk(layer.weights, (w) => gradient(w, layer.bias), {
    kind: 'adamax',
    rate: 1e-2,
    beta1: 0.5,
    beta2: 0.95,
    epsilon: 0.1,
  });
  const walked = { ...subject, rule: `AdaMax on ${backend.name}`, oracle: 'DECOLLE and the optimizer in float64' };
  const [high, above, low, below] = [-0.05, 0.3, -0.18, 0.7];
  const bounded = oracle.decolle(layer, trial, {
    synapse: 'new',
    readout: 'spikes',
    localLoss: 'smoothL1',
    bounds: { high, above, low, below },
  });
  const boundsError = (strength: number, loss: Loss = 'smoothL1') => {
    const bounds = { above: { level: high, strength: above }, below: { level: low, strength } };
    const network = decolleNetwork('sameTick', plain, {}, bounds);
    const out = { size: layer.outputs, neuron: integrator({ tau: 0, loss }) };
    const { weights, bias } = run({ ...network, populations: { ...network.populations, out } });
    return Math.max(oracle.relativeDifference(weights, bounded.weights), oracle.relativeDifference(bias, bounded.bias));
  };
  const local = { ...subject, oracle: 'DECOLLE in float64' };
  return [
    ...rows,
    oracle.agree({ ...local, claim: 'with bounds of U and smooth L1: dW and db' }, boundsError(below), SINGLE),
    oracle.differ({ ...local, claim: 'with a lower bound 5 % stronger they are others' }, boundsError(1.05 * below), SINGLE),
    oracle.differ({ ...local, claim: 'by squares they are others' }, boundsError(below, 'squared'), SINGLE),
    oracle.agree({ ...walked, claim: 'weights after each of three updates' }, wayError(moved(0.95), wanted), SINGLE),
    oracle.differ({ ...walked, claim: 'forgetting faster, they are others' }, wayError(moved(0.9), wanted), SINGLE),
  ];
}
