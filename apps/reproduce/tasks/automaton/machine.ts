import type { Chance } from '../../chance.ts';

/** A deterministic finite automaton over the symbols 0 and 1; it begins in state 0. */
export interface Machine {
  /** δ: by state and symbol, the state that follows */
  readonly next: readonly (readonly number[])[];
  readonly accepting: readonly boolean[];
}

export type Word = readonly number[];

export const SYMBOLS = 2;

/** The states that a word leads through, the first of them 0. */
export function pathOf({ next }: Machine, word: Word): number[] {
  const path = [0];
  for (const symbol of word) path.push(next[path.at(-1)!]![symbol]!);
  return path;
}

/** Words with an odd number of ones. */
export const parity: Machine = {
  next: [
    [0, 1],
    [1, 0],
  ],
  accepting: [false, true],
};

/** A random automaton whose states are all reached and all differ: no smaller one has its language. */
export function randomMachine(states: number, { below }: Chance): Machine {
  for (;;) {
    const next = Array.from({ length: states }, () => Array.from({ length: SYMBOLS }, () => below(states)));
    // A tree from state 0 first, so that all are reached; what it leaves free is as it was drawn.
    const free: [state: number, symbol: number][] = Array.from({ length: SYMBOLS }, (_, symbol) => [0, symbol]);
    for (let state = 1; state < states; state++) {
      const [from, symbol] = free.splice(below(free.length), 1)[0]!;
      next[from]![symbol] = state;
      for (let other = 0; other < SYMBOLS; other++) free.push([state, other]);
    }
    const machine = { next, accepting: Array.from({ length: states }, () => below(2) === 1) };
    if (endings(machine) !== undefined) return machine;
  }
}

/** What leads to `state` leads to `other` instead. */
export const merged = ({ next, accepting }: Machine, state: number, other: number): Machine => ({
  next: next.map((row) => row.map((to) => (to === state ? other : to))),
  accepting,
});

/** Words that tell any two states apart (Moore 1956: partitions refined symbol by symbol), or undefined where two are alike. */
function endings({ next, accepting }: Machine): Word[] | undefined {
  const words: Word[] = [[]];
  const ends = (state: number, word: Word): boolean => accepting[word.reduce((at, symbol) => next[at]![symbol]!, state)]!;
  const classOf = (state: number): string => words.map((word) => (ends(state, word) ? '1' : '0')).join('');
  for (;;) {
    const classes = next.map((_, state) => classOf(state));
    if (new Set(classes).size === next.length) return words;
    const finer = splitting(next, classes, words, ends);
    if (finer === undefined) return undefined;
    words.push(finer);
  }
}

/** A word, one symbol longer than one of `words`, that tells two states of one class apart. */
function splitting(
  next: Machine['next'],
  classes: readonly string[],
  words: readonly Word[],
  ends: (state: number, word: Word) => boolean,
): Word | undefined {
  const first = new Map<string, number>();
  for (const [state, found] of classes.entries()) {
    const like = first.get(found);
    if (like === undefined) first.set(found, state);
    else
      for (let symbol = 0; symbol < SYMBOLS; symbol++) {
        const [one, other] = [next[like]![symbol]!, next[state]![symbol]!];
        const word = words.find((ending) => ends(one, ending) !== ends(other, ending));
        if (word !== undefined) return [symbol, ...word];
      }
  }
  return undefined;
}

/**
 * Words that take every transition, each followed by all endings: an automaton with as many states and other language tells one of them otherwise (Chow 1978,
 * the W method).
 */
export function transitionWords(machine: Machine): Word[] {
  const access = new Map<number, Word>([[0, []]]);
  for (const [state, word] of access)
    for (let symbol = 0; symbol < SYMBOLS; symbol++) {
      const to = machine.next[state]![symbol]!;
      if (!access.has(to)) access.set(to, [...word, symbol]);
    }
  const suffixes = endings(machine)!;
  return [...access.values()].flatMap((word) =>
    suffixes.flatMap((ending) => [[...word, ...ending], ...[0, 1].map((symbol) => [...word, symbol, ...ending])]),
  );
}
