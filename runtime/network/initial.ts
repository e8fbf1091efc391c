import { raise } from '../errors.ts';
import { randomStream } from '../exact.ts';
import type { Initial } from './network.ts';
import { parseNpy } from './npy.ts';

export type ReadFile = (path: string) => Uint8Array;

/**
 * The `count` initial values of a matrix in the description's order; `fanIn` is the expected number of presynaptic partners.
 * `path` is the field's path for messages.
 */
export function initialValues(
  initial: Initial,
  path: string,
  name: string,
  seed: number,
  count: number,
  fanIn: number,
  readFile?: ReadFile,
): Float64Array {
  switch (initial.kind) {
    case 'constant':
      return new Float64Array(count).fill(initial.value);
    case 'inline':
      return checkCount(Float64Array.from(initial.values), count, `${path}.values`);
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
      return checkCount(parseNpy(bytes, `${path} (${initial.path})`).values, count, path);
    }
    default: {
      const std = 'std' in initial ? initial.std : initial.gain / Math.sqrt(Math.max(1, fanIn));
      const stream = randomStream(seed, `${name}.weight`);
      const width = std * Math.sqrt(12);
      return Float64Array.from({ length: count }, (_, index) =>
        initial.kind === 'normal' ? std * stream.normal(index) : width * (stream.uniform(index) - 0.5),
      );
    }
  }
}

function checkCount(values: Float64Array, count: number, path: string): Float64Array {
  if (values.length !== count)
    raise('ERR_SHAPE', {
      what: 'an array',
      expected: count,
      path,
      value: values.length,
      remedy: 'give one weight a synapse, [pre][post] row by row',
    });
  return values;
}
