import { createHash } from 'node:crypto';
import { decodeCheckpoint, type Executable, encodeCheckpoint, encodeState, fieldsOf, layoutOf, raise } from '../../../runtime/index.ts';

/**
 * What of a network is shared: its weights, projection by projection in the order of their names, as one row of numbers. Traces, gradients, membranes and
 * the moments of optimizers are a device's own, and stay there.
 */
export interface Shared {
  /** SHA-256 of the layout of the program (`layoutOf`), hexadecimal: weights mean the same where it is equal */
  readonly layout: string;
  readonly length: number;
  /** copies the weights that learn; between two ticks. Allocates nothing */
  take(into: Float32Array): void;
  /** weights that act and learn from the next tick on; between two ticks. Allocates nothing */
  put(values: Float32Array): void;
}

export function sharedOf(executable: Executable): Shared {
  const { arena, program } = executable;
  let length = 0;
  const places = [...program.weights.keys()].sort().map((name) => {
    const { acting, next } = program.weights.get(name)!;
    const { rows, columns, stride } = program.regions.get(acting)!;
    const place = { rows, columns, stride, at: length, learning: arena.view(next ?? acting), acting: arena.view(acting) };
    length += rows * columns;
    return place;
  });
  return {
    layout: layoutOf(program).hash,
    length,
    take(into) {
      executable.settle();
      for (const { rows, columns, stride, at, learning } of places)
        for (let row = 0; row < rows; row++) for (let k = 0; k < columns; k++) into[at + row * columns + k] = learning[row * stride + k]!;
    },
    put(values) {
      executable.settle();
      for (const { rows, columns, stride, at, learning, acting } of places)
        for (let row = 0; row < rows; row++)
          for (let k = 0; k < columns; k++) {
            const value = values[at + row * columns + k]!;
            learning[row * stride + k] = value;
            acting[row * stride + k] = value;
          }
    },
  };
}

/** The weights that all devices begin a round with. */
export interface Model {
  readonly layout: string;
  /** the round that it opens */
  readonly round: number;
  readonly values: Float32Array;
}

const MODEL = 'federated model';

/** A model as a checkpoint, whose tick is its round: one model has one encoding, and so one hash. */
export const encodeModel = ({ layout, round, values }: Model): Uint8Array =>
  encodeCheckpoint(round, { kind: MODEL, layout }, encodeState(values));

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that a message of `values` numbers takes at most, its names and hashes included. */
export const largest = (values: number): number => 4 * values + 2048;

/**
 * Reads a model for a network of this layout; `path` is its name in errors. Raises what `decodeCheckpoint` raises for bytes that are cut, damaged or none, and
 * ERR_CHECKPOINT_LAYOUT for those of another network.
 */
export function decodeModel(bytes: Uint8Array, { layout, length }: Pick<Shared, 'layout' | 'length'>, path: string): Model {
  const { tick, run, state } = decodeCheckpoint(bytes, path);
  const fields = fieldsOf(run, path);
  const kind = fields.text('kind');
  if (kind !== MODEL) raise('ERR_CHECKPOINT_STATE', { path: `${path}: kind`, expected: `'${MODEL}'`, value: kind });
  const theirs = fields.text('layout');
  if (theirs !== layout) raise('ERR_CHECKPOINT_LAYOUT', { path: `${path}: layout`, saved: theirs.slice(0, 16), here: layout.slice(0, 16) });
  const values = fieldsOf({ values: state }, path).numbers('values', Float32Array);
  if (values.length !== length)
    raise('ERR_CHECKPOINT_STATE', { path: `${path}: values`, expected: `${length} weights`, value: values.length });
  if (!values.every(Number.isFinite)) raise('ERR_NOT_FINITE', { path: `${path}: values`, value: 'NaN or infinity' });
  return { layout, round: tick, values };
}
