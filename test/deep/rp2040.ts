/** The RP2040: held to the integer network for 10,000 ticks, its speed, and what it learns by itself. */
import assert from 'node:assert/strict';
import { IntegerLearning } from '../../drivers/index.ts';
import { compare, smallNetworks } from '../firmware/agreement.ts';
import { make } from '../firmware/build.ts';
import { FirmwareBench } from '../firmware/firmware-bench.ts';
import { FloatLearning } from '../firmware/float-eprop.ts';
import { tickCycles } from '../firmware/goodput.ts';
import { compareLearning, learningNetworks } from '../firmware/learning-agreement.ts';
import { cueTask, digitTask, type LearningTask, learnHere, learnOnBoard, trained } from '../firmware/learning-tasks.ts';
import { hostMachine, rp2040 } from '../firmware/machines.ts';
import { atLeast, atMost, type Check } from './checks.ts';
import { agreed, lineChecks, NETWORKS, TICKS } from './line-checks.ts';

const CYCLES_PER_MS = 125_000;

/** A neuron spikes in one of ten ticks: 100 Hz at 1 kHz, which is much. */
const USUAL = { inputs: 20, outputs: 2, every: 10 };

/** The most recurrent neurons with 20 inputs and 2 readouts whose tick takes no more than 1 ms in the mean. */
async function largestAt1kHz(learning: boolean, most: number): Promise<string> {
  let [low, high] = [1, most + 1];
  let best = 0;
  while (high - low > 1) {
    const neurons = (low + high) >> 1;
    const { mean } = await tickCycles('rp2040', { ...USUAL, neurons, learning });
    if (mean <= CYCLES_PER_MS) [low, best] = [neurons, mean];
    else high = neurons;
  }
  return `20-${low}-2 (${best} cycles)`;
}

/** Words of the weights that differ between a board and TypeScript after some episodes of a task. */
async function stretch(task: LearningTask, episodes: number): Promise<string> {
  const board = rp2040();
  const bench = new FirmwareBench(board);
  await bench.start();
  const [there, here, before] = [learnOnBoard(bench, task, episodes), learnHere(task, episodes), task.weights()];
  let [words, differing, changed] = [0, 0, 0];
  for (const [k, weights] of here.entries()) {
    for (let s = 0; s < weights.length; s++) {
      words++;
      if (weights[s] !== there[k]![s]) differing++;
      if (weights[s] !== before[k]![s]) changed++;
    }
  }
  const { tickCycles, watchdogResets } = board.machine;
  assert.deepEqual([differing, watchdogResets], [0, 0], `${differing} of ${words} weights differ`);
  return `${episodes} episodes on the emulated chip: ${atLeast('weights that moved', changed, 100)} of ${words}, 0 differ; ${Math.round(tickCycles.sum / tickCycles.ticks)} cycles a tick`;
}

/** Learning on the chip beside learning on the host, with the network and its 8-bit weights on the board in both. */
async function learned(task: LearningTask, least: number, chance: number, episodes: number): Promise<string> {
  const chip = trained(task, (network, options) => new IntegerLearning(network, options));
  const host = trained(task, (network, options) => new FloatLearning(network, options));
  return [
    atMost('before', chip.before, chance),
    atLeast('after, learning on the chip', chip.after, least),
    `learning on the host in float64 ${host.after}`,
    await stretch(task, episodes),
  ].join('; ');
}

export const rp2040Checks: readonly Check[] = [
  {
    claim: 'the image on an emulated RP2040 computes what the integer network does, and loses no byte',
    run: async () => {
      const board = rp2040();
      const found = agreed(await compare(board, smallNetworks(NETWORKS), TICKS));
      const { uart, watchdogResets, complaints } = board.machine;
      assert.deepEqual([uart.overruns, watchdogResets, complaints], [0, 0, []]);
      return `${found}; ${make('sizes').trimEnd().split('\n').at(-1)}`;
    },
  },
  ...lineChecks('rp2040'),
  {
    claim: 'the RP2040 runs the network of the heartbeat task within 1 ms; what learning takes',
    run: async () => {
      const size = { ...USUAL, neurons: 100 };
      const [usual, all] = [await tickCycles('rp2040', size), await tickCycles('rp2040', { ...size, every: 1 })];
      const learning = await tickCycles('rp2040', { ...size, learning: true });
      const ms = (cycles: number): string => (cycles / CYCLES_PER_MS).toFixed(2);
      return [
        atMost('cycles a tick of 20-100-2 ALIF at 10 % spiking', usual.mean, CYCLES_PER_MS),
        `all spiking ${all.most} (${ms(all.most)} ms), learning ${learning.mean} (${ms(learning.mean)} ms)`,
        `largest at 1 kHz and 10 % ${await largestAt1kHz(false, 256)}, learning ${await largestAt1kHz(true, 100)}`,
      ].join('; ');
    },
  },
  {
    claim: 'firmware learns what TypeScript does, weight for weight',
    run: async () => {
      const host = hostMachine();
      const found = await compareLearning(host, learningNetworks(40), 12, 40);
      host.firmware.close();
      const chip = await compareLearning(rp2040(), learningNetworks(12), 6, 40);
      assert.deepEqual([found.differing, chip.differing], [0, 0], found.first ?? chip.first);
      return `${found.weights} weights on the process, ${found.changed} changed; ${chip.weights} on the chip, ${chip.changed} changed; 0 differ`;
    },
  },
  {
    claim: 'the RP2040 learns to accumulate three cues (the last one alone: 0.75)',
    run: () => learned(cueTask(2560), 0.9, 0.6, 4),
  },
  {
    claim: 'the RP2040 learns ten spoken digits of five speakers',
    run: () => learned(digitTask(5), 0.7, 0.2, 4),
  },
];
