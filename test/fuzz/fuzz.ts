import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { checkpoints } from './checkpoints.ts';
import { descriptions } from './descriptions.ts';
import { frames } from './frames.ts';
import { graphs } from './nir.ts';
import { arrays } from './npy.ts';
import { recordings } from './recordings.ts';
import type { Target } from './target.ts';

// biome-ignore lint/suspicious/noExplicitAny: each of a case of its own, which only itself makes and reads
export const targets: readonly Target<any>[] = [frames, recordings, arrays, descriptions, checkpoints, graphs];

/** What one case may take, of what is not spoiled: time for as many bytes, and memory of the moment for each byte. */
const MOST_TIME = 40;
const MOST_BYTES = 2000;
/** What one case may take whatever it is, bytes. */
const MOST_ANYWAY = 8e6;
/** Cases that took longest are tried again, so many of them and so often: any may have been interrupted, and hide one that is slow. */
const SUSPECTS = 16;
const TRIES = 5;

export interface Outcome {
  readonly taken: number;
  readonly refused: number;
  /** time of the slowest case at its best, of what as many bytes take that are not spoiled */
  readonly slowest: number;
  /** most bytes that one case has taken, for each byte of its own */
  readonly widest: number;
}

/** Bytes in use: the heap, and what stands outside it and belongs to it. */
function memory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** The least of a few measurements, ms. */
function best(action: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < TRIES; k++) {
    const started = performance.now();
    action();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

/**
 * Reads `count` drawn cases. Throws with the smallest case found, and the seed, where one throws what is no refusal or takes too much memory, and with the
 * slowest one where that takes too much time. `progress` hears of every case before it is read.
 */
export function fuzz<Case>(target: Target<Case>, count: number, seed: number, progress?: () => void): Outcome {
  const { cases, whole, read, size } = target;
  const ends = { taken: 0, refused: 0 };
  let widest = 0;
  const suspects: { readonly input: Case; readonly time: number }[] = [];
  for (let k = 0; k < 200; k++) read(whole);
  fc.assert(
    fc.property(cases, (input) => {
      progress?.();
      const before = memory();
      const started = performance.now();
      const taken = read(input);
      const time = performance.now() - started;
      const bytes = memory() - before;
      ends[taken ? 'taken' : 'refused']++;
      if (suspects.length < SUSPECTS || time > suspects[0]!.time) {
        if (suspects.length === SUSPECTS) suspects.shift();
        suspects.push({ input, time });
        suspects.sort((a, b) => a.time - b.time);
      }
      if (bytes > MOST_ANYWAY) {
        const each = bytes / size(input);
        widest = Math.max(widest, each);
        if (each > MOST_BYTES) throw new Error(`${bytes} bytes of memory for ${size(input)} bytes of input`);
      }
    }),
    { numRuns: count, seed, includeErrorInReport: true },
  );
  const usual = best(() => read(whole)) / size(whole);
  let slowest = 0;
  for (const { input } of suspects) {
    const ratio = best(() => read(input)) / (usual * Math.max(size(whole), size(input)));
    if (ratio > MOST_TIME)
      throw new Error(`${ratio.toFixed(0)} times the time of as many good bytes, seed ${seed}: ${fc.stringify(input)}`);
    slowest = Math.max(slowest, ratio);
  }
  return { ...ends, slowest, widest };
}
