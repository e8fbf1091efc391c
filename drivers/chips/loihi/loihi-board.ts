import type { Capabilities, Executable } from '../../../runtime/index.ts';
import { largestWeight, WeightError } from '../../quantize.ts';
import type { Chip } from '../chip.ts';
import { type ChipBoard, chipBoard } from '../chip-board.ts';
import { Counts } from '../counts.ts';
import { type LoihiMapping, mapOntoLoihi, weightScale } from './loihi-mapping.ts';
import { LoihiNetwork, MAX_DELAY } from './loihi-network.ts';

/** One core: 1024 compartments, of which 64 are kept for readouts, 128 kB of synapses at a byte each. */
const offered: Capabilities = {
  model: 'Loihi 1',
  protocol: 1,
  inputs: 4096,
  neurons: 960,
  outputs: 64,
  synapses: 1 << 17,
  neuronKinds: ['source', 'lif', 'integrator'],
  maxDelay: MAX_DELAY,
  weightBits: 8,
  // Spikes that the host injects at one input in one step.
  maxGrade: 15,
  tickUs: 10,
  learns: false,
};
const CHIP_COUNT = 2;

export interface LoihiChip extends Chip {
  /** how the program that runs was mapped */
  readonly mapping: LoihiMapping | undefined;
}

export interface LoihiBoardOptions {
  /** what the board is to offer, where it differs from the default */
  readonly capabilities?: Partial<Omit<Capabilities, 'protocol' | 'learns' | 'weightBits'>>;
}

interface Loaded {
  readonly mapping: LoihiMapping;
  readonly network: LoihiNetwork;
  readonly counts: Counts[];
  readonly chipWeights: Int16Array[];
}

function loihiChip(capabilities: Capabilities): LoihiChip {
  const spikes = new Uint32Array(capabilities.neurons);
  const values = new Uint8Array(capabilities.inputs);
  const error = new WeightError();
  let loaded: Loaded | undefined;

  const take = ({ mapping, network, counts, chipWeights }: Loaded, { arena }: Executable, only: string | undefined): number => {
    let written = 0;
    error.clear();
    mapping.layout.projections.forEach(({ name, post, layout }, p) => {
      if (only !== undefined && only !== name) return;
      const { exponent, step } = weightScale(mapping.groups[mapping.groupOf[post]!]!, largestWeight(arena.floats, layout));
      written += counts[p]!.take(arena.floats, step, capabilities.weightBits, error);
      const weights = chipWeights[p]!;
      for (let k = 0; k < weights.length; k++) weights[k] = counts[p]!.counts[k]! * CHIP_COUNT;
      network.setWeights(p, weights, exponent);
    });
    return written;
  };

  return {
    kind: 'loihi',
    capabilities,
    spikes,
    get mapping() {
      return loaded?.mapping;
    },
    deploy(executable) {
      const mapping = mapOntoLoihi(executable.program, executable.arena.floats, capabilities);
      const { populations, projections } = mapping.layout;
      const sources = populations.flatMap(({ neuron, size }) => (neuron.kind === 'source' ? [size] : []));
      const sourceOf = populations.map((_, index) => populations.slice(0, index).filter(({ neuron }) => neuron.kind === 'source').length);
      const chipWeights = projections.map(({ layout }) => new Int16Array(layout.rows * layout.columns));
      const network = new LoihiNetwork(
        sources,
        mapping.groups.map(({ group }) => group),
        projections.map(({ pre, post, delay, sensory }, p) => ({
          pre: sensory ? sourceOf[pre]! : sources.length + mapping.groupOf[pre]!,
          post: mapping.groupOf[post]!,
          // Between compartments the chip itself takes a step; a readout at delay 0 lags by that step.
          delay: sensory ? delay : Math.max(0, delay - 1),
          exponent: 0,
          weights: chipWeights[p]!,
        })),
      );
      loaded = { mapping, network, chipWeights, counts: projections.map(({ layout }) => new Counts(layout)) };
      values.fill(0);
      take(loaded, executable, undefined);
      const bytes = chipWeights.reduce((sum, { length }) => sum + length, 0);
      return { bytes, weightError: { max: error.max, rms: error.rms } };
    },
    sync: (executable, projection) => ({ written: take(loaded!, executable, projection), errorMax: error.max }),
    step(addresses, count, grades) {
      const { mapping, network } = loaded!;
      for (let k = 0; k < count; k++) values[addresses[k]!] = grades === undefined ? 1 : Math.min(grades[k]!, capabilities.maxGrade);
      network.step(values);
      for (let k = 0; k < count; k++) values[addresses[k]!] = 0;
      let to = 0;
      for (let g = 0; g < mapping.groups.length; g++) {
        const { neuron, first, size } = mapping.groups[g]!.population;
        if (neuron.kind !== 'lif') continue;
        const spiked = network.spiked(g);
        for (let j = 0; j < size; j++) if (spiked[j] !== 0) spikes[to++] = first + j;
      }
      return to;
    },
    rest: () => loaded?.network.rest(),
    membranes(population, into) {
      const { mapping, network } = loaded!;
      const g = mapping.groups.findIndex((group) => group.population.name === population);
      const voltage = network.voltage(g);
      for (let j = 0; j < voltage.length; j++) into[j] = voltage[j]! / mapping.groups[g]!.perUnit;
    },
    weights(projection, into) {
      const { mapping, counts } = loaded!;
      counts[mapping.layout.projections.findIndex(({ name }) => name === projection)]!.read(into);
    },
  };
}

/**
 * Loihi 1 in fixed point, in process and in lockstep: what it computes is specified in loihi-network.ts.
 *
 * | neurons | weights | state | leak | events in and out | learning | tick |
 * | --- | --- | --- | --- | --- | --- | --- |
 * | 1024 a core | 8 bits, mantissa and exponent | 24 + 24 bits | ×(4096 − d)/4096 | up to 15 spikes an input and step; spikes | rule engine (`LoihiLearning`), not by `deploy` | barrier step |
 *
 * Takes LIF that is reset to zero, with or without a synaptic current, and readouts (compartments that never spike, a tick late at delay 0). Refuses, by name:
 * adaptation, reset by subtraction, refractory ticks, delay 0 between neurons. Weights keep 7 bits and their sign.
 */
export const loihiBoard = ({ capabilities = {} }: LoihiBoardOptions = {}): ChipBoard<LoihiChip> =>
  chipBoard(loihiChip({ ...offered, ...capabilities }));
