import type { ChipBoard, Supervised, WireBoard } from '../../drivers/index.ts';
import type { Board, DeviceStateKind, Network, RecordedSignal } from '../../runtime/index.ts';
import { ControllerError, compile, referenceBackend, withBudget } from '../../runtime/index.ts';
import type { RunOptions } from '../app.ts';
import { type BoardName, boards, type Drivers } from '../boards.ts';
import type { HeartbeatFlags } from './flags.ts';
import { heartbeatNetwork, type Plastic } from './network.ts';
import { bitShiftVariant, lifVariant, slowVariant, smallVariant, type Variant } from './variants.ts';

/** What a board runs that refuses the whole network; for one that is not here the refusal is the app's. */
const variants: Partial<Readonly<Record<BoardName | 'port', (drivers: Drivers) => Variant>>> = {
  avr: () => smallVariant,
  // What speaks our wire and is too small for the whole is an ATmega328P.
  port: () => smallVariant,
  reckon: () => slowVariant,
  loihi: () => lifVariant,
  xylo: ({ bitShiftLif }) => bitShiftVariant(bitShiftLif),
};

/** Records of a run on a board that is a few times faster than real time, as chips emulated instruction by instruction are, or as fast; all, where it is not here. */
export const recordsFor: Partial<Readonly<Record<HeartbeatFlags['board'], readonly string[]>>> = {
  avr: ['200'],
  rp2040: ['200'],
  port: ['200'],
};

/** A board that is connected, the network that it takes, and why it is not the whole one. */
export interface ChosenBoard {
  readonly board: ChipBoard | WireBoard;
  /** the same for a mirror; one at a port is supervised: it may be pulled and plugged in again */
  readonly followed: Board;
  /** its state in numbers, for a recording: see {@link deviceSignal} */
  readonly signal: RecordedSignal | undefined;
  readonly variant: Variant | undefined;
  /** what the board said of the whole network */
  readonly refusal: string | undefined;
}

/** Makes a board and shows it the whole network; where it refuses that, its variant is what runs. */
export async function chooseBoard({ board: kind, port, seed, observed }: RunOptions & HeartbeatFlags): Promise<ChosenBoard | undefined> {
  if (kind === 'none') return undefined;
  const variant = variants[kind];
  const drivers = await import('../../drivers/index.ts');
  const board = kind === 'port' ? await drivers.boardAt(port!) : boards[kind].make(drivers);
  await board.connect();
  const supervised = kind === 'port' ? drivers.superviseBoard(board as WireBoard, { seed }) : undefined;
  if (observed !== undefined) supervised?.link.states.subscribe(observed.device);
  const chosen = { board, followed: supervised ?? board, signal: supervised === undefined ? undefined : deviceSignal(supervised.link) };
  try {
    await board.deploy(referenceBackend.load(compile(heartbeatNetwork(seed))));
    return { ...chosen, variant: undefined, refusal: undefined };
  } catch (error) {
    if (variant === undefined || !(error instanceof ControllerError) || error.code !== 'ERR_BOARD_TOO_SMALL') {
      await board.shutdown();
      throw error;
    }
    return { ...chosen, variant: variant(drivers), refusal: error.message };
  }
}

const kinds: readonly DeviceStateKind[] = ['connecting', 'ready', 'degraded', 'lost'];

/** [state: 0 connecting, 1 ready, 2 degraded, 3 lost; handshakes begun], as they change. */
function deviceSignal(link: Pick<Supervised<unknown>, 'states'>): RecordedSignal {
  const values = new Float64Array(2);
  link.states.subscribe(({ kind, attempt }) => {
    values[0] = kinds.indexOf(kind);
    values[1] = attempt;
  });
  return { name: 'device', values };
}

/** The description that runs: the whole network, or a board's variant of it, and the budget of its hidden layer. */
export function networkFor(variant: Variant | undefined, seed: number, learn: Plastic, active: number | undefined): Network {
  const network = variant === undefined ? heartbeatNetwork(seed, learn) : variant.network(seed, learn);
  return active === undefined ? network : withBudget(network, { population: 'hidden', active });
}
