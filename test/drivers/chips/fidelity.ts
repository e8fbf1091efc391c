/** A chip beside the host, on the same random inputs. */
import type { ChipBoard } from '../../../drivers/chips/chip-board.ts';
import type { Chip } from '../../../drivers/index.ts';
import type { Executable, Network } from '../../../runtime/index.ts';
import { load } from '../small.ts';
import { random } from '../support.ts';

export interface Compared {
  /** 2|A∩B| / (|A| + |B|) over (neuron, tick) */
  readonly agreement: number;
  readonly hostSpikes: number;
  readonly boardSpikes: number;
  /** difference of the membranes of the first spiking population, rms, in the host's units */
  readonly membraneRms: number;
}

/** The host's weights become those that the chip runs with, so that what differs is arithmetic. */
export function takeOver(executable: Executable, board: ChipBoard<Chip>): void {
  const { populations, projections } = executable.program.network;
  for (const [name, { acting, stored }] of executable.program.weights) {
    const { pre, post } = projections[name]!;
    const columns = populations[post]!.size;
    const dense = new Float64Array(populations[pre]!.size * columns);
    board.chip.weights(name, dense);
    if (stored === undefined) {
      executable.arena.write(acting, dense);
      continue;
    }
    const view = executable.arena.view(acting);
    for (let i = 0; i + 1 < stored.rowStart.length; i++)
      for (let k = stored.rowStart[i]!; k < stored.rowStart[i + 1]!; k++) view[k] = dense[i * columns + stored.column[k]!]!;
  }
}

/** `meanwhile` changes the host's weights once the chip has those of before. */
export async function compareWithHost(
  board: ChipBoard<Chip>,
  network: Network,
  ticks: number,
  meanwhile: (executable: Executable, board: ChipBoard<Chip>) => void = () => undefined,
  grade = 3,
): Promise<Compared> {
  const host = load(network);
  await board.connect();
  await board.deploy(host);
  meanwhile(host, board);
  const entries = Object.entries(network.populations);
  const inputs = entries.filter(([, { neuron }]) => neuron.kind === 'source');
  const spiking = entries.filter(([, { neuron }]) => neuron.kind === 'lif' || neuron.kind === 'alif');
  const total = inputs.reduce((sum, [, { size }]) => sum + size, 0);
  const addresses = new Uint32Array(total);
  const values = new Uint32Array(total);
  const draw = random(12);
  let answered: number[] = [];
  const subscription = board.events.subscribe((event) => {
    if (event.kind === 'spikes') answered = [...event.addresses.subarray(event.start, event.start + event.count)];
  });
  const [watched, { size }] = spiking[0]!;
  const membranes = new Float64Array(size);
  const counts = { shared: 0, host: 0, board: 0, squares: 0 };
  for (let tick = 0; tick < ticks; tick++) {
    let count = 0;
    let address = 0;
    for (const [name, population] of inputs) {
      const tape = host.arena.view(`${name}.input`);
      for (let i = 0; i < population.size; i++, address++) {
        tape[i] = draw() < 0.3 ? 1 + Math.floor(draw() * grade) : 0;
        if (tape[i] === 0) continue;
        addresses[count] = address;
        values[count++] = tape[i]!;
      }
    }
    host.run(1);
    board.inputs(tick, addresses, count, values);
    const spoken = new Set<number>();
    let first = 0;
    for (const [name, population] of spiking) {
      const fired = host.arena.words[host.arena.regions.get(`${name}.spikeCount`)!.offset]!;
      const { offset } = host.arena.regions.get(`${name}.spikes`)!;
      for (let k = 0; k < fired; k++) spoken.add(first + host.arena.words[offset + k]!);
      first += population.size;
    }
    counts.host += spoken.size;
    counts.board += answered.length;
    for (const neuron of answered) counts.shared += spoken.has(neuron) ? 1 : 0;
    board.chip.membranes(watched, membranes);
    const v = host.arena.copy(`${watched}.membrane`);
    // Where neither spiked: a chip may have reset its membrane already, the host does so a tick later.
    for (let j = 0; j < size; j++) if (!spoken.has(j) && !answered.includes(j)) counts.squares += (membranes[j]! - v[j]!) ** 2 / size;
  }
  subscription.unsubscribe();
  await board.shutdown();
  const { shared, host: hostSpikes, board: boardSpikes, squares } = counts;
  return { hostSpikes, boardSpikes, agreement: (2 * shared) / (hostSpikes + boardSpikes), membraneRms: Math.sqrt(squares / ticks) };
}
