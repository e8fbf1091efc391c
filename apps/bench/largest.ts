import type { Latency } from './latency.ts';

/** A period of 1 kHz, µs. */
const PERIOD = 1000;
/** Sizes that are tried, in neurons: multiples of STEP from STEP to BOUND, where the synapses of a dense network take a gigabyte. */
const STEP = 16;
const BOUND = 8192;
const START = 256;

/** Half a core is left at 1 kHz, and of a hundred ticks at most one misses its deadline. */
const holds = ({ meanUs, p99Us }: Latency): boolean => meanUs <= PERIOD / 2 && p99Us <= PERIOD;

export interface Largest {
  /** neurons */
  readonly n: number;
  readonly meanUs: number;
  readonly p99Us: number;
}

/** Times that a size is measured before it fails: whatever else runs on the machine makes ticks slower, never faster. */
const ATTEMPTS = 3;

/** A network of one size, ready to be measured; every measurement goes on where the last one ended. */
export interface Sized {
  measure(): Latency;
  close(): void;
}

function probe({ measure, close }: Sized): Latency {
  let latency = measure();
  // Where half of all ticks are too long, it is no disturbance.
  for (let attempt = 1; attempt < ATTEMPTS && !holds(latency) && latency.p50Us <= PERIOD / 2; attempt++) latency = measure();
  close();
  return latency;
}

/** The largest size that holds 1 kHz with half a core spare, by bisection; null when none does. */
export function largestAt1kHz(open: (n: number) => Sized): Largest | null {
  let largest: Largest | null = null;
  let [held, failed] = [0, BOUND + STEP];
  // Doubled at most: a size far beyond the answer would take most of the time.
  for (let n = START; failed - held > STEP; n = Math.min(2 * n, STEP * Math.floor((held + failed) / 2 / STEP))) {
    const latency = probe(open(n));
    if (holds(latency)) {
      largest = { n, meanUs: latency.meanUs, p99Us: latency.p99Us };
      held = n;
    } else failed = n;
  }
  return largest;
}
