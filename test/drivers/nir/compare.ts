import type { FromNirOptions, NirGraph } from '../../../drivers/index.ts';
import { compile, type Executable, exact, type Network, referenceBackend } from '../../../runtime/index.ts';
import { simulate } from './simulate.ts';

const TICKS = 300;
export const load = (network: Network): Executable => referenceBackend.load(compile(network, { maxTicks: 1 }));

function drawnInputs(size: number): Float64Array[] {
  const draws = exact.randomStream(5, 'inputs');
  return Array.from({ length: TICKS }, (_, tick) =>
    Float64Array.from({ length: size }, (_, i) => (draws.uniform(tick * size + i) < 0.3 ? 1 : 0)),
  );
}

/** What populations send at each tick. */
function run(network: Network, inputs: readonly Float64Array[]): Map<string, Float32Array[]> {
  const executable = load(network);
  const { arena } = executable;
  const sent = new Map<string, Float32Array[]>(Object.keys(network.populations).map((name) => [name, []]));
  const source = Object.keys(network.populations).find((name) => network.populations[name]!.neuron.kind === 'source')!;
  inputs.forEach((values, tick) => {
    arena.view(`${source}.input`).set(values);
    executable.run(1);
    for (const [name, values] of sent) {
      const region = arena.regions.get(`${name}.value`);
      if (region === undefined) continue;
      const from = region.offset + (tick % region.rows) * region.stride;
      values.push(arena.floats.slice(from, from + region.columns));
    }
  });
  return sent;
}

export interface Compared {
  readonly spikes: number;
  /** the first tick and population in which a spike differs */
  readonly difference: string | undefined;
  /** the largest difference of a value that is no spike */
  readonly error: number;
}

/** The populations of a network beside the nodes they came of. */
export function compare(network: Network, graph: NirGraph, order: readonly string[], options: FromNirOptions): Compared {
  const inputs = drawnInputs(Object.values(network.populations).find(({ neuron }) => neuron.kind === 'source')!.size);
  const theirs = simulate(graph, order, options, inputs);
  const ours = run(network, inputs);
  let [spikes, error] = [0, 0];
  for (let tick = 0; tick < inputs.length; tick++)
    for (const [name, values] of ours) {
      const { neuron } = network.populations[name]!;
      const node = order.find(
        (wanted) => wanted.replace('.', '-') === name || `node${wanted}` === name || `node${wanted.replace('.', '-')}` === name,
      );
      if (node === undefined || (neuron.kind !== 'lif' && neuron.kind !== 'integrator')) continue;
      for (const [j, value] of values[tick]!.entries()) {
        const wanted = theirs.get(node)![tick]![j]!;
        if (neuron.kind === 'integrator') error = Math.max(error, Math.abs(value - wanted));
        else if (value !== wanted) return { spikes, difference: `tick ${tick}, ${name}[${j}]`, error };
        else spikes += value;
      }
    }
  return { spikes, difference: undefined, error };
}
