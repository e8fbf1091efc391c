import { compile, copyWeights, type Executable, frozen, type Program, referenceBackend, tickOf } from '../../runtime/index.ts';
import { type Layout, layoutOf, type PlacedPopulation } from '../chips/layout.ts';
import { denseWeights } from '../quantize.ts';

/** One execution of a network that a report of fidelity looks into. All numbers are in the host's units. */
export interface Witness {
  readonly name: string;
  /** One tick on `count` inputs, as a board takes them. Returns how many of `spikes` it wrote. */
  step(tick: number, addresses: Uint32Array, count: number, values: Uint32Array): number | Promise<number>;
  /** addresses over all spiking populations in order of declaration, ascending */
  readonly spikes: Uint32Array;
  /** what the neurons of a population hold: membranes, or states of a readout; NaN where one cannot look */
  membranes(population: string, into: Float64Array): void | Promise<void>;
  /** weights of a projection, dense, [pre][post], 0 where there is no synapse */
  weights(projection: string, into: Float64Array): void;
}

/** The host itself, in float32: the network without its learning, at rest, on the weights that `executable` has now. */
export function hostWitness(executable: Executable): Witness & { readonly program: Program } {
  const program = compile(frozen(executable.program.network), { maxTicks: 1 });
  const still = referenceBackend.load(program);
  copyWeights(executable, still, 'learning');
  return { ...ofHost('host', still, layoutOf(program)), program };
}

/** The same on the weights of another witness: whatever still differs from that one is not the weights' doing. */
export function hostOnWeightsOf(program: Program, other: Witness): Witness {
  const executable = referenceBackend.load(program);
  const layout = layoutOf(program);
  const { floats } = executable.arena;
  for (const { name, layout: weights } of layout.projections) {
    const { rows, columns, offset, stride, stored } = weights;
    const dense = new Float64Array(rows * columns);
    other.weights(name, dense);
    for (let i = 0; i < rows; i++) {
      if (stored === undefined) for (let j = 0; j < columns; j++) floats[offset + i * stride + j] = dense[i * columns + j]!;
      else for (let k = stored.rowStart[i]!; k < stored.rowStart[i + 1]!; k++) floats[offset + k] = dense[i * columns + stored.column[k]!]!;
    }
  }
  return ofHost("host with the board's weights", executable, layout);
}

function ofHost(name: string, executable: Executable, { populations, projections, neurons }: Layout): Witness {
  const { floats, words, regions } = executable.arena;
  const sources = populations.filter(({ neuron }) => neuron.kind === 'source').map((placed) => ({ ...placed, at: at(placed, 'input') }));
  const spiking = populations
    .filter(({ neuron }) => neuron.kind !== 'source' && neuron.kind !== 'integrator')
    .map((placed) => ({ ...placed, at: at(placed, 'spikes'), countAt: at(placed, 'spikeCount') }));
  // A readout's state is what it sends: its place in the ring of the last ticks goes with the tick.
  const held = new Map(
    populations
      .filter(({ neuron }) => neuron.kind !== 'source')
      .map(({ name: population, neuron }) => [
        population,
        regions.get(`${population}.${neuron.kind === 'integrator' ? 'value' : 'membrane'}`)!,
      ]),
  );
  const spikes = new Uint32Array(neurons);

  function at({ name: population }: PlacedPopulation, role: string): number {
    return regions.get(`${population}.${role}`)!.offset;
  }

  return {
    name,
    spikes,
    step(_tick, addresses, count, values) {
      for (const { at: offset, size } of sources) floats.fill(0, offset, offset + size);
      for (let k = 0; k < count; k++) {
        const address = addresses[k]!;
        const source = sources.find(({ first, size }) => address >= first && address < first + size)!;
        floats[source.at + address - source.first] = values[k]!;
      }
      executable.run(1);
      let written = 0;
      for (const { at: offset, countAt, first } of spiking)
        for (let k = 0; k < words[countAt]!; k++) spikes[written++] = first + words[offset + k]!;
      return written;
    },
    membranes(population, into) {
      const { offset, rows, stride } = held.get(population)!;
      const from = offset + ((tickOf(executable) - 1) % rows) * stride;
      for (let j = 0; j < into.length; j++) into[j] = floats[from + j]!;
    },
    weights: (projection, into) => denseWeights(floats, projections.find((placed) => placed.name === projection)!.layout, into),
  };
}
