import { type NetworkImage, weightRegionBytes } from '../../firmware-bridge/index.ts';
import type { Capabilities } from '../../runtime/index.ts';
import { MAX_VALUE } from './integer-network.ts';

const INT32 = 0x7fffffff;
const LOWEST_COUNT = 128;

/** The largest value of a source up to that wished for, so that the weighted sum of all inputs stays exact in int32. */
export const exactGrade = ({ maxGrade, inputs }: Capabilities): number =>
  Math.min(maxGrade, MAX_VALUE, Math.floor(INT32 / (LOWEST_COUNT * Math.max(1, inputs))));

/** Whether a board of these capabilities can run an image. */
export function runnable(image: NetworkImage, offered: Capabilities): boolean {
  const { populations, projections, tickUs } = image;
  const size = (counts: (kind: string) => boolean): number =>
    populations.reduce((sum, { kind, size }) => sum + (counts(kind) ? size : 0), 0);
  const synapses = projections.reduce((sum, projection) => sum + weightRegionBytes(image, projection), 0);
  return (
    tickUs >= offered.tickUs &&
    size((kind) => kind === 'source') <= offered.inputs &&
    size((kind) => kind === 'lif' || kind === 'alif') <= offered.neurons &&
    size((kind) => kind === 'integrator') <= offered.outputs &&
    synapses <= offered.synapses &&
    populations.every(({ kind, leakSynapse }) => offered.neuronKinds.includes(kind) && leakSynapse === 0) &&
    projections.every(
      ({ pre, post, delay }) =>
        delay <= offered.maxDelay && populations[pre]!.kind !== 'integrator' && populations[post]!.kind !== 'source',
    )
  );
}
