import type { Connectivity } from '../../runtime/index.ts';
import { broadcast, optional, required, wholes } from './fields.ts';
import { type NirNode, product } from './graph.ts';
import type { Ledger } from './losses.ts';
import { imageInto, windowOf } from './shapes.ts';

/** Numbers of a convolution whose zeros between groups or taps are written out. */
const MOST_WEIGHTS = 2 ** 24;

/** What a node that weighs is as a projection. */
export interface Weighted {
  readonly connectivity: Connectivity;
  /** neurons before and behind it */
  readonly pre: number;
  readonly post: number;
  /** in the order of the description */
  readonly values: Float64Array;
  /** one a channel of a convolution, otherwise one a neuron behind it; undefined where there is none */
  readonly bias: Float64Array | undefined;
}

/** y = W x (+ b): W[out][in] of the file is weight [pre][post] here. */
function matrix(path: string, node: NirNode, ledger: Ledger): Weighted {
  const { shape, values } = required(path, node, 'weight');
  const [post, pre] = [shape.at(-2) ?? 0, shape.at(-1) ?? 0];
  if (pre * post === 0 || pre * post !== values.length)
    ledger.refuse(path, `a weight of shape [${shape.join(', ')}]`, 'give one matrix [out, in]');
  const weights = Float64Array.from(values, (_, at) => values[(at % post) * pre + Math.floor(at / post)]!);
  const bias = node.type === 'Affine' ? broadcast(path, 'bias', required(path, node, 'bias'), [post], ledger) : undefined;
  return { connectivity: { kind: 'dense' }, pre, post, values: weights, bias };
}

/** Synapses from each neuron to the one of its number. */
export function oneToOne(values: Float64Array): Weighted {
  const order = Array.from(values, (_, at) => at);
  return { connectivity: { kind: 'list', pre: order, post: order }, pre: order.length, post: order.length, values, bias: undefined };
}

/** A kernel with the zeros between its groups and its taps written out: [output channel][input channel][row][column]. */
function spread(values: Float64Array, shape: readonly number[], groups: number, dilation: readonly [number, number]): Float64Array {
  const [outputs, each, rows, columns] = shape as [number, number, number, number];
  const [height, width] = [dilation[0] * (rows - 1) + 1, dilation[1] * (columns - 1) + 1];
  const inputs = each * groups;
  const kernel = new Float64Array(outputs * inputs * height * width);
  for (let from = 0; from < values.length; from++) {
    const [x, y] = [from % columns, Math.floor(from / columns) % rows];
    const [i, o] = [Math.floor(from / (columns * rows)) % each, Math.floor(from / (columns * rows * each))];
    const input = Math.floor(o / (outputs / groups)) * each + i;
    kernel[((o * inputs + input) * height + y * dilation[0]) * width + x * dilation[1]] = values[from]!;
  }
  return kernel;
}

function convolution(path: string, node: NirNode, shape: readonly number[] | undefined, ledger: Ledger): Weighted {
  const image = imageInto(path, node, shape);
  if (image === undefined)
    return ledger.refuse(path, `a ${node.type} of an unknown input`, 'write input_shape into the node, or a shape into the Input');
  const { kernel, stride, padding, dilation, even } = windowOf(path, node);
  if (!even) ledger.refuse(`${path}.padding`, 'a padding that is wider on one side', 'use an odd kernel, or numbers');
  const pools = node.type === 'SumPool2d' || node.type === 'AvgPool2d';
  const groups = pools ? image[0] : wholes(path, node, 'groups', 1, 1, 1)[0]!;
  // A pooling node is a convolution of each channel with itself.
  const taps = kernel[0] * kernel[1];
  const pooled = () => new Float64Array(image[0] * taps).fill(node.type === 'AvgPool2d' ? 1 / taps : 1);
  const weight = pools ? { shape: [image[0], 1, ...kernel], values: pooled() } : required(path, node, 'weight');
  const [channels, each] = [weight.shape[0]!, weight.shape[1]!];
  if (each * groups !== image[0] || channels % groups !== 0)
    ledger.refuse(
      `${path}.weight`,
      `a kernel of shape [${weight.shape.join(', ')}] in ${groups} groups on ${image[0]} channels`,
      'give [out, in / groups, …]',
    );
  const extent = [0, 1].map((axis) => dilation[axis]! * (kernel[axis]! - 1) + 1) as [number, number];
  const places = [0, 1].map((axis) => Math.floor((image[axis + 1]! + 2 * padding[axis]! - extent[axis]!) / stride[axis]!) + 1);
  if (!(places[0]! > 0 && places[1]! > 0))
    ledger.refuse(path, `a kernel of ${extent.join(' × ')} on an input of ${image.join(' × ')}`, 'pad it, or correct its sizes');
  if (channels * image[0] * extent[0] * extent[1] > MOST_WEIGHTS)
    ledger.refuse(path, `a kernel with more than ${MOST_WEIGHTS} weights, zeros of groups and dilation among them`, 'use fewer groups');
  const wide = spread(weight.values, [channels, each, ...kernel], groups, dilation);
  if (!pools && wide.length > weight.values.length)
    ledger.warn(path, 'groups and dilation are zeros of a wider kernel, which learning may move');
  const given = optional(path, node, 'bias');
  const bias = given === undefined ? undefined : broadcast(path, 'bias', given, [channels], ledger);
  return {
    connectivity: { kind: 'convolution', input: image, channels, kernel: extent, stride, padding },
    pre: product(image),
    post: channels * product(places),
    values: wide,
    bias: bias?.some((value) => value !== 0) ? bias : undefined,
  };
}

/** A node that weighs, on what comes in by the shape that is known of it. */
export function weightedOf(path: string, node: NirNode, shape: readonly number[] | undefined, ledger: Ledger): Weighted {
  if (node.type === 'Affine' || node.type === 'Linear') return matrix(path, node, ledger);
  if (node.type !== 'Scale') return convolution(path, node, shape, ledger);
  const scale = required(path, node, 'scale');
  return oneToOne(broadcast(path, 'scale', scale, shape ?? scale.shape, ledger));
}
