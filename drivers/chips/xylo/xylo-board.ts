import type { Capabilities, Executable } from '../../../runtime/index.ts';
import { WeightError } from '../../quantize.ts';
import type { Chip } from '../chip.ts';
import { type ChipBoard, chipBoard } from '../chip-board.ts';
import { Counts } from '../counts.ts';
import { isSpiking, type MatrixName, mapOntoXylo, shiftOf, type XyloMapping } from './xylo-mapping.ts';
import { MAX_EVENTS, type XyloMatrix, XyloNetwork } from './xylo-network.ts';

/** The sizes of Audio 3. */
const offered: Capabilities = {
  model: 'Xylo-like',
  protocol: 1,
  inputs: 16,
  neurons: 992,
  outputs: 32,
  synapses: 16 * 992 + 992 * 992 + 992 * 32,
  neuronKinds: ['source', 'lif', 'alif', 'integrator'],
  maxDelay: 1,
  weightBits: 8,
  maxGrade: MAX_EVENTS,
  tickUs: 100,
  learns: false,
};

export interface XyloChip extends Chip {
  /** how the program that runs was mapped */
  readonly mapping: XyloMapping | undefined;
}

export interface XyloBoardOptions {
  /** what the board is to offer, where it differs from the default */
  readonly capabilities?: Partial<Omit<Capabilities, 'protocol' | 'learns' | 'weightBits'>>;
}

interface Loaded {
  readonly mapping: XyloMapping;
  readonly network: XyloNetwork;
  readonly matrices: Readonly<Record<MatrixName, XyloMatrix>>;
  readonly counts: readonly Counts[];
}

/** Puts the counts of a projection at their place in its matrix. */
function place({ mapping, matrices, counts, network }: Loaded, p: number): void {
  const { pre, post, sensory, layout } = mapping.layout.projections[p]!;
  const matrix = mapping.matrices[p]!;
  const stride = matrix === 'output' ? network.outputs.size : network.hidden.size;
  const from = sensory ? mapping.layout.populations[pre]!.first : mapping.neurons[pre]!.first;
  const to = mapping.neurons[post]!.first;
  const { rows, columns } = layout;
  for (let i = 0; i < rows; i++)
    matrices[matrix].weights.set(counts[p]!.counts.subarray(i * columns, (i + 1) * columns), (from + i) * stride + to);
}

function xyloChip(capabilities: Capabilities): XyloChip {
  const spikes = new Uint32Array(capabilities.neurons);
  const events = new Uint8Array(capabilities.inputs);
  const error = new WeightError();
  let loaded: Loaded | undefined;

  /** A matrix that outgrows its shift is written whole, since its projections share it; a shift never becomes smaller again. */
  const take = (onto: Loaded, { arena }: Executable, only: string | undefined): number => {
    const { mapping, matrices, counts } = onto;
    const asked = mapping.layout.projections.findIndex(({ name }) => name === only);
    let written = 0;
    error.clear();
    for (const [name, matrix] of Object.entries(matrices) as [MatrixName, XyloMatrix][]) {
      if (only !== undefined && mapping.matrices[asked] !== name) continue;
      const shift = Math.max(matrix.shift, shiftOf(mapping, name, arena.floats));
      const whole = only === undefined || shift !== matrix.shift;
      matrix.shift = shift;
      mapping.layout.projections.forEach(({ post }, p) => {
        if (mapping.matrices[p] !== name || !(whole || p === asked)) return;
        written += counts[p]!.take(arena.floats, 2 ** shift / mapping.neurons[post]!.perWeight, capabilities.weightBits, error);
        place(onto, p);
      });
    }
    return written;
  };

  return {
    kind: 'xylo',
    capabilities,
    spikes,
    get mapping() {
      return loaded?.mapping;
    },
    deploy(executable) {
      const mapping = mapOntoXylo(executable.program, executable.arena.floats, capabilities);
      const { hidden, outputs, layout } = mapping;
      const matrix = (pre: number, post: number): XyloMatrix => ({ weights: new Int8Array(pre * post), shift: 0 });
      const matrices = {
        input: matrix(layout.inputs, hidden.size),
        recurrent: matrix(hidden.size, hidden.size),
        output: matrix(hidden.size, outputs.size),
      };
      const network = new XyloNetwork({ inputs: layout.inputs, hidden, outputs, ...matrices });
      loaded = { mapping, network, matrices, counts: layout.projections.map((projection) => new Counts(projection.layout)) };
      events.fill(0);
      take(loaded, executable, undefined);
      const bytes = Object.values(matrices).reduce((sum, { weights }) => sum + weights.length, 0);
      return { bytes, weightError: { max: error.max, rms: error.rms } };
    },
    sync: (executable, projection) => ({ written: take(loaded!, executable, projection), errorMax: error.max }),
    step(addresses, count, grades) {
      const { network } = loaded!;
      for (let k = 0; k < count; k++) events[addresses[k]!] = grades === undefined ? 1 : Math.min(grades[k]!, MAX_EVENTS);
      network.step(events);
      for (let k = 0; k < count; k++) events[addresses[k]!] = 0;
      const spiked = network.hidden.spikes;
      let to = 0;
      for (let j = 0; j < spiked.length; j++) if (spiked[j] !== 0) spikes[to++] = j;
      return to;
    },
    rest: () => loaded?.network.rest(),
    membranes(population, into) {
      const { mapping, network } = loaded!;
      const { first, perUnit, population: of } = mapping.neurons.find((neurons) => neurons?.population.name === population)!;
      const { v } = isSpiking(of) ? network.hidden : network.outputs;
      for (let j = 0; j < of.size; j++) into[j] = v[first + j]! / perUnit;
    },
    weights(projection, into) {
      const { mapping, counts } = loaded!;
      counts[mapping.layout.projections.findIndex(({ name }) => name === projection)]!.read(into);
    },
  };
}

/**
 * A Xylo-like chip in process and in lockstep, with the sizes of Audio 3: what it computes is specified in xylo-network.ts.
 *
 * | neurons | weights | state | leak | events in and out | learning | tick |
 * | --- | --- | --- | --- | --- | --- | --- |
 * | 992 + 32 | 8 bits, a left shift a matrix | 16 bits | v − (v >> dash) | at most 15 an input and step; at most 31 spikes a neuron and step, told as one | none | step |
 *
 * Takes 16 inputs, LIF that is reset by subtraction, with or without a synaptic current, and readouts that hear hidden neurons only. Refuses, by name: more
 * inputs, adaptation, other resets, refractory ticks, delays other than 1 between neurons and 0 elsewhere, inputs that reach a readout. Membranes leak by 1 − 2^−dash,
 * dash = round(log2(τ/dt)), and the threshold is taken off before the leak: `mapping` says what both cost each population. A population of
 * `bitShiftLif` costs neither: it is the neuron of the chip in the host's equations.
 */
export const xyloBoard = ({ capabilities = {} }: XyloBoardOptions = {}): ChipBoard<XyloChip> =>
  chipBoard(xyloChip({ ...offered, ...capabilities }));
