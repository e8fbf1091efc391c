/** Random networks for boards, within what a board offers. */
import type { ImageKind, ImagePopulation, NetworkImage } from '../../firmware-bridge/index.ts';
import { random } from '../drivers/support.ts';

export interface Limits {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly synapses: number;
  readonly maxDelay: number;
  readonly maxGrade: number;
  readonly maxRefractory: number;
  readonly tickUs: number;
}

export interface RandomNetwork {
  readonly image: NetworkImage;
  readonly weights: readonly Int8Array[];
  /** values of all sources, tick after tick */
  readonly inputs: () => number[];
}

/** Kinds that follow one source, drawn so that readouts come last. */
const shapes = [['alif'], ['lif'], ['alif', 'integrator'], ['lif', 'integrator'], ['lif', 'alif'], ['alif', 'alif', 'integrator']] as const;

/** A network; a `wild` one takes every number to the ends of its range. */
export function randomNetwork(seed: number, limits: Limits, wild: boolean): RandomNetwork {
  const draw = random(seed);
  const whole = (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
  const one = <T>(...of: readonly T[]): T => of[whole(0, of.length - 1)]!;
  const shape: readonly ImageKind[] = shapes[whole(0, shapes.length - 1)]!;
  const size = (kind: ImageKind): number =>
    kind === 'integrator'
      ? whole(1, limits.outputs)
      : whole(2, Math.floor(limits.neurons / shape.filter((k) => k !== 'integrator').length));
  const populations: ImagePopulation[] = (['source', ...shape] as ImageKind[]).map((kind) => {
    const count = kind === 'source' ? whole(2, limits.inputs) : size(kind);
    const strength = (): number => (wild ? one(0, 2 ** 31 - 1, -(2 ** 31), whole(-1000, 1000)) : whole(0, 2 ** 19));
    return {
      kind,
      size: count,
      reset: one('subtract', 'zero'),
      report: draw() < 0.9,
      refractory: wild ? one(0, 1, limits.maxRefractory) : whole(0, 3),
      threshold: wild ? one(2 ** 31 - 1, -(2 ** 31), 0, 1, 2 ** 20) : 2 ** 20 - whole(0, 1000),
      leak: wild ? one(0, 1, 32768, 65535, 65536) : whole(40000, 65536),
      leakSynapse: 0,
      leakAdapt: wild ? one(0, 1, 65535, 65536) : whole(60000, 65536),
      beta: kind !== 'alif' || draw() < 0.5 ? strength() : Array.from({ length: count }, strength),
    };
  });
  const projections: NetworkImage['projections'][number][] = [];
  let synapses = 0;
  for (let k = 0; k < 12 && projections.length < 4; k++) {
    const pre = k === 0 ? 0 : one(...[...populations.keys()].filter((p) => populations[p]!.kind !== 'integrator'));
    const post = k === 0 ? 1 : whole(1, populations.length - 1);
    const bytes = populations[pre]!.size * populations[post]!.size;
    if (synapses + bytes > limits.synapses) continue;
    synapses += bytes;
    const delay = whole(pre < post ? 0 : 1, limits.maxDelay);
    projections.push({ pre, post, region: projections.length + 1, delay, shift: wild ? one(0, 7, 24) : whole(11, 14) });
  }
  const weights = projections.map(({ pre, post }) =>
    Int8Array.from({ length: populations[pre]!.size * populations[post]!.size }, () =>
      wild && draw() < 0.3 ? (draw() < 0.5 ? 127 : -128) : Math.floor(draw() * 255) - 127,
    ),
  );
  const inputs = (): number[] =>
    Array.from({ length: populations[0]!.size }, () => (draw() < 0.3 ? 1 + Math.floor(draw() * (wild ? limits.maxGrade : 3)) : 0));
  return { image: { tickUs: limits.tickUs, populations, projections }, weights, inputs };
}
