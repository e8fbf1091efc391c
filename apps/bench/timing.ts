/** Paired timings: candidates take turns in one process, so that a noisy machine is noisy for all of them. */
export interface Candidate {
  readonly name: string;
  run(): void;
}

export interface Timing {
  readonly name: string;
  /** median over the rounds, ms a run */
  readonly medianMs: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** One run to warm up, then `rounds` rounds in which every candidate runs once, or for 5 ms where that is longer. */
export function pairedTimings(candidates: readonly Candidate[], rounds: number, progress: (share: number) => void = () => {}): Timing[] {
  const samples = candidates.map((): number[] => []);
  const repeats = candidates.map(({ run }) => {
    run();
    const started = performance.now();
    run();
    return Math.max(1, Math.ceil(5 / Math.max(0.001, performance.now() - started)));
  });
  for (let round = 0; round < rounds; round++) {
    progress(round / rounds);
    candidates.forEach(({ run }, index) => {
      const started = performance.now();
      for (let time = 0; time < repeats[index]!; time++) run();
      samples[index]!.push((performance.now() - started) / repeats[index]!);
    });
  }
  return candidates.map(({ name }, index) => ({ name, medianMs: median(samples[index]!) }));
}
