import { HISTOGRAM, latenessEdges, measureKeys } from '../../observe/measures.ts';
import type { Telemetry } from './messages.ts';

/** The numbers of a run as they are in its shared memory; what it has not is left out. */
export function sample(measures: Float64Array): Pick<Telemetry, 'values' | 'lateness_seconds'> {
  const known = measureKeys.map((key, at) => [key, measures[at]!] as const).filter(([, value]) => Number.isFinite(value));
  const at = (k: number): number => measures[HISTOGRAM + k]!;
  return {
    values: Object.fromEntries(known),
    lateness_seconds: {
      buckets: latenessEdges.map((edge, k) => [edge, at(k)]),
      count: at(latenessEdges.length),
      sum: at(latenessEdges.length + 1),
    },
  };
}
