import { nativeBackend } from '../../native/index.ts';
import type { Learning, Network } from '../../runtime/index.ts';
import { FRAME, INPUTS, learningNetwork, load } from './networks.ts';
import { pairedTimings } from './timing.ts';

export interface StepRow {
  readonly neuron: 'lif' | 'alif';
  readonly n: number;
  readonly candidate: string;
  readonly medianUs: number;
  /** of the plastic synapses into the hidden population */
  readonly nsPerSynapse: number;
}

const blocks = [1, 8, 16, 32, 64] as const;

/** A whole learning tick, SGD included: updated every tick in the streaming form, and every block in blocks of T. */
export function stepBench(neuron: 'lif' | 'alif', n: number, rounds = 9, roundMs = 60): StepRow[] {
  const native = nativeBackend();
  if (!('backend' in native)) throw new Error(native.reason);
  const executables = blocks.map((block) => {
    const learning: Learning = { update: { ticks: block }, block };
    const network: Network = { ...learningNetwork(neuron, n), learning };
    return { name: block === 1 ? 'streaming' : `blocks of ${block}`, executable: load(native.backend, network) };
  });
  const candidates = executables.map(({ name, executable }) => ({
    name,
    run(ticks: number) {
      for (let done = 0; done < ticks; done += FRAME) executable.run(FRAME);
    },
  }));
  const timings = pairedTimings(candidates, rounds, roundMs);
  for (const { executable } of executables) executable.dispose();
  const synapses = n * (n + INPUTS);
  return timings.map(({ name, medianUs }) => ({ neuron, n, candidate: name, medianUs, nsPerSynapse: (medianUs * 1000) / synapses }));
}
