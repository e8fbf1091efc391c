/** Paired timings: candidates take turns in one process, so that a noisy machine is noisy for all of them. */
export interface Candidate {
  readonly name: string;
  /** does `ticks` ticks of work */
  run(ticks: number): void;
}

export interface Timing {
  readonly name: string;
  /** median over the rounds, µs a tick */
  readonly medianUs: number;
  readonly minimumUs: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** `rounds` rounds; in each, every candidate runs for about `roundMs`, one after another. */
export function pairedTimings(candidates: readonly Candidate[], rounds: number, roundMs: number): Timing[] {
  const samples = candidates.map((): number[] => []);
  const ticks = candidates.map(({ run }) => {
    run(20); // warm: compiled, pages touched
    const started = performance.now();
    run(20);
    return Math.max(20, Math.ceil((roundMs * 20) / Math.max(0.001, performance.now() - started)));
  });
  for (let round = 0; round < rounds; round++) {
    candidates.forEach(({ run }, index) => {
      const started = performance.now();
      run(ticks[index]!);
      samples[index]!.push(((performance.now() - started) * 1000) / ticks[index]!);
    });
  }
  return candidates.map(({ name }, index) => ({ name, medianUs: median(samples[index]!), minimumUs: Math.min(...samples[index]!) }));
}

export interface Share {
  readonly name: string;
  /** processor time of a candidate beside that of the first one in the same round, less 1: median over the rounds, and the quartiles */
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What each candidate costs beside the first: all take turns in each round and are told by processor time, so that others on the machine cost nothing but their share of the caches. */
export function pairedShares(candidates: readonly Candidate[], rounds: number, ticks: number): Share[] {
  const samples = candidates.map((): number[] => []);
  for (const { run } of candidates) run(ticks); // warm
  for (let round = 0; round < rounds; round++) {
    const used = candidates.map(({ run }) => {
      const before = process.cpuUsage();
      run(ticks);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    for (const [index, one] of used.entries()) samples[index]!.push(one / used[0]! - 1);
  }
  const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return candidates.map(({ name }, index) => {
    const sorted = samples[index]!.toSorted((a, b) => a - b);
    return { name, median: at(sorted, 0.5), low: at(sorted, 0.25), high: at(sorted, 0.75) };
  });
}
