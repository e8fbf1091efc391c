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
