import type { Executable, Projection } from '../../runtime/index.ts';
import { type NirNode, nirArray, nirNode, product } from './graph.ts';

/** Synapses of a projection as they stand. */
export interface Synapses {
  readonly projection: Projection;
  readonly pre: number;
  readonly post: number;
  /** in the order of the description */
  readonly values: readonly number[];
  /** which neurons each value joins; undefined of a dense matrix and of a convolution */
  readonly pairs: { readonly pre: ArrayLike<number>; readonly post: ArrayLike<number> } | undefined;
}

export function synapsesOf({ program }: Executable, name: string, projection: Projection): Synapses {
  const { populations } = program.network;
  const { values } = projection.weight as Extract<Projection['weight'], { kind: 'inline' }>;
  const [pre, post] = [populations[projection.pre]!.size, populations[projection.post]!.size];
  const { stored } = program.weights.get(name)!;
  if (stored === undefined) return { projection, pre, post, values, pairs: undefined };
  const pairs = { pre: new Uint32Array(values.length), post: new Uint32Array(values.length) };
  for (let i = 0; i < pre; i++)
    for (let k = stored.rowStart[i]!; k < stored.rowStart[i + 1]!; k++) {
      pairs.pre[stored.source[k]!] = i;
      pairs.post[stored.source[k]!] = stored.column[k]!;
    }
  return { projection, pre, post, values, pairs };
}

/** Whether each neuron has a synapse onto the one of its number, and onto no other. */
export const isOneToOne = ({ pairs, pre, post, values }: Synapses): boolean =>
  pairs !== undefined &&
  pre === post &&
  values.length === pre &&
  Array.prototype.every.call(pairs.pre, (from, k) => from === pairs.post[k]);

/** Whether neurons are passed on as they are. */
export const isIdentity = (synapses: Synapses): boolean => isOneToOne(synapses) && synapses.values.every((value) => value === 1);

/** What a constant adds, by a projection from it, neuron by neuron of `post`; undefined where its convolution is no bias. */
export function addedBy({ projection, post, values, pairs }: Synapses, constant: number): Float64Array | undefined {
  const added = new Float64Array(post);
  if (pairs !== undefined) {
    for (const [k, value] of values.entries()) added[pairs.post[k]!]! += constant * value;
    return added;
  }
  const { connectivity } = projection;
  if (connectivity.kind !== 'convolution') {
    for (const [at, value] of values.entries()) added[at % post]! += constant * value;
    return added;
  }
  const isBias =
    product([
      connectivity.input[0],
      ...connectivity.kernel,
      ...(connectivity.stride ?? []),
      1 + Math.max(0, ...(connectivity.padding ?? [])),
    ]) === 1;
  if (!isBias) return undefined;
  return added.map((_, j) => constant * values[Math.floor(j / (post / values.length))]!);
}

/** A projection as the node that weighs, with what a constant adds behind it. */
export function weighingNode(synapses: Synapses, bias: Float64Array | undefined): NirNode {
  const { projection, pre, post, values, pairs } = synapses;
  const { connectivity } = projection;
  if (connectivity.kind === 'convolution') {
    const { input, channels, kernel, stride = [1, 1], padding = [0, 0] } = connectivity;
    const places = post / channels;
    return nirNode('Conv2d', {
      input_shape: nirArray([2], input.slice(1)),
      weight: nirArray([channels, input[0], ...kernel], values),
      stride: nirArray([2], stride),
      padding: nirArray([2], padding),
      dilation: nirArray([2], [1, 1]),
      groups: nirArray([], [1]),
      bias: nirArray(
        [channels],
        Array.from({ length: channels }, (_, o) => bias?.[o * places] ?? 0),
      ),
    });
  }
  if (isOneToOne(synapses) && bias === undefined) {
    const scale = new Float64Array(pre);
    for (const [k, value] of values.entries()) scale[pairs!.pre[k]!] = value;
    return nirNode('Scale', { scale: nirArray([pre], scale) });
  }
  const weight = new Float64Array(pre * post);
  if (pairs === undefined) for (const [at, value] of values.entries()) weight[(at % post) * pre + Math.floor(at / post)] = value;
  else for (const [k, value] of values.entries()) weight[pairs.post[k]! * pre + pairs.pre[k]!] = value;
  const matrix = { weight: nirArray([post, pre], weight) };
  return bias === undefined ? nirNode('Linear', matrix) : nirNode('Affine', { ...matrix, bias: nirArray([post], bias) });
}
