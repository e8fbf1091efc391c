/**
 * States, PROTOCOL.md section 14: a question `population u8 | first u16`, and its answer `tick u32 | population u8 | first u16 | states i32...`.
 * The tick is the one that runs next.
 */
const QUESTION_BYTES = 3;
const ANSWER_HEAD = 7;
const STATE_BYTES = 4;

/** Writes a question for the states of a population from `first` on; returns its length. */
export function writeStatesQuestion(out: Uint8Array, population: number, first: number): number {
  out.set([population, first & 0xff, first >>> 8]);
  return QUESTION_BYTES;
}

export interface StatesQuestion {
  population: number;
  first: number;
}

/** Reads a question into `to`; false if it is malformed. */
export function readStatesQuestion(bytes: Uint8Array, start: number, end: number, to: StatesQuestion): boolean {
  if (end - start !== QUESTION_BYTES) return false;
  to.population = bytes[start]!;
  to.first = bytes[start + 1]! | (bytes[start + 2]! << 8);
  return true;
}

/** Writes as many states from `first` on as `limit` bytes hold; returns the length. */
export function writeStates(out: Uint8Array, limit: number, tick: number, population: number, first: number, states: Int32Array): number {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  view.setUint32(0, tick, true);
  view.setUint8(4, population);
  view.setUint16(5, first, true);
  let at = ANSWER_HEAD;
  for (let j = first; j < states.length && at + STATE_BYTES <= limit; j++, at += STATE_BYTES) view.setInt32(at, states[j]!, true);
  return at;
}

export interface States extends StatesQuestion {
  tick: number;
  count: number;
}

/** Reads the head of an answer into `to` and its states to their places in `states`; false if it is malformed or they do not fit. */
export function readStates(bytes: Uint8Array, start: number, end: number, to: States, states: Int32Array): boolean {
  const length = end - start - ANSWER_HEAD;
  if (length < 0 || length % STATE_BYTES !== 0) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  to.tick = view.getUint32(0, true);
  to.population = view.getUint8(4);
  to.first = view.getUint16(5, true);
  to.count = length / STATE_BYTES;
  if (to.first + to.count > states.length) return false;
  for (let k = 0; k < to.count; k++) states[to.first + k] = view.getInt32(ANSWER_HEAD + STATE_BYTES * k, true);
  return true;
}
