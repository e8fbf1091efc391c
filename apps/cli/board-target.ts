import type { ChipBoard, WireBoard } from '../../drivers/index.ts';
import { exact, type Network, type Program, requireDescribed, validate } from '../../runtime/index.ts';
import { type BoardName, boardNames, boards } from '../boards.ts';
import { number } from './numbers.ts';
import type { Described } from './program.ts';
import { UsageError } from './usage.ts';

/** Which board: one that is emulated, by its name, or `port` with a port. */
export interface TargetFlags {
  readonly port?: string;
  readonly baud?: string;
}

/** The board that a command names. `attached`: it is at a port, in real time. */
export async function targetOf(name: string, { port, baud }: TargetFlags): Promise<{ board: ChipBoard | WireBoard; attached: boolean }> {
  const drivers = await import('../../drivers/index.ts');
  if (name === 'port') {
    if (port === undefined || port === '')
      throw new UsageError("a board at a port needs the port's path", 'give --port PATH; ganglion find-port lists them');
    const rate = baud === undefined ? {} : { baudRate: number('baud', baud, 1200, 4_000_000, true) };
    return { board: await drivers.boardAt({ path: port, ...rate }), attached: true };
  }
  if (!Object.hasOwn(boards, name)) throw new UsageError(`there is no board '${name}'`, `boards are ${boardNames.join(', ')}, and port`);
  for (const [flag, value] of Object.entries({ port, baud }))
    if (value !== undefined)
      throw new UsageError(`--${flag} is of no use to '${name}', which is emulated`, `name the board port, or leave --${flag} out`);
  return { board: boards[name as BoardName].make(drivers), attached: false };
}

/** Connects a board, and compiles a network for it; where the description alone asks too much, it is refused before that takes time and memory. */
export async function fitting(board: ChipBoard | WireBoard, { network, compile }: Described): Promise<Program> {
  const offered = await board.connect();
  requireDescribed(validate(network), offered);
  return compile();
}

/** Every source spikes with this probability in every tick, by a seed. */
export function randomSpikes({ populations }: Network, rate: number, seed: number): (tick: number, values: Uint32Array) => void {
  const numbers = exact.randomStream(seed, 'random spikes');
  const inputs = Object.values(populations).reduce((sum, { size, neuron }) => sum + (neuron.kind === 'source' ? size : 0), 0);
  return (tick, values) => {
    for (let i = 0; i < inputs; i++) values[i] = numbers.uniform(tick * inputs + i) < rate ? 1 : 0;
  };
}
