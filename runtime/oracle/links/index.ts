import type { VerifyRow } from '../rows.ts';
import { calciumRows } from './calcium.ts';
import { cellRows } from './cells.ts';
import { continuousTimeRows } from './continuous-time.ts';
import { contrastiveRows } from './contrastive.ts';
import { distinctRows } from './distinct.ts';
import { eulerRows } from './euler.ts';
import { alignmentRows, learnedSignalRows } from './learned-signals.ts';
import { leastSquaresRows } from './least-squares.ts';
import { decolleRows, superSpikeRows } from './local.ts';
import { perturbationRows } from './perturbation.ts';
import { ostlRows, rfloRows } from './printed.ts';
import { etlpRows, osttpRows, otttRows } from './relatives.ts';
import { rewardRows } from './reward.ts';
import { stdpRows } from './stdp.ts';
import { surrogateRows } from './surrogates.ts';
import { timeConstantRows } from './time-constants.ts';
import { uoroRows } from './uoro.ts';

/** The links of the whole family beyond e-prop: recurrent cells, their rules, local losses, rewards and learned signals. */
export function familyRows(): VerifyRow[] {
  return [
    ...cellRows(),
    ...timeConstantRows(),
    ...continuousTimeRows(),
    ...surrogateRows(),
    ...rfloRows(),
    ...ostlRows(),
    ...osttpRows(),
    ...uoroRows(),
    ...otttRows(),
    ...etlpRows(),
    ...learnedSignalRows(),
    ...alignmentRows(),
    ...rewardRows(),
    ...decolleRows(),
    ...superSpikeRows(),
    ...perturbationRows(),
    ...stdpRows(),
    ...calciumRows(),
    ...leastSquaresRows(),
    ...contrastiveRows(),
    ...eulerRows(),
    ...distinctRows(),
  ];
}
