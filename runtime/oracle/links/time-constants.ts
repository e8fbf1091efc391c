import { cellBptt, cellDifferences, cellError, cellForward, mapWeights, named } from '../cells/index.ts';
import { oneLayerBenches } from '../fixtures/cells.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';

const DIFFERENCES = 1e-6;

/** Time constants that are learned: the gradient goes through the exponential, α = e^{−1/τ}, dα/dτ = α/τ². (sheet 6.25) */
export function timeConstantRows(): VerifyRow[] {
  const { neuron, network, trial } = oneLayerBenches().find((bench) => bench.neuron === 'SRNN')!;
  const subject = { rule: 'BPTT', neuron, feedback: 'symmetric', oracle: 'central differences' };
  const { gradient } = cellBptt(network, cellForward(network, trial));
  const oracle = cellDifferences(network, trial);
  const time = (name: string) => name.startsWith('tau');
  // The gradient with respect to the decay itself, were it taken for the one of the time constant.
  const taus = new Map(named(network, network.weights).map(([name, values], a) => [named(network, gradient)[a][1], { name, values }]));
  const ofDecay = mapWeights(gradient, (G) => {
    const { name, values } = taus.get(G)!;
    return time(name) ? G.map((g, s) => (g * values[s] ** 2) / Math.exp(-1 / values[s])) : G;
  });
  return [
    agree(
      { ...subject, claim: 'with respect to τ_m and τ_adp, is the derivative of the loss' },
      cellError(network, gradient, oracle, time),
      DIFFERENCES,
    ),
    differ(
      { ...subject, claim: 'with respect to the decays in place of the time constants, is not' },
      cellError(network, ofDecay, oracle, time),
      DIFFERENCES,
    ),
  ];
}
