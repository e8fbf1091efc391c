import { type Chance, chance } from '../../chance.ts';
import type { Outcome, Setting } from '../../task.ts';
import { type Listener, listener } from './listener.ts';
import type { Learner } from './network.ts';
import { DIGITS, loadTakes, SPEAKERS, type Take, TEST_TAKES } from './takes.ts';

/** Takes of a point of the curve, and of the figure at the end of a pass. */
const [POINT, LAST] = [250, 500];

/** Figures of the protocols. */
export const names = {
  averaged: 'test takes, averaged weights',
  raw: 'test takes, raw weights',
  last: `last ${LAST} of the pass, each before it is taught`,
  frozen: 'new speaker, not yet heard',
  newAfter: (count: number): string => `new speaker after ${count} takes a digit`,
  oldAfter: (count: number): string => `the other speakers after ${count}`,
  all: 'all digits after the last two',
};

const isTest = ({ number }: Take): boolean => number < TEST_TAKES;
const share = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;

/** Every take once: whether each was answered rightly before it was taught, and the curve of it. */
function pass(learner: Listener, takes: readonly Take[], progress: (fraction: number) => void) {
  const right = takes.map((take, index) => {
    progress(index / takes.length);
    return learner.teach(take) === take.digit;
  });
  const x = Array.from({ length: Math.floor(takes.length / POINT) }, (_, point) => (point + 1) * POINT);
  return { right, curve: { x, y: x.map((end) => share(right.slice(end - POINT, end))) } };
}

/** The 2,250 training takes of all speakers in random order, once; then the 250 test takes. */
export function onePass(options: Learner, { backend, seed, progress }: Setting): Outcome {
  const takes = loadTakes();
  const test = takes.filter(isTest);
  const learner = listener(backend, seed, options);
  const order = chance(seed, 'spoken digits').shuffled(takes.filter((take) => !isTest(take)));
  const { right, curve } = pass(learner, order, (fraction) => progress(0.95 * fraction));
  const figures = {
    [names.averaged]: learner.accuracy(test, 'average'),
    [names.raw]: learner.accuracy(test, 'learning'),
    [names.last]: share(right.slice(-LAST)),
  };
  learner.dispose();
  return { figures, curve };
}

/** Old takes that are kept for a new speaker, and how many of them follow each new one. */
const [KEPT, AFTER_EACH] = [50, 3];

export interface NewSpeaker {
  /** training of the four speakers */
  readonly base: Learner;
  /** learning of the fifth */
  readonly adapt: Learner;
}

/**
 * Four speakers first; then a few takes a digit of the fifth in random order, once, each followed by three of 50 kept old ones. The speaker that is left out goes with
 * the seed. The takes are the first training takes of the speaker.
 */
export function newSpeaker({ base, adapt }: NewSpeaker, { backend, seed, progress }: Setting): Outcome {
  const left = (seed - 1) % SPEAKERS.length;
  const takes = loadTakes();
  const old = takes.filter(({ speaker }) => speaker !== left);
  const oldTest = old.filter(isTest);
  const own = takes.filter(({ speaker }) => speaker === left);
  const ownTest = own.filter(isTest);
  const draw = chance(seed, 'spoken digits');
  const order = draw.shuffled(old.filter((take) => !isTest(take)));
  const learner = listener(backend, seed, base);
  const { curve } = pass(learner, order, (fraction) => progress(0.85 * fraction));
  const figures: Record<string, number> = { [names.frozen]: learner.accuracy(ownTest, 'average') };
  const kept = draw.shuffled(order).slice(0, KEPT);
  for (const count of [3, 5]) {
    const adapting = listener(backend, seed, adapt, learner.executable);
    for (const take of draw.shuffled(own.filter(({ number }) => number >= TEST_TAKES && number < TEST_TAKES + count))) {
      adapting.teach(take);
      for (let again = 0; again < AFTER_EACH; again++) adapting.teach(kept[draw.below(KEPT)]!);
    }
    figures[names.newAfter(count)] = adapting.accuracy(ownTest, 'average');
    figures[names.oldAfter(count)] = adapting.accuracy(oldTest, 'average');
    adapting.dispose();
    progress(count === 3 ? 0.92 : 1);
  }
  learner.dispose();
  return { figures, curve };
}

/** A sample of all that was seen, each take with the same chance (reservoir sampling, Vitter 1985, algorithm R). */
function store(size: number, draw: Chance) {
  const held: Take[] = [];
  let seen = 0;
  return {
    any: (): Take | undefined => (held.length === 0 ? undefined : held[draw.below(held.length)]),
    offer(take: Take): void {
      seen++;
      if (held.length < size) held.push(take);
      else {
        const at = draw.below(seen);
        if (at < size) held[at] = take;
      }
    },
  };
}

export interface DigitsInTurn {
  readonly learner: Learner;
  /** takes that are stored; after each new take one of them is taught again */
  readonly stored: number;
}

const DIGITS_AT_ONCE = 2;

/** Two digits, then the next two, and so on, by all speakers; after each pair the test takes of all digits. */
export function digitsInTurn({ learner: options, stored }: DigitsInTurn, { backend, seed, progress }: Setting): Outcome {
  const takes = loadTakes();
  const test = takes.filter(isTest);
  const draw = chance(seed, 'spoken digits');
  const learner = listener(backend, seed, options);
  const held = store(stored, draw);
  const [x, y]: [number[], number[]] = [[], []];
  let [taught, accuracy] = [0, 0];
  for (let first = 0; first < DIGITS; first += DIGITS_AT_ONCE) {
    const own = takes.filter((take) => !isTest(take) && take.digit >= first && take.digit < first + DIGITS_AT_ONCE);
    for (const take of draw.shuffled(own)) {
      learner.teach(take);
      const again = held.any();
      if (again !== undefined) learner.teach(again);
      if (stored > 0) held.offer(take);
      progress(++taught / (takes.length - test.length));
    }
    accuracy = learner.accuracy(test, 'average');
    x.push(taught);
    y.push(accuracy);
  }
  learner.dispose();
  return { figures: { [names.all]: accuracy }, curve: { x, y } };
}
