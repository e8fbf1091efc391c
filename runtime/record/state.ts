import { raise } from '../errors.ts';

/** Numbers of one type, as memory holds them. */
export type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Plain data that a checkpoint holds: what JSON knows, every number, and arrays of numbers. */
export type State = null | boolean | number | string | Numbers | readonly State[] | { readonly [field: string]: State };

/** A thing with memory: what it gives to a checkpoint and takes back. */
export interface Stateful {
  /** all that its future depends on. May borrow its own memory: encode or copy it before the thing goes on */
  state(): State;
  /** goes on from there, bit for bit; raises ERR_CHECKPOINT_STATE where the state is not one of its own. Copies what it keeps */
  restore(state: State): void;
}

/** Deeper than any state; what is beyond would cost the stack before it is refused. */
const MAX_DEPTH = 32;

/** One byte says what follows. A count is of elements, u32; everything is little-endian, whatever the machine. */
const tags = { null: 0, false: 1, true: 2, number: 3, text: 4, list: 5, fields: 6 } as const;
const FIRST_ARRAY = 16;
const arrays = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

const bigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
const utf8 = { encode: new TextEncoder(), decode: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) };

const isNumbers = (state: State): state is Numbers => ArrayBuffer.isView(state) && arrays.some((kind) => state instanceof kind);
const isList = (state: State): state is readonly State[] => Array.isArray(state);

/** The bytes of each element in reverse: of big-endian memory the canonical order, and back. */
export function reverseElements(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function bytesOf(numbers: Numbers): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  if (!bigEndian || numbers.BYTES_PER_ELEMENT === 1) return bytes;
  const turned = bytes.slice();
  reverseElements(turned, numbers.BYTES_PER_ELEMENT);
  return turned;
}

const refuse = (path: string, expected: string, value: unknown): never =>
  raise('ERR_CHECKPOINT_STATE', { path, expected, value: typeof value === 'function' ? 'a function' : String(value).slice(0, 80) });

/** Where bytes go: `room` is asked before every write and gives the memory to write into. */
interface Sink {
  readonly room: (more: number) => void;
  bytes: Uint8Array;
  view: DataView;
  at: number;
}

function write(sink: Sink, state: State, path: string, depth: number): void {
  if (depth > MAX_DEPTH) refuse(path, `at most ${MAX_DEPTH} levels`, 'a deeper state');
  const tag = (code: number, more: number): void => {
    sink.room(1 + more);
    sink.bytes[sink.at++] = code;
  };
  const count = (value: number): void => {
    if (!(value <= 0xffffffff)) refuse(path, 'fewer than 2^32 elements', value);
    sink.view.setUint32(sink.at, value, true);
    sink.at += 4;
  };
  const text = (value: string): void => {
    // At most three bytes for each UTF-16 unit.
    sink.room(4 + 3 * value.length);
    // Not encodeInto: it refuses shared memory in some engines.
    const encoded = utf8.encode.encode(value);
    count(encoded.length);
    sink.bytes.set(encoded, sink.at);
    sink.at += encoded.length;
  };
  if (state === null) tag(tags.null, 0);
  else if (typeof state === 'boolean') tag(state ? tags.true : tags.false, 0);
  else if (typeof state === 'number') {
    tag(tags.number, 8);
    sink.view.setFloat64(sink.at, state, true);
    sink.at += 8;
  } else if (typeof state === 'string') {
    if (/\p{Surrogate}/u.test(state)) refuse(path, 'well-formed text', state);
    tag(tags.text, 0);
    text(state);
  } else if (isNumbers(state)) {
    tag(FIRST_ARRAY + arrays.findIndex((kind) => state instanceof kind), 4 + state.byteLength);
    count(state.length);
    sink.bytes.set(bytesOf(state), sink.at);
    sink.at += state.byteLength;
  } else if (isList(state)) {
    tag(tags.list, 4);
    count(state.length);
    for (const [index, item] of state.entries()) write(sink, item, `${path}[${index}]`, depth + 1);
  } else if (typeof state === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(state))) {
    const fields = Object.keys(state).sort(compare);
    tag(tags.fields, 4);
    count(fields.length);
    for (const field of fields) {
      text(field);
      write(sink, (state as { readonly [field: string]: State })[field]!, `${path}.${field}`, depth + 1);
    }
  } else refuse(path, 'plain data', state);
}

/** By code units, as sort() does by default: the same order everywhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Writes a state into `bytes`, which may be shared memory; gives its length, or -1 where it does not fit. One state has one encoding: fields in
 * order of their names, little-endian, NaN and −0 kept as they are.
 */
export function encodeStateInto(state: State, bytes: Uint8Array): number {
  const full = new RangeError('full');
  const sink: Sink = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    room(more) {
      if (sink.at + more > bytes.length) throw full;
    },
  };
  try {
    write(sink, state, 'state', 0);
  } catch (error) {
    if (error === full) return -1;
    throw error;
  }
  return sink.at;
}

/** The same, into memory of its own. */
export function encodeState(state: State): Uint8Array {
  const sink: Sink = {
    bytes: new Uint8Array(256),
    view: new DataView(new ArrayBuffer(0)),
    at: 0,
    room(more) {
      if (sink.at + more <= sink.bytes.length) return;
      const larger = new Uint8Array(Math.max(2 * sink.bytes.length, sink.at + more));
      larger.set(sink.bytes.subarray(0, sink.at));
      sink.bytes = larger;
      sink.view = new DataView(larger.buffer);
    },
  };
  sink.view = new DataView(sink.bytes.buffer);
  write(sink, state, 'state', 0);
  return sink.bytes.slice(0, sink.at);
}

/**
 * Reads what {@link encodeState} wrote, and nothing else: any other bytes raise ERR_CHECKPOINT_STATE with the path where they go wrong. Memory is
 * taken only for elements that are there.
 */
export function decodeState(bytes: Uint8Array, path = 'state'): State {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  // Names come from the bytes too: a message stays one that a person can read.
  const wrong = (where: string, expected: string, value: string): never => refuse(where.slice(0, path.length + 30), expected, value);
  const need = (length: number, where: string): void => {
    if (length > bytes.length - at) wrong(where, `${length} more bytes`, `${bytes.length - at}`);
  };
  const count = (width: number, where: string): number => {
    need(4, where);
    const value = view.getUint32(at, true);
    at += 4;
    need(value * width, where);
    return value;
  };
  const text = (where: string): string => {
    const length = count(1, where);
    // A decoder refuses shared memory.
    const own = bytes.slice(at, at + length);
    at += length;
    try {
      return utf8.decode.decode(own);
    } catch {
      return wrong(where, 'UTF-8', 'other bytes');
    }
  };
  const read = (where: string, depth: number): State => {
    if (depth > MAX_DEPTH) wrong(where, `at most ${MAX_DEPTH} levels`, 'a deeper state');
    need(1, where);
    const tag = bytes[at++]!;
    switch (tag) {
      case tags.null:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.number: {
        need(8, where);
        at += 8;
        return view.getFloat64(at - 8, true);
      }
      case tags.text:
        return text(where);
      case tags.list: {
        const length = count(1, where);
        const list: State[] = [];
        for (let index = 0; index < length; index++) list.push(read(`${where}[${index}]`, depth + 1));
        return list;
      }
      case tags.fields: {
        const length = count(5, where);
        const fields: [string, State][] = [];
        for (let index = 0; index < length; index++) {
          const name = text(where);
          if (index > 0 && compare(fields[index - 1]![0], name) >= 0) wrong(where, 'fields in order of their names', name.slice(0, 20));
          fields.push([name, read(`${where}.${name}`, depth + 1)]);
        }
        return Object.fromEntries(fields);
      }
    }
    const kind = arrays[tag - FIRST_ARRAY] ?? wrong(where, 'a known kind of value', `kind ${tag}`);
    const length = count(kind.BYTES_PER_ELEMENT, where);
    const numbers = new kind(length);
    const own = new Uint8Array(numbers.buffer);
    own.set(bytes.subarray(at, at + own.length));
    if (bigEndian) reverseElements(own, kind.BYTES_PER_ELEMENT);
    at += own.length;
    return numbers;
  };
  const state = read(path, 0);
  if (at !== bytes.length) wrong(path, 'nothing behind the state', `${bytes.length - at} bytes`);
  return state;
}

/** The fields of a state, each of the kind that is asked for; ERR_CHECKPOINT_STATE names the one that is not. */
export interface Fields {
  number(name: string): number;
  boolean(name: string): boolean;
  text(name: string): string;
  list(name: string): readonly State[];
  any(name: string): State;
  /** numbers copied over `into`, of its type and length */
  into(name: string, into: Numbers): void;
  /** numbers of the type of `like` and any length */
  numbers<N extends Numbers>(name: string, like: new (length: number) => N): N;
}

export function fieldsOf(state: State, path: string): Fields {
  if (state === null || typeof state !== 'object' || isList(state) || isNumbers(state)) return refuse(path, 'an object', state);
  const any = (name: string): State =>
    Object.hasOwn(state, name) ? (state as { readonly [field: string]: State })[name]! : refuse(`${path}.${name}`, 'a value', 'nothing');
  const typed = <T>(name: string, kind: string): T => {
    const value = any(name);
    return typeof value === kind ? (value as T) : refuse(`${path}.${name}`, `a ${kind}`, value);
  };
  const numbers = <N extends Numbers>(name: string, like: new (length: number) => N): N => {
    const value = any(name);
    return value instanceof like ? value : refuse(`${path}.${name}`, `a ${like.name}`, value);
  };
  return {
    any,
    numbers,
    number: (name) => typed(name, 'number'),
    boolean: (name) => typed(name, 'boolean'),
    text: (name) => typed(name, 'string'),
    list: (name) => {
      const value = any(name);
      return isList(value) ? value : refuse(`${path}.${name}`, 'a list', value);
    },
    into(name, into) {
      const value = numbers(name, into.constructor as new (length: number) => Numbers);
      if (value.length !== into.length) refuse(`${path}.${name}`, `${into.length} numbers`, value.length);
      (into as Float64Array).set(value as Float64Array);
    },
  };
}
