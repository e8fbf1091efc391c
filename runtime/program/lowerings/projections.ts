import { raise } from '../../errors.ts';
import { type StoredSynapses, storedSynapses } from '../../network/connectivity.ts';
import { channelsLast, type Grid, gridOf, gridWords, tapsOf } from '../../network/convolution.ts';
import { defaultGate } from '../../network/gates.ts';
import { initialValues } from '../../network/initial.ts';
import type { Convolution, Feedback, Projection } from '../../network/network.ts';
import { type Builder, MAX_WORDS } from '../builder.ts';
import type { Region, TopologyRegion } from '../ops.ts';

/** The sizes of a convolution, and where ops read them. */
export interface Shared {
  readonly sizes: Grid;
  readonly grid: TopologyRegion;
}

/** A projection in the arena: its weights [pre][post], dense or only the stored synapses, or those of a convolution, [tap][output channel]. */
export interface LoweredProjection {
  readonly name: string;
  readonly projection: Projection;
  readonly pre: number;
  readonly post: number;
  /** the gate of the post population that it feeds */
  readonly gate: string;
  /** those that learn */
  readonly weights: Region;
  /** those that act: the same, but where a rule perturbs them */
  readonly acting: Region;
  readonly stored:
    | {
        readonly rowStart: TopologyRegion;
        readonly column: TopologyRegion;
        readonly lists: StoredSynapses;
      }
    | undefined;
  readonly shared: Shared | undefined;
  /** dense, onto itself, without the synapse of a neuron onto itself */
  readonly masked: boolean;
}

/** Reserves an array with one element a synapse of `like`. */
export function reserveLike(builder: Builder, like: Pick<LoweredProjection, 'name' | 'weights' | 'stored'>, role: string): Region {
  const name = `${like.name}.${role}`;
  const { rows, columns } = like.weights;
  return like.stored === undefined ? builder.reserve(name, rows, columns) : builder.reserveFlat(name, columns);
}

export function declareProjection(builder: Builder, name: string, projection: Projection): LoweredProjection {
  const lowered = declareWeights(builder, name, projection);
  const { weights } = lowered;
  if (projection.plasticity?.perturbation?.of !== 'weights') return { ...lowered, acting: weights };
  const acting = reserveLike(builder, lowered, 'perturbed');
  builder.onFit(() => builder.onInitialize((arena) => arena.view(acting.name).set(arena.view(weights.name))));
  return { ...lowered, acting };
}

function declareWeights(builder: Builder, name: string, projection: Projection): Omit<LoweredProjection, 'acting'> {
  const { network, readFile } = builder;
  const pre = network.populations[projection.pre]!.size;
  const { size: post, neuron } = network.populations[projection.post]!;
  const gate = projection.gate ?? defaultGate(neuron)!;
  const recurrent = projection.pre === projection.post;
  const { connectivity, weight } = projection;
  if (connectivity.kind === 'random' && pre * post > MAX_WORDS) {
    raise('ERR_OUT_OF_RANGE', {
      path: `projections.${name}.connectivity`,
      bound: `at most ${MAX_WORDS} pairs to draw from`,
      value: pre * post,
      remedy: 'use fewer neurons, or a list of synapses',
    });
  }
  if (connectivity.kind === 'convolution') {
    const around = { name, projection, pre, post, gate, stored: undefined, masked: false };
    return { ...around, ...declareKernel(builder, name, connectivity, weight) };
  }
  const synapses = storedSynapses(connectivity, name, network.seed, pre, post, recurrent);
  const masked = connectivity.kind === 'dense' && recurrent && connectivity.autapses === false;
  const path = `projections.${name}.weight`;

  if (synapses === undefined) {
    const weights = builder.reserve(`${name}.weights`, pre, post);
    writeInitially(builder, weights, () => {
      const values = initialValues(weight, path, name, network.seed, [pre, post], pre, readFile);
      if (masked) for (let i = 0; i < pre; i++) values[i * post + i] = 0;
      return values;
    });
    return { name, projection, pre, post, gate, weights, stored: undefined, shared: undefined, masked };
  }
  const count = synapses.column.length;
  const fanIn = connectivity.kind === 'random' ? connectivity.density * pre : count / post;
  const weights = builder.reserveFlat(`${name}.weights`, count);
  writeInitially(builder, weights, () => {
    const values = initialValues(weight, path, name, network.seed, [count], fanIn, readFile);
    return Float64Array.from(synapses.source, (index) => values[index]!);
  });
  const stored = { rowStart: builder.topology(synapses.rowStart), column: builder.topology(synapses.column), lists: synapses };
  return { name, projection, pre, post, gate, weights, stored, shared: undefined, masked };
}

/** The weights of a convolution, a row for each tap. */
function declareKernel(builder: Builder, name: string, convolution: Convolution, weight: Projection['weight']) {
  const { network, readFile } = builder;
  const sizes = gridOf(convolution);
  const { channels, inputs, kernelHeight, kernelWidth } = sizes;
  const weights = builder.reserve(`${name}.weights`, tapsOf(sizes), channels);
  const shape = [channels, inputs, kernelHeight, kernelWidth];
  writeInitially(builder, weights, () =>
    channelsLast(initialValues(weight, `projections.${name}.weight`, name, network.seed, shape, tapsOf(sizes), readFile), channels),
  );
  return { weights, shared: { sizes, grid: builder.topology(gridWords(sizes)) } };
}

/** Values are made only when it is sure that they have a place. */
function writeInitially(builder: Builder, region: Region, make: () => Float64Array): void {
  let values: Float64Array | undefined;
  builder.onFit(() => {
    values = make();
  });
  builder.onInitialize((arena) => arena.write(region.name, values!));
}

/** The matrix [from][to] of a feedback. */
export function declareFeedback(builder: Builder, name: string, { from, to, weight }: Feedback): Region {
  const { network, readFile } = builder;
  const rows = network.populations[from]!.size;
  const columns = network.populations[to]!.size;
  const region = builder.reserve(`${name}.weights`, rows, columns);
  writeInitially(builder, region, () =>
    initialValues(weight, `feedbacks.${name}.weight`, name, network.seed, [rows, columns], rows, readFile),
  );
  return region;
}
