import type { Board, Network } from '../../runtime/index.ts';
import { ControllerError, compile, referenceBackend } from '../../runtime/index.ts';
import type { BoardKind } from '../board-kinds.ts';
import { heartbeatNetwork, type Plastic } from './network.ts';
import { bitShiftVariant, lifVariant, type Variant } from './variants.ts';

type Drivers = typeof import('../../drivers/index.ts');

/** A board that may mirror the network, and what it holds where it cannot hold all of it. */
interface BoardEntry {
  readonly make: (drivers: Drivers) => Board;
  /** what it runs where it refuses the whole network; without one, the refusal is the app's */
  readonly variant?: (drivers: Drivers) => Variant;
}

/** Every kind of board that `--board` knows. */
const boards: Readonly<Record<BoardKind, BoardEntry>> = {
  emulated: { make: ({ emulatedBoard }) => emulatedBoard() },
  loihi: { make: ({ loihiBoard }) => loihiBoard(), variant: () => lifVariant },
  xylo: { make: ({ xyloBoard }) => xyloBoard(), variant: ({ bitShiftLif }) => bitShiftVariant(bitShiftLif) },
  crossbar: { make: ({ crossbarBoard }) => crossbarBoard() },
};

/** A board that is connected, the network that it takes, and why it is not the whole one. */
export interface ChosenBoard {
  readonly board: Board;
  readonly variant: Variant | undefined;
  /** what the board said of the whole network */
  readonly refusal: string | undefined;
}

/** Makes a board and shows it the whole network; where it refuses that, its variant is what runs. */
export async function chooseBoard(kind: BoardKind, seed: number): Promise<ChosenBoard> {
  const entry = boards[kind];
  const drivers = await import('../../drivers/index.ts');
  const board = entry.make(drivers);
  await board.connect();
  try {
    await board.deploy(referenceBackend.load(compile(heartbeatNetwork(seed))));
    return { board, variant: undefined, refusal: undefined };
  } catch (error) {
    if (entry.variant === undefined || !(error instanceof ControllerError) || error.code !== 'ERR_BOARD_TOO_SMALL') throw error;
    return { board, variant: entry.variant(drivers), refusal: error.message };
  }
}

/** The description that runs: the whole network, or a board's variant of it. */
export const networkFor = (variant: Variant | undefined, seed: number, learn: Plastic): Network =>
  variant === undefined ? heartbeatNetwork(seed, learn) : variant.network(seed, learn);
