import { exact } from '../../runtime/index.ts';

/** Draws in a row from one random stream. */
export interface Chance {
  /** a copy in random order */
  shuffled<T>(items: readonly T[]): T[];
  /** a whole number from 0 to below `count` */
  below(count: number): number;
}

export function chance(seed: number, name: string): Chance {
  const stream = exact.randomStream(seed, name);
  let draws = 0;
  const below = (count: number): number => Math.floor(stream.uniform(draws++) * count);
  return {
    below,
    shuffled(items) {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [order[last], order[other]] = [order[other]!, order[last]!];
      }
      return order;
    },
  };
}
