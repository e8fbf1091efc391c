/** TypeScript's learner beside firmware: the same spikes, and after every reward the same weights. */
import { IntegerLearning, type IntegerLearningOptions, IntegerNetwork, type LearningTarget } from '../../drivers/index.ts';
import type { NetworkImage } from '../../firmware-bridge/index.ts';
import { random } from '../drivers/support.ts';
import { FirmwareBench, type Machine } from './firmware-bench.ts';
import { type RandomNetwork, randomNetwork } from './random-network.ts';

const limits = { inputs: 12, neurons: 24, outputs: 4, synapses: 1200, maxDelay: 3, maxGrade: 15, maxRefractory: 255, tickUs: 2000 };

/** The first random networks with a readout that something leads to. */
export function learningNetworks(count: number): RandomNetwork[] {
  const networks: RandomNetwork[] = [];
  for (let seed = 1000; networks.length < count; seed++) {
    const network = randomNetwork(seed, limits, seed % 4 === 0);
    const { populations, projections } = network.image;
    const readout = populations.findIndex(({ kind }) => kind === 'integrator');
    if (readout >= 0 && projections.some(({ pre, post }) => post === readout && pre > 0)) networks.push(network);
  }
  return networks;
}

/** Everything learns, at speeds that move weights by some counts a reward. */
export function learningOptions({ populations, projections }: NetworkImage, seed: number): IntegerLearningOptions {
  const draw = random(seed);
  return {
    seed,
    rates: new Map(
      projections.map(({ region }, k) => [
        region,
        { rate: k === 3 ? 0 : 20000 + Math.floor(draw() * 40000), shift: 28 + Math.floor(draw() * 8) },
      ]),
    ),
    dampening: new Map(
      populations.flatMap(({ kind }, p) => (kind === 'lif' || kind === 'alif' ? [[p, 500 + Math.floor(draw() * 4000)] as const] : [])),
    ),
    targetRate: 2000,
    regularization: Math.floor(draw() * 60000),
  };
}

export interface LearningAgreement {
  weights: number;
  changed: number;
  spikes: number;
  differing: number;
  first: string | undefined;
}

/** Runs networks for some episodes of so many ticks, with a target in each tick's last third and a reward at the end. */
export async function compareLearning(
  machine: Machine,
  networks: readonly RandomNetwork[],
  episodes: number,
  ticks: number,
): Promise<LearningAgreement> {
  const bench = new FirmwareBench(machine);
  await bench.start();
  const found: LearningAgreement = { weights: 0, changed: 0, spikes: 0, differing: 0, first: undefined };
  const same = (what: string, there: number, here: number): void => {
    if (there === here) return;
    found.differing++;
    found.first ??= `${what}: ${there} there, ${here} here`;
  };
  for (const [index, { image, weights, inputs }] of networks.entries()) {
    bench.load(image, weights, (index + 1) & 0xff);
    const network = new IntegerNetwork(image);
    const mine = weights.map((one) => one.slice());
    for (const [k, { region }] of image.projections.entries()) network.setWeights(region, mine[k]!);
    const options = learningOptions(image, 77 + index);
    const learning = new IntegerLearning(network, options);
    bench.learn(options);
    const outputs = image.populations.find(({ kind }) => kind === 'integrator')!.size;
    const draw = random(index + 5);
    let tick = 0;
    for (let episode = 0; episode < episodes; episode++) {
      const target: LearningTarget =
        episode % 2 === 0
          ? { label: Math.floor(draw() * outputs) }
          : { values: Array.from({ length: outputs }, () => Math.floor((draw() - 0.5) * 4 * 65536)) };
      const first = tick + Math.floor((2 * ticks) / 3);
      bench.target({ tick: first, ticks: tick + ticks - first, ...target });
      for (const end = tick + ticks; tick < end; tick++) {
        const values = inputs();
        network.step(Uint16Array.from(values), 0);
        learning.tick(tick >= first ? target : undefined);
        const there = bench.tick(tick, values);
        const here = network.spikes.subarray(0, network.spikeCount);
        found.spikes += here.length;
        same(`network ${index}, tick ${tick}, number of spikes`, there.length, here.length);
        for (let k = 0; k < Math.min(here.length, there.length); k++)
          same(`network ${index}, tick ${tick}, spike ${k}`, there[k]!, here[k]!);
      }
      const reward = Math.floor((draw() - 0.3) * 2 * 65536);
      bench.reward(tick - 1, reward);
      learning.reward(reward);
      if (episode % 3 === 2) {
        bench.rest(tick - 1);
        network.rest();
        learning.rest();
      }
    }
    for (const [k, { region }] of image.projections.entries()) {
      const there = bench.weights(region, mine[k]!.length);
      for (let s = 0; s < there.length; s++) {
        found.weights++;
        if (mine[k]![s] !== weights[k]![s]) found.changed++;
        same(`network ${index}, weight ${s} of region ${region}`, there[s]!, mine[k]![s]!);
      }
    }
    if (bench.errors.length > 0) throw new Error(`network ${index}: ${bench.errors.join(', ')}`);
  }
  return found;
}
