import { type NetworkImage, weightRegionBytes } from '../../firmware-bridge/index.ts';
import type { Capabilities } from '../../runtime/index.ts';

const INT32 = 0x7fffffff;
const LOWEST_COUNT = 128;

/** Whether a board of these capabilities can run an image: sums of weighted inputs must stay exact in int32. */
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
    projections.every(({ pre, post, delay }) => {
      const from = populations[pre]!;
      const largest = from.kind === 'source' ? offered.maxGrade : 1;
      return (
        delay <= offered.maxDelay &&
        from.kind !== 'integrator' &&
        populations[post]!.kind !== 'source' &&
        from.size * largest * LOWEST_COUNT <= INT32
      );
    })
  );
}
