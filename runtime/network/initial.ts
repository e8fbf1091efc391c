import { raise } from '../errors.ts';
import { randomStream } from '../exact.ts';
import type { Initial } from './network.ts';
import { parseNpy } from './npy.ts';

export type ReadFile = (path: string) => Uint8Array;

/**
 * The initial values of a matrix of `shape` ([pre, post], [output channels, input channels, height, width] of a kernel, or [synapses] where only some are stored) in the description's order; `fanIn`
 * is the expected number of presynaptic partners. `path` is the field's path for messages.
 */
export function initialValues(
  initial: Initial,
  path: string,
  name: string,
  seed: number,
  shape: readonly number[],
  fanIn: number,
  readFile?: ReadFile,
): Float64Array {
  const count = product(shape);
  switch (initial.kind) {
    case 'constant':
      return new Float64Array(count).fill(initial.value);
    case 'inline':
      return checkCount(Float64Array.from(initial.values), shape, `${path}.values`);
    case 'npy': {
      if (readFile === undefined)
        return raise('ERR_MISSING_FIELD', { path: 'options.readFile', expected: `to read ${initial.path} for ${path}` });
      let bytes: Uint8Array;
      try {
        bytes = readFile(initial.path);
      } catch (cause) {
        return raise(
          'ERR_BAD_NPY',
          { path: `${path} (${initial.path})`, value: cause instanceof Error ? cause.message : String(cause) },
          cause,
        );
      }
      const array = parseNpy(bytes, `${path} (${initial.path})`);
      if (array.shape.length > 1 && array.shape.join() !== shape.join()) {
        raise('ERR_SHAPE', {
          what: 'an array',
          expected: `[${shape.join(', ')}]`,
          path,
          value: `[${array.shape.join(', ')}]`,
          remedy:
            shape.length > 2
              ? 'give a kernel as [output channel][input channel][row][column]'
              : 'give one weight a synapse, as [pre][post]; a matrix [post][pre] must be transposed',
        });
      }
      return checkFinite(checkCount(array.values, shape, path), path);
    }
    default: {
      const std = 'std' in initial ? initial.std : initial.gain / Math.sqrt(Math.max(1, fanIn));
      const stream = randomStream(seed, `${name}.weight`);
      const width = std * Math.sqrt(12);
      const values = new Float64Array(count);
      for (let index = 0; index < count; index++) {
        values[index] = initial.kind === 'normal' ? std * stream.normal(index) : width * (stream.uniform(index) - 0.5);
      }
      return checkFinite(values, path);
    }
  }
}

const product = (shape: readonly number[]): number => shape.reduce((count, size) => count * size, 1);

function checkCount(values: Float64Array, shape: readonly number[], path: string): Float64Array {
  const count = product(shape);
  if (values.length !== count)
    raise('ERR_SHAPE', {
      what: 'an array',
      expected: count,
      path,
      value: values.length,
      remedy:
        shape.length > 2
          ? 'give a kernel as [output channel][input channel][row][column]'
          : 'give one weight a synapse, [pre][post] row by row',
    });
  return values;
}

/** Finite as the float32 that they become. */
function checkFinite(values: Float64Array, path: string): Float64Array {
  const wrong = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (wrong >= 0) raise('ERR_NOT_FINITE', { path: `${path}[${wrong}]`, value: `${values[wrong]}, which float32 cannot hold` });
  return values;
}
