import { raise } from '../../runtime/index.ts';
import { type NirArray, type NirNode, product } from './graph.ts';
import type { Ledger } from './losses.ts';

const refuse = (path: string, value: string): never => raise('ERR_NIR_FORMAT', { path, value });

/** The numbers of a field, all of them finite; undefined where there is none. */
export function optional(path: string, node: NirNode, name: string): NirArray | undefined {
  const field = node.fields.get(name);
  if (field === undefined) return undefined;
  if (typeof field === 'string') return refuse(`${path}.${name}`, `numbers are required, not '${field}'`);
  const wrong = field.values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) refuse(`${path}.${name}`, `finite numbers are required, not ${wrong}`);
  return field;
}

export const required = (path: string, node: NirNode, name: string): NirArray =>
  optional(path, node, name) ?? refuse(path, `a ${node.type} has a field ${name}`);

/** Whole numbers from `least`, as many as `count` or one for all. */
export function wholes(path: string, node: NirNode, name: string, count: number, least: number, otherwise?: number): number[] {
  const field = optional(path, node, name);
  if (field === undefined && otherwise === undefined) return refuse(path, `a ${node.type} has a field ${name}`);
  const values = field === undefined ? [otherwise!] : [...field.values];
  if (values.length !== 1 && values.length !== count)
    refuse(`${path}.${name}`, `${count} whole numbers are required, not ${values.length}`);
  for (const value of values)
    if (!(Number.isInteger(value) && value >= least && value < 2 ** 15))
      refuse(`${path}.${name}`, `a whole number from ${least} to ${2 ** 15 - 1} is required, not ${value}`);
  return values.length === count ? values : new Array<number>(count).fill(values[0]!);
}

/** A shape as its sides. */
export function sides(path: string, node: NirNode, name: string): number[] {
  const { values } = required(path, node, name);
  return wholes(path, node, name, values.length, 1);
}

/** The numbers of a field for a shape, repeated along sides of 1 as numpy does. */
export function broadcast(path: string, name: string, field: NirArray, shape: readonly number[], ledger: Ledger): Float64Array {
  const count = product(shape);
  if (field.values.length === count) return field.values;
  if (field.values.length === 1) {
    if (count > 1) ledger.warn(`${path}.${name}`, `one number stands for all ${count}`);
    return new Float64Array(count).fill(field.values[0]!);
  }
  const missing = shape.length - field.shape.length;
  const steps = shape.map((_, axis) =>
    axis < missing || field.shape[axis - missing] === 1 ? 0 : product(field.shape.slice(axis - missing + 1)),
  );
  const fits = missing >= 0 && field.shape.every((side, axis) => side === 1 || side === shape[axis + missing]);
  if (!fits) return refuse(`${path}.${name}`, `its shape ${field.shape.join(' × ')} does not fit ${shape.join(' × ')}`);
  return Float64Array.from({ length: count }, (_, at) => {
    let [rest, from] = [at, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * steps[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return field.values[from]!;
  });
}

/** The number that all are, or undefined. */
export const common = (values: ArrayLike<number>): number | undefined =>
  values.length > 0 && Array.prototype.every.call(values, (value) => value === values[0]) ? values[0] : undefined;
