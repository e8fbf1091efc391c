/** TypeScript's integer network beside firmware: the same spikes and the same words in every tick. */
import { IntegerNetwork } from '../../drivers/index.ts';
import { networkBytes } from '../../firmware-bridge/index.ts';
import { FirmwareBench, type Machine } from './firmware-bench.ts';
import { type Limits, type RandomNetwork, randomNetwork } from './random-network.ts';

/** What the ATmega328P's firmware can hold, beside what it says in Caps. */
export const small: Limits & { readonly memory: number } = {
  inputs: 16,
  neurons: 16,
  outputs: 4,
  synapses: 256,
  maxDelay: 3,
  maxGrade: 15,
  maxRefractory: 255,
  tickUs: 3000,
  memory: 470,
};

/** The first `count` random networks that fit; every third takes all numbers to their ends. */
export function smallNetworks(count: number, firstSeed = 1): RandomNetwork[] {
  const networks: RandomNetwork[] = [];
  for (let seed = firstSeed; networks.length < count; seed++) {
    const network = randomNetwork(seed, small, seed % 3 === 0);
    if (networkBytes(network.image, small.maxGrade) <= small.memory) networks.push(network);
  }
  return networks;
}

export interface Agreement {
  ticks: number;
  spikes: number;
  /** spikes and states compared, and those that differ */
  words: number;
  differing: number;
  /** where the first difference is */
  first: string | undefined;
}

/** Runs networks for `ticks` each on firmware and in TypeScript. */
export async function compare(machine: Machine, networks: readonly RandomNetwork[], ticks: number): Promise<Agreement> {
  const bench = new FirmwareBench(machine);
  await bench.start();
  const found: Agreement = { ticks: 0, spikes: 0, words: 0, differing: 0, first: undefined };
  const same = (what: string, there: number, here: number): void => {
    found.words++;
    if (there === here) return;
    found.differing++;
    found.first ??= `${what}: ${there} there, ${here} here`;
  };
  for (const [index, { image, weights, inputs }] of networks.entries()) {
    bench.load(image, weights, (index + 1) & 0xff);
    const network = new IntegerNetwork(image);
    for (const [k, { region }] of image.projections.entries()) network.setWeights(region, weights[k]!);
    for (let tick = 0; tick < ticks; tick++, found.ticks++) {
      const values = inputs();
      network.step(Uint16Array.from(values), 0);
      const at = `network ${index}, tick ${tick}`;
      const there = bench.tick(tick, values);
      const here = network.spikes.subarray(0, network.spikeCount);
      found.spikes += here.length;
      same(`${at}, number of spikes`, there.length, here.length);
      for (let k = 0; k < Math.min(here.length, there.length); k++) same(`${at}, spike ${k}`, there[k]!, here[k]!);
      for (const [p, { kind, size }] of image.populations.entries()) {
        if (kind === 'source') continue;
        const states = bench.states(p, size);
        for (let j = 0; j < size; j++) same(`${at}, state ${j} of population ${p}`, states[j]!, network.states(p)[j]!);
      }
    }
  }
  return found;
}
