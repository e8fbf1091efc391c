import { type CellNetwork, type CellWeights, cellForward, cellRtrl, named, type UoroOptions, uoro } from '../cells/index.ts';
import { type CellBench, oneLayerBenches } from '../fixtures/cells.ts';
import { f3 } from '../fixtures/f3.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';

/** Independent sign sequences, and standard errors that their mean may lie off. */
const [SEEDS, ERRORS] = [500, 4] as const;
const TICKS = 8;

/** UORO in expectation: the mean over seeds of every gradient lies within a few standard errors of RTRL. */
export function uoroRows(): VerifyRow[] {
  const benches = [
    ...oneLayerBenches().filter(({ neuron }) => neuron === 'rate' || neuron === 'LSTM'),
    { neuron: 'sSNU', depth: 'two layers', ...f3() },
  ];
  return benches.flatMap((bench) => {
    const { neuron, depth } = bench;
    const subject = { rule: 'UORO', neuron, feedback: 'symmetric', oracle: 'RTRL, in standard errors of the mean' };
    return [
      agree({ ...subject, claim: `${depth}: the mean over ${SEEDS} seeds is RTRL` }, deviation(bench, 'same'), ERRORS),
      differ({ ...subject, claim: `${depth}: with other signs in each factor it is not` }, deviation(bench, 'other'), ERRORS),
    ];
  });
}

/**
 * |mean − RTRL| in standard errors of the mean, along the direction of RTRL's own gradient, where a bias of scale shows, and for the
 * norm of each array's mean error against what its variances allow.
 */
function deviation({ network, trial }: CellBench, signs: NonNullable<UoroOptions['signs']>): number {
  const short = {
    ...trial,
    ticks: TICKS,
    inputs: trial.inputs.slice(0, TICKS * network.inputs),
    targets: trial.targets.slice(0, TICKS * network.outputs),
    importance: new Float64Array(TICKS).fill(1),
  };
  const activity = cellForward(network, short);
  const oracle = learned(network, cellRtrl(network, activity));
  const sums = new Float64Array(oracle.length);
  const squares = new Float64Array(oracle.length);
  let [along, alongSquared] = [0, 0];
  for (let seed = 0; seed < SEEDS; seed++) {
    const sample = learned(network, uoro(network, activity, { seed, signs }));
    let projection = 0;
    for (let s = 0; s < sample.length; s++) {
      sums[s] += sample[s];
      squares[s] += sample[s] * sample[s];
      projection += sample[s] * oracle[s];
    }
    along += projection;
    alongSquared += projection * projection;
  }
  const errorOf = (sum: number, squared: number, expected: number) => {
    const mean = sum / SEEDS;
    // A neuron that is off learns exactly nothing, in every sample.
    if (mean === expected) return 0;
    return Math.abs(mean - expected) / Math.sqrt((squared / SEEDS - mean * mean) / (SEEDS - 1));
  };
  const length = oracle.reduce((sum, g) => sum + g * g, 0);
  // Root mean square over entries, whose expectation is 1: the largest of a hundred would pass 4 by chance now and then.
  const each = Math.sqrt(oracle.reduce((sum, g, s) => sum + errorOf(sums[s], squares[s], g) ** 2, 0) / oracle.length);
  return Math.max(errorOf(along, alongSquared, length), each);
}

/** All parameters but the readout's, which no influence carries, in one array. */
function learned(network: CellNetwork, gradient: CellWeights): Float64Array {
  return Float64Array.from(named(network, gradient).flatMap(([name, values]) => (name === 'readout' ? [] : Array.from(values))));
}
