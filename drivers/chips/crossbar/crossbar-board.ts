import { type Capabilities, compile, type Executable, frozen, type Program, requireCapabilities } from '../../../runtime/index.ts';
import type { Chip } from '../chip.ts';
import { type ChipBoard, chipBoard } from '../chip-board.ts';
import { type Layout, layoutOf } from '../layout.ts';
import { Crossbar, type CrossbarOptions } from './crossbar.ts';
import { withSums } from './crossbar-backend.ts';

/** 64 cores of 256 × 256, digital neurons beside them. */
const offered: Capabilities = {
  model: 'phase-change crossbar',
  protocol: 1,
  inputs: 4096,
  neurons: 4096,
  outputs: 256,
  synapses: 64 * 256 * 256,
  neuronKinds: ['source', 'lif', 'alif', 'integrator'],
  maxDelay: 63,
  weightBits: 4,
  maxGrade: 255,
  tickUs: 100,
  learns: false,
};

export interface CrossbarChip extends Chip {
  /** its cores: clock, faults, compensation, checks and their log */
  readonly crossbar: Crossbar;
}

export interface CrossbarBoardOptions extends CrossbarOptions {
  /** what the board is to offer, where it differs from the default */
  readonly capabilities?: Partial<Omit<Capabilities, 'protocol' | 'learns' | 'weightBits'>>;
}

interface Loaded {
  readonly layout: Layout;
  readonly inner: Executable;
  /** where inputs go and spikes come from, by population */
  readonly inputs: readonly { readonly first: number; readonly size: number; readonly at: number }[];
  readonly spiking: readonly { readonly first: number; readonly counts: number; readonly spikes: number }[];
}

/** The network as the chip runs it: without learning, and with weights that are not the host's, since the cells have them. */
function forwardOnly({ network }: Program): Program {
  const still = frozen(network);
  const projections = Object.entries(still.projections).map(([name, projection]) => [
    name,
    { ...projection, weight: { kind: 'constant', value: 0 } as const },
  ]);
  return compile({ ...still, projections: Object.fromEntries(projections) }, { maxTicks: 1 });
}

function crossbarChip({ capabilities: changed = {}, ...options }: CrossbarBoardOptions): CrossbarChip {
  const capabilities = { ...offered, ...changed };
  const crossbar = new Crossbar(options);
  const spikes = new Uint32Array(capabilities.neurons);
  let loaded: Loaded | undefined;

  return {
    kind: 'crossbar',
    capabilities,
    crossbar,
    spikes,
    deploy(executable) {
      requireCapabilities(executable.program, capabilities, crossbar.shortfalls(executable.program));
      const layout = layoutOf(executable.program);
      const program = forwardOnly(executable.program);
      crossbar.place(executable.program);
      const inner = withSums(crossbar).load(program);
      loaded = {
        layout,
        inner,
        inputs: layout.populations.flatMap(({ name, neuron, first, size }) =>
          neuron.kind === 'source' ? [{ first, size, at: inner.program.regions.get(`${name}.input`)!.offset }] : [],
        ),
        spiking: layout.populations.flatMap(({ name, neuron, first }) => {
          if (neuron.kind !== 'lif' && neuron.kind !== 'alif') return [];
          const { regions } = inner.program;
          return [{ first, counts: regions.get(`${name}.spikeCount`)!.offset, spikes: regions.get(`${name}.spikes`)!.offset }];
        }),
      };
      const { errorMax, errorRms } = crossbar.write(executable);
      // Two devices a weight, a byte each as the pulses are coded.
      const bytes = layout.projections.reduce((sum, projection) => sum + 2 * projection.layout.rows * projection.layout.columns, 0);
      return { bytes, weightError: { max: errorMax, rms: errorRms } };
    },
    sync: (executable, projection) => crossbar.write(executable, projection),
    step(addresses, count, values) {
      const { inner, inputs, spiking } = loaded!;
      const { floats, words } = inner.arena;
      for (let p = 0; p < inputs.length; p++) floats.fill(0, inputs[p]!.at, inputs[p]!.at + inputs[p]!.size);
      let p = 0;
      for (let k = 0; k < count; k++) {
        const address = addresses[k]!;
        while (address >= inputs[p]!.first + inputs[p]!.size) p++;
        floats[inputs[p]!.at + address - inputs[p]!.first] = values === undefined ? 1 : Math.min(values[k]!, capabilities.maxGrade);
      }
      inner.run(1);
      let to = 0;
      for (let s = 0; s < spiking.length; s++) {
        const { first, counts, spikes: at } = spiking[s]!;
        for (let k = 0; k < words[counts]!; k++) spikes[to++] = first + words[at + k]!;
      }
      return to;
    },
    rest: () => loaded?.inner.reset(),
    membranes(population, into) {
      const { arena, program } = loaded!.inner;
      const spiking = program.regions.has(`${population}.membrane`);
      const { offset, rows, stride } = program.regions.get(`${population}.${spiking ? 'membrane' : 'value'}`)!;
      // A readout is in the ring that others could read it from.
      const row = spiking ? 0 : (arena.words[0]! - 1) & (rows - 1);
      for (let j = 0; j < into.length; j++) into[j] = arena.floats[offset + row * stride + j]!;
    },
    weights(projection, into) {
      const { conductance, scale, compensation } = crossbar.array(projection);
      for (let k = 0; k < conductance.length; k++) into[k] = conductance[k]! * scale * compensation;
    },
  };
}

/**
 * Phase-change cores with digital neurons beside them, in process and in lockstep: cells in pcm.ts, sums in analogue-array.ts.
 *
 * | neurons | weights | state | leak | events in and out | learning | tick |
 * | --- | --- | --- | --- | --- | --- | --- |
 * | 64 cores of 256 × 256; digital, the host's LIF and ALIF in float32 | analogue, about 4 bits | float32; conductances drift as t^−ν | the host's | 8-bit values; spikes | by `crossbarBackend`, in the loop | a multiplication |
 *
 * Takes whatever of sources, LIF, ALIF and readouts fits into its cores. `chip.crossbar` has the clock, the faults, the drift compensation and the log.
 */
export const crossbarBoard = (options: CrossbarBoardOptions = {}): ChipBoard<CrossbarChip> => chipBoard(crossbarChip(options));
