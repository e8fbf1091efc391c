/**
 * Every error this project throws: one table, six classes. A message states the invariant, the value and the remedy;
 * `path` names the offending field. Inside a tick nothing throws.
 */

/** Base of all errors: `code` is a key of {@link errorTable}; `path` the offending field, when there is one. */
export class ControllerError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, remedy: string, path?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.remedy = remedy;
    this.path = path;
  }
}
/** The description of a network, a run or its data is wrong. */
export class DescriptionError extends ControllerError {}
/** What is asked for exceeds what a board, a backend or this version offers. */
export class CapabilityError extends ControllerError {}
/** The native addon is missing, foreign or refuses a program. */
export class NativeError extends ControllerError {}
/** A link is closed, silent or lost. */
export class TransportError extends ControllerError {}
/** Bytes on the wire break the protocol. */
export class ProtocolError extends ControllerError {}
/** Saved state does not fit the program, or its bytes are damaged. */
export class CheckpointError extends ControllerError {}

const classes = { DescriptionError, CapabilityError, NativeError, TransportError, ProtocolError, CheckpointError };

interface ErrorEntry {
  readonly kind: keyof typeof classes;
  /** `{name}` is replaced by the value given to {@link raise}. */
  readonly message: string;
  readonly remedy: string;
}

const entries = {
  ERR_NOT_AN_OBJECT: { kind: 'DescriptionError', message: 'an object is required at {path}, got {value}', remedy: 'write the field as {expected}' },
  ERR_UNKNOWN_FIELD: { kind: 'DescriptionError', message: 'unknown field {path}', remedy: 'known fields are {known}' },
  ERR_MISSING_FIELD: { kind: 'DescriptionError', message: '{path} is required', remedy: 'add it: {expected}' },
  ERR_WRONG_TYPE: { kind: 'DescriptionError', message: '{expected} required at {path}, got {value}', remedy: 'correct the value' },
  ERR_OUT_OF_RANGE: { kind: 'DescriptionError', message: '{bound} required at {path}, got {value}', remedy: '{remedy}' },
  ERR_UNKNOWN_KIND: { kind: 'DescriptionError', message: 'unknown {what} {value} at {path}', remedy: 'choose one of {known}' },
  ERR_UNKNOWN_NAME: { kind: 'DescriptionError', message: '{path} names {value}, which does not exist', remedy: 'known names are {known}' },
  ERR_BACKWARD_WITHOUT_DELAY: { kind: 'DescriptionError', message: '{path} points back ({arrow}) with delay 0', remedy: 'give it a delay of at least 1 tick, or declare {post} after {pre}' },
  ERR_SHAPE: { kind: 'DescriptionError', message: '{what} of length {expected} required at {path}, got {value}', remedy: '{remedy}' },
  ERR_NOT_FINITE: { kind: 'DescriptionError', message: 'finite numbers required at {path}, got {value}', remedy: 'correct the value' },
  ERR_BAD_JSON: { kind: 'DescriptionError', message: '{path} is not valid JSON: {value}', remedy: 'correct the file' },
  ERR_BAD_NPY: { kind: 'DescriptionError', message: '{path} is not a readable .npy array: {value}', remedy: 'save it with numpy.save as little-endian float32 or float64, C order' },
  ERR_INCOMPATIBLE_RULE: { kind: 'DescriptionError', message: '{path}: {reason}', remedy: '{remedy}' },
  ERR_UNSUPPORTED_RULE: { kind: 'CapabilityError', message: '{path}: {what} cannot be compiled', remedy: '{remedy}' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof entries;

/** The table of codes: class, message template and remedy template. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = entries;

const fill = (template: string, values: Readonly<Record<string, unknown>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`));

/** Builds the error of `code` with its message and remedy filled in from `values`; `values.path` becomes `path`. */
export function controllerError(code: ErrorCode, values: Readonly<Record<string, unknown>> = {}, cause?: unknown): ControllerError {
  const entry = errorTable[code];
  const path = typeof values['path'] === 'string' ? values['path'] : undefined;
  const options = cause === undefined ? undefined : { cause };
  return new classes[entry.kind](code, fill(entry.message, values), fill(entry.remedy, values), path, options);
}

/** Throws the error of `code`. */
export function raise(code: ErrorCode, values: Readonly<Record<string, unknown>> = {}, cause?: unknown): never {
  throw controllerError(code, values, cause);
}
