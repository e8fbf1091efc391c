/** A chip beside the host, on the same random inputs. */
import type { ChipBoard } from '../../../drivers/chips/chip-board.ts';
import { chipWitness } from '../../../drivers/fidelity/boards.ts';
import { compareExecutions } from '../../../drivers/fidelity/compare.ts';
import { hostOnWeightsOf, hostWitness } from '../../../drivers/fidelity/witness.ts';
import type { Chip } from '../../../drivers/index.ts';
import type { Executable, Network } from '../../../runtime/index.ts';
import { load } from '../small.ts';
import { random } from '../support.ts';

export interface Compared {
  /** 2|A∩B| / (|A| + |B|) over (neuron, tick) */
  readonly agreement: number;
  readonly hostSpikes: number;
  readonly boardSpikes: number;
  /** difference of the membranes before any spike differs, rms, in the host's units */
  readonly membraneRms: number;
}

export interface CompareOptions {
  /** changes the host's weights once the chip has those of before */
  readonly spoil?: (executable: Executable) => void;
  /** the host runs on the weights that the chip has, so that what differs is arithmetic */
  readonly takeOver?: boolean;
  /** largest input; default 3 */
  readonly grade?: number;
}

/** The weights onto the first neurons in reverse: those of another network. */
export function reverseWeights(executable: Executable): void {
  const weights = executable.arena.view('sensory.weights');
  weights.set(Float32Array.from(weights).reverse());
}

export async function compareWithHost(
  board: ChipBoard<Chip>,
  network: Network,
  ticks: number,
  { spoil, takeOver = false, grade = 3 }: CompareOptions = {},
): Promise<Compared> {
  const executable = load(network);
  await board.connect();
  await board.deploy(executable);
  spoil?.(executable);
  const chip = chipWitness(board.chip);
  const own = hostWitness(executable);
  const host = takeOver ? hostOnWeightsOf(own.program, chip) : own;
  const draw = random(12);
  const drive = (_tick: number, values: Uint32Array): void => {
    for (let i = 0; i < values.length; i++) values[i] = draw() < 0.3 ? 1 + Math.floor(draw() * grade) : 0;
  };
  const chain = [host, chip].map((witness) => ({ witness, cause: takeOver ? ('arithmetic' as const) : ('weights' as const) }));
  const { spikes, membranes } = (await compareExecutions(own.program, chain, drive, ticks)).steps[0]!;
  await board.shutdown();
  return { hostSpikes: spikes.from, boardSpikes: spikes.to, agreement: spikes.agreement, membraneRms: membranes!.rms };
}
