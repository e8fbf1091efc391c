import { constant, lif, type Network, type Projection, source } from '../../../../runtime/index.ts';
import { type Machine, pathOf, SYMBOLS, type Word } from './machine.ts';

/** What words come to, derived from the automaton alone. */
export interface Events {
  readonly ticks: number;
  readonly inputs: number;
  readonly spikes: number;
  readonly deliveries: number;
  readonly products: number;
  readonly peak: number;
}

/**
 * An automaton in threshold units. A word begins with a tick for 'start', then come its symbols, `period` ticks each; in the tick in which one more would be read, 'out'
 * fires where the word is accepted. After the ticks of `events` all is silent and another word may follow.
 */
export interface Built {
  readonly network: Network;
  readonly period: number;
  readonly events: (word: Word) => Events;
}

/** Units without memory: each fires in the tick in which its inputs reach the threshold, for e^(−dt/τ) is 0 in float32. */
const units = (size: number, threshold: number) => ({ size, neuron: lif({ tauMem: 1 / 200, threshold, reset: 'none' }) });

/** The synapses whose weight is not 0; without one there is no projection. */
function wired(
  network: Network,
  name: string,
  { pre, post, delay, ...gate }: { pre: string; post: string; delay: number; gate?: string },
  weightOf: (pre: number, post: number) => number,
): Record<string, Projection> {
  const [from, to, values]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < network.populations[pre]!.size; i++)
    for (let j = 0; j < network.populations[post]!.size; j++) {
      const value = weightOf(i, j);
      if (value === 0) continue;
      from.push(i);
      to.push(j);
      values.push(value);
    }
  const projection = {
    pre,
    post,
    ...gate,
    connectivity: { kind: 'list', pre: from, post: to },
    weight: { kind: 'inline', values },
    delay,
  } as const;
  return values.length === 0 ? {} : { [name]: projection };
}

const bit = (code: number, place: number): number => (code >> place) & 1;
const ones = (code: number): number => (code === 0 ? 0 : (code & 1) + ones(code >> 1));
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/**
 * A unit for each state and symbol (Minsky 1967, ch. 3): (q, a) fires where a is read and a unit whose transition leads to q fired a tick before. 2 m units and one
 * for the answer; one tick a symbol; one of them is active, and the answer.
 */
export function pairs(machine: Machine): Built {
  const { next, accepting } = machine;
  const states = next.length;
  const stateOf = (pair: number): number => Math.floor(pair / SYMBOLS);
  const leadsTo = (pair: number): number => next[stateOf(pair)]![pair % SYMBOLS]!;
  const parts: Network = {
    dt: 1,
    seed: 0,
    populations: {
      start: { size: 1, neuron: source() },
      symbol: { size: SYMBOLS, neuron: source() },
      pair: units(SYMBOLS * states, 2),
      out: units(1, 1),
    },
    projections: {},
  };
  const network: Network = {
    ...parts,
    projections: {
      ...wired(parts, 'begin', { pre: 'start', post: 'pair', delay: 1 }, (_, to) => (stateOf(to) === 0 ? 1 : 0)),
      ...wired(parts, 'empty', { pre: 'start', post: 'out', delay: 1 }, () => (accepting[0]! ? 1 : 0)),
      ...wired(parts, 'read', { pre: 'symbol', post: 'pair', delay: 0 }, (symbol, to) => (to % SYMBOLS === symbol ? 1 : 0)),
      ...wired(parts, 'follow', { pre: 'pair', post: 'pair', delay: 1 }, (from, to) => (leadsTo(from) === stateOf(to) ? 1 : 0)),
      ...wired(parts, 'accept', { pre: 'pair', post: 'out', delay: 1 }, (from) => (accepting[leadsTo(from)]! ? 1 : 0)),
    },
  };
  return {
    network,
    period: 1,
    events(word) {
      const path = pathOf(machine, word);
      const accepted = path.map((state) => Number(accepting[state]!));
      return {
        ticks: word.length + 2,
        inputs: 1 + word.length,
        spikes: word.length + sum(accepted),
        // Each pair tells those of the state that follows, and the answer where that accepts.
        deliveries: SYMBOLS * word.length + sum(accepted.slice(1)),
        products: SYMBOLS + accepted[0]! + states * word.length,
        peak: Math.max(...accepted, ...accepted.slice(0, -1).map((answer) => answer + 1)),
      };
    },
  };
}

/**
 * States in binary, their transitions in a matrix of rows (symbol and upper bits) and columns (lower bits), as Lupanov (1972) computes Boolean functions by
 * thresholds and Horne & Hush (1996) automata. A row fires where its symbol is read and the upper bits are its own; a unit (b, column) where the lower bits are its
 * own and bit b of what the active row has there is 1: exactly one column has the next state. The last b is not a bit but whether the state accepts.
 * SYMBOLS·2^upper rows and (bits + 1)·2^lower units, O(√(m log m)), and one for the answer; two ticks a symbol; at most bits + 1 active.
 */
export function rows(machine: Machine): Built {
  const { next, accepting } = machine;
  const states = next.length;
  const bits = Math.ceil(Math.log2(states));
  const sizes = Array.from({ length: bits + 1 }, (_, lower) => SYMBOLS * 2 ** (bits - lower) + (bits + 1) * 2 ** lower);
  const lower = sizes.indexOf(Math.min(...sizes));
  const [upperCodes, columns] = [2 ** (bits - lower), 2 ** lower];
  const planes = bits + 1;
  /** What the planes hold of a state: its bits and, above them, whether it accepts. */
  const codeOf = (state: number): number => state + (accepting[state]! ? 2 ** bits : 0);
  const rowOf = (row: number) => ({ symbol: Math.floor(row / upperCodes), upper: row % upperCodes });
  const placeOf = (place: number) => ({ plane: Math.floor(place / columns), column: place % columns });
  const led = (state: number, symbol: number): number => (state < states ? codeOf(next[state]![symbol]!) : 0);
  /** ±1 for a bit that must be 1 or 0: the sum over all bits is that of the ones wished for exactly where all are as wished. */
  const matches = (wished: number, place: number): number => (bit(wished, place) === 1 ? 1 : -1);
  const parts: Network = {
    dt: 1,
    seed: 0,
    populations: {
      start: { size: 1, neuron: source() },
      symbol: { size: SYMBOLS, neuron: source() },
      one: { size: 1, neuron: constant() },
      row: units(SYMBOLS * upperCodes, 1),
      place: units(planes * columns, 1),
      out: units(1, 1),
    },
    projections: {},
  };
  const network: Network = {
    ...parts,
    projections: {
      ...wired(parts, 'empty', { pre: 'start', post: 'out', delay: 1 }, () => (accepting[0]! ? 1 : 0)),
      ...wired(parts, 'read', { pre: 'symbol', post: 'row', delay: 0 }, (symbol, row) => (rowOf(row).symbol === symbol ? 1 : 0)),
      ...wired(parts, 'upper', { pre: 'place', post: 'row', delay: 1 }, (place, row) => {
        const { plane } = placeOf(place);
        return plane >= lower && plane < bits ? matches(rowOf(row).upper, plane - lower) : 0;
      }),
      ...wired(parts, 'rowThreshold', { pre: 'one', post: 'row', gate: 'output', delay: 0 }, (_, row) => 0 - ones(rowOf(row).upper)),
      ...wired(parts, 'lower', { pre: 'place', post: 'place', delay: 2 }, (from, to) => {
        const { plane } = placeOf(from);
        return plane < lower ? matches(placeOf(to).column, plane) : 0;
      }),
      ...wired(parts, 'matrix', { pre: 'row', post: 'place', delay: 1 }, (row, place) => {
        const [{ symbol, upper }, { plane, column }] = [rowOf(row), placeOf(place)];
        return bit(led(upper * columns + column, symbol), plane);
      }),
      ...wired(
        parts,
        'placeThreshold',
        { pre: 'one', post: 'place', gate: 'output', delay: 0 },
        (_, place) => 0 - ones(placeOf(place).column),
      ),
      ...wired(parts, 'accept', { pre: 'place', post: 'out', delay: 1 }, (place) => (placeOf(place).plane === bits ? 1 : 0)),
    },
  };
  const thresholds =
    SYMBOLS * sum(Array.from({ length: upperCodes }, (_, upper) => Number(upper > 0))) +
    planes * sum(Array.from({ length: columns }, (_, column) => Number(column > 0)));
  return {
    network,
    period: 2,
    events(word) {
      const path = pathOf(machine, word);
      const accepted = path.map((state) => Number(accepting[state]!));
      const codes = path.slice(1).map(codeOf);
      const fromRow = (row: number, symbol: number): number =>
        sum(Array.from({ length: columns }, (_, column) => ones(led(row * columns + column, symbol))));
      const fromPlaces = (code: number): number =>
        ones(code % columns) * planes * columns + ones(Math.floor((code % 2 ** bits) / columns)) * SYMBOLS * upperCodes + bit(code, bits);
      const ticks = 2 * word.length + 3;
      return {
        ticks,
        inputs: 1 + word.length,
        spikes: word.length + sum(codes.map(ones)) + sum(accepted),
        deliveries: sum(word.map((symbol, k) => fromRow(Math.floor(path[k]! / columns), symbol))) + sum(codes.map(fromPlaces)),
        products: accepted[0]! + upperCodes * word.length + ticks * thresholds,
        peak: Math.max(...codes.map(ones), ...accepted, ...accepted.slice(0, -1).map((answer) => answer + 1)),
      };
    },
  };
}
