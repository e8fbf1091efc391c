import type { Backend } from '../../runtime/index.ts';
import { alignmentRows } from './alignment.ts';
import { backwardRows } from './backward.ts';
import { borderRows } from './borders.ts';
import { cellRows } from './cells.ts';
import { convolutionRows } from './convolution.ts';
import { decolleRows } from './decolle.ts';
import { delayRows } from './delays.ts';
import { eulerRows } from './euler.ts';
import { followRows } from './follow.ts';
import { formRows } from './forms.ts';
import { influenceRows } from './influence.ts';
import { lateRows } from './late.ts';
import { leastSquaresRows } from './least-squares.ts';
import { oracle } from './oracle.ts';
import { perturbationRows } from './perturbation.ts';
import { printedRows } from './printed.ts';
import { policyRows, rewardRows } from './rewards.ts';
import { forwardRows, ruleRows } from './rules.ts';
import { superSpikeRows } from './superspike.ts';
import { surrogateRows } from './surrogates.ts';
import { timingRows } from './timing.ts';
import { evidenceRows, patternRows } from './training.ts';
import { uoroMeanRows, uoroRows } from './uoro.ts';

/** A part of the chain of evidence, computed when it is asked for. */
export interface Section {
  readonly title: string;
  /** rough share of the whole time, in units of its own */
  readonly weight: number;
  rows(): readonly oracle.VerifyRow[];
}

/**
 * The chain of evidence up to the compiled float32 program on one backend: differences → BPTT → RTRL → masked RTRL → the program →
 * printed numbers and published losses. The program is judged on its own spikes, so that no threshold decision stands in between.
 */
export function sections(backend: Backend): readonly Section[] {
  const training = backend.name === 'native' ? 1 : 16;
  return [
    { title: 'the oracles, in float64', weight: 20, rows: oracle.verifyChain },
    { title: `spikes of the program on ${backend.name}`, weight: 1, rows: () => forwardRows(backend) },
    { title: `gradients of the program on ${backend.name}`, weight: 4, rows: () => ruleRows(backend) },
    { title: 'backpropagation through time', weight: 1, rows: () => backwardRows(backend) },
    { title: 'e-prop 3, synthetic gradients at borders', weight: 1, rows: () => borderRows(backend) },
    { title: 'the ladder of influence', weight: 4, rows: () => influenceRows(backend) },
    { title: 'surrogates', weight: 1, rows: () => surrogateRows(backend) },
    { title: 'rate, SNU, LSTM and GRU cells', weight: 2, rows: () => cellRows(backend) },
    { title: 'theta and Izhikevich neurons', weight: 1, rows: () => eulerRows(backend) },
    { title: 'SuperSpike and DECOLLE', weight: 1, rows: () => [...superSpikeRows(backend), ...decolleRows(backend)] },
    { title: 'FOLLOW, an error that comes back as a current', weight: 1, rows: () => followRows(backend) },
    { title: 'delays that are learned', weight: 1, rows: () => delayRows(backend) },
    { title: 'convolutions', weight: 1, rows: () => convolutionRows(backend) },
    { title: 'targets that come late', weight: 2, rows: () => lateRows(backend) },
    { title: 'UORO, an influence of rank one', weight: 1, rows: () => uoroRows(backend) },
    { title: 'labels, firing rates, adaptive feedback', weight: 3, rows: () => formRows(backend) },
    { title: 'policies, values and rewards', weight: 2, rows: () => [...policyRows(backend), ...rewardRows(backend)] },
    { title: 'perturbation of weights and nodes', weight: 2, rows: () => perturbationRows(backend) },
    { title: 'spikes in pairs and triplets', weight: 1, rows: () => timingRows(backend) },
    { title: 'escape noise and alignment by spikes', weight: 1, rows: () => alignmentRows(backend) },
    { title: 'recursive least squares', weight: 1, rows: () => leastSquaresRows(backend) },
    { title: 'F1 as printed', weight: 1, rows: () => printedRows(backend) },
    { title: 'pattern generation, five iterations', weight: 2 * training, rows: () => patternRows(backend) },
    { title: 'evidence accumulation, five iterations', weight: 2 * training, rows: () => evidenceRows(backend) },
    { title: 'UORO in expectation', weight: 3, rows: () => uoroMeanRows(backend) },
  ];
}
