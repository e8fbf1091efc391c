import { type NativeInfo, nativeBackend, nativeInfo } from '../../native/index.ts';
import { referenceBackend } from '../../runtime/index.ts';
import { FRAME, learningNetwork, load } from './networks.ts';
import { plainLoop } from './plain-loop.ts';
import { type Candidate, pairedTimings } from './timing.ts';

export interface TickRow {
  readonly neuron: 'lif' | 'alif';
  readonly n: number;
  readonly candidate: string;
  readonly medianUs: number;
  /** how many times faster than the plain loop */
  readonly ratio: number;
}

const inFrames =
  (run: (ticks: number) => unknown) =>
  (ticks: number): void => {
    for (let done = 0; done < ticks; done += FRAME) run(FRAME);
  };

/** A whole learning tick (propagate, neurons, traces, signals, SGD) on every target, beside the plain loop, in one process. */
export function tickBench(neuron: 'lif' | 'alif', n: number, rounds = 9, roundMs = 60): TickRow[] {
  const info = nativeInfo();
  if ('reason' in info) throw new Error(`the native addon is needed: ${info.reason}; ${info.remedy}`);
  const network = learningNetwork(neuron, n);
  const reference = load(referenceBackend, network);
  const candidates: Candidate[] = [{ name: 'plain JavaScript loop', run: plainLoop(reference, n, neuron === 'alif' ? 0.1 : 0) }];
  for (const target of (info as NativeInfo).supported) {
    const native = nativeBackend({ target });
    if (!('backend' in native)) throw new Error(native.reason);
    const executable = load(native.backend, network);
    candidates.push({ name: `native ${target}`, run: inFrames(executable.run) });
  }
  const timings = pairedTimings(candidates, rounds, roundMs);
  return timings.map(({ name, medianUs }) => ({ neuron, n, candidate: name, medianUs, ratio: timings[0]!.medianUs / medianUs }));
}
