import { raise } from '../../runtime/index.ts';
import { optional, required, sides, wholes } from './fields.ts';
import type { FlatGraph } from './flat.ts';
import { type NirArray, type NirNode, product } from './graph.ts';

/** Types of nodes by what becomes of them. */
export const populationTypes = new Set(['Input', 'LIF', 'CubaLIF', 'IF', 'LI', 'CubaLI', 'I', 'Threshold']);
export const weightedTypes = new Set(['Affine', 'Linear', 'Scale', 'Conv1d', 'Conv2d', 'SumPool2d', 'AvgPool2d']);
export const passingTypes = new Set(['Flatten', 'Delay', 'Output', 'Joint']);

/** The window of a convolution or of a pooling node, rows first; what is of one dimension has one row. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** above and left */
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** whether as much is added below and right; only a padding by name may differ */
  readonly even: boolean;
}

/** The kernel of a convolution, [out, in / groups, …]; undefined of a pooling node. */
function kernelOf(path: string, node: NirNode): NirArray | undefined {
  if (node.type === 'SumPool2d' || node.type === 'AvgPool2d') return undefined;
  const weight = required(path, node, 'weight');
  if (weight.shape.length !== (node.type === 'Conv1d' ? 3 : 4) || weight.values.length === 0)
    raise('ERR_NIR_FORMAT', {
      path: `${path}.weight`,
      value: `a kernel has the shape [out, in / groups, …], not [${weight.shape.join(', ')}]`,
    });
  return weight;
}

export function windowOf(path: string, node: NirNode): Window {
  const dimensions = node.type === 'Conv1d' ? 1 : 2;
  const pair = (values: readonly number[], first: number): readonly [number, number] =>
    values.length === 1 ? [first, values[0]!] : [values[0]!, values[1]!];
  const of = (name: string, least: number, otherwise?: number): readonly [number, number] =>
    pair(wholes(path, node, name, dimensions, least, otherwise), least);
  const weight = kernelOf(path, node);
  const kernel = weight === undefined ? of('kernel_size', 1) : pair(weight.shape.slice(2), 1);
  const dilation = of('dilation', 1, 1);
  const stride = of('stride', 1, 1);
  const named = node.fields.get('padding');
  if (typeof named !== 'string') return { kernel, stride, dilation, padding: of('padding', 0, 0), even: true };
  const spare = kernel.map((side, axis) => (named === 'same' ? dilation[axis]! * (side - 1) : 0));
  const padding = [Math.floor(spare[0]! / 2), Math.floor(spare[1]! / 2)] as const;
  return { kernel, stride, dilation, padding, even: spare.every((side) => side % 2 === 0) };
}

/** Channels, rows and columns of what goes into a convolution or a pooling node, undefined where nobody says so. */
export function imageInto(
  path: string,
  node: NirNode,
  shape: readonly number[] | undefined,
): readonly [number, number, number] | undefined {
  if (shape?.length === 3) return [shape[0]!, shape[1]!, shape[2]!];
  if (shape?.length === 2 && node.type === 'Conv1d') return [shape[0]!, 1, shape[1]!];
  const weight = kernelOf(path, node);
  if (weight === undefined || optional(path, node, 'input_shape') === undefined) return undefined;
  const places = wholes(path, node, 'input_shape', node.type === 'Conv1d' ? 1 : 2, 1);
  const channels = weight.shape[1]! * wholes(path, node, 'groups', 1, 1, 1)[0]!;
  return places.length === 1 ? [channels, 1, places[0]!] : [channels, places[0]!, places[1]!];
}

/** What a node sends, from what comes in; undefined where it cannot be told yet. */
function shapeOf(path: string, node: NirNode, shape: readonly number[] | undefined): readonly number[] | undefined {
  switch (node.type) {
    case 'Input':
      return sides(path, node, 'shape');
    case 'Affine':
    case 'Linear':
      return optional(path, node, 'weight')?.shape.slice(-2, -1);
    case 'Conv1d':
    case 'Conv2d':
    case 'SumPool2d':
    case 'AvgPool2d': {
      const image = imageInto(path, node, shape);
      if (image === undefined) return undefined;
      const { kernel, stride, padding, dilation } = windowOf(path, node);
      const place = (axis: 0 | 1): number =>
        Math.floor((image[axis + 1]! + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
      const channels = kernelOf(path, node)?.shape[0] ?? image[0];
      return node.type === 'Conv1d' ? [channels, place(1)] : [channels, place(0), place(1)];
    }
    case 'Flatten': {
      if (shape === undefined) return undefined;
      const dimension = (name: string, otherwise: number): number => {
        const given = optional(path, node, name)?.values[0] ?? otherwise;
        return Math.max(0, Math.min(shape.length - 1, given < 0 ? shape.length + given : given));
      };
      const [from, to] = [dimension('start_dim', 0), dimension('end_dim', -1)];
      return [...shape.slice(0, from), product(shape.slice(from, to + 1)), ...shape.slice(to + 1)];
    }
    case 'Output':
    case 'Joint':
      return shape;
    default: {
      // One number may stand for all, and a flat array for an image.
      const own = [...node.fields.values()].flatMap((field) => (typeof field !== 'string' && field.values.length > 1 ? [field.shape] : []));
      own.sort((a, b) => product(b) - product(a) || b.length - a.length);
      return shape !== undefined && (own.length === 0 || product(own[0]!) === product(shape)) ? shape : own[0];
    }
  }
}

/** The shape of what each node sends, by its path; a node whose shape nobody says is left out. */
export function shapesOf({ nodes, into }: FlatGraph): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const incoming = (path: string) => shapes.get(into.get(path)!.find((sender) => shapes.has(sender)) ?? '');
  for (let before = -1; before < shapes.size; ) {
    before = shapes.size;
    for (const [path, node] of nodes) {
      if (shapes.has(path)) continue;
      const shape = shapeOf(path, node, incoming(path));
      if (shape !== undefined) shapes.set(path, shape);
    }
  }
  return shapes;
}
