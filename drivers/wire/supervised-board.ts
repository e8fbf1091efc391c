import { map, type Observable, filter as only } from 'rxjs';
import { type Board, type BoardEvent, type BoardReport, type Executable, raise } from '../../runtime/index.ts';
import { Events } from '../events.ts';
import { type Device, type DeviceSign, type Supervised, type SuperviseOptions, supervise } from '../supervise.ts';
import type { WireBoard } from './wire-board.ts';

/** A board that is opened again whenever it is lost, and gets the network as it is then. */
export interface SupervisedBoard extends Board {
  readonly link: Supervised<WireBoard>;
}

const signOf = (event: BoardEvent): DeviceSign | undefined => {
  if (event.kind === 'fault') return { kind: 'lost', error: event.error };
  return event.kind === 'degraded' ? event : undefined;
};

/** A board of our wire as a device. That it is silent, its link notices; that it restarts again and again, its reset watch. */
const wireDevice = (board: WireBoard): Device<WireBoard> => ({
  name: board.kind,
  async open() {
    await board.connect();
    return board;
  },
  identityOf: () => board.identity,
  watch: () =>
    board.events.pipe(
      map(signOf),
      only((sign) => sign !== undefined),
    ) as Observable<DeviceSign>,
  close: () => board.shutdown(),
});

const sums = [
  'weightPatches',
  'weightPatchesAcked',
  'spikesIn',
  'spikesOut',
  'dropped',
  'late',
  'crcErrors',
  'retransmits',
  'faults',
] as const;

/**
 * A {@link WireBoard} under supervision, for `mirror` as any board. While it is lost, inputs are refused and counted and nothing is kept for later; when it is
 * back it is sent the network with the weights of that moment, its neurons at rest. A fault is an event only where the board is left alone for good.
 */
export function superviseBoard(board: WireBoard, options: Omit<SuperviseOptions<WireBoard>, 'prepare'>): SupervisedBoard {
  const announced = new Events<BoardEvent>();
  let deployed: Executable | undefined;
  const before: Record<(typeof sums)[number], number> = {
    ...{ weightPatches: 0, weightPatchesAcked: 0, spikesIn: 0, spikesOut: 0, dropped: 0 },
    ...{ late: 0, crcErrors: 0, retransmits: 0, faults: 0 },
  };
  const device = wireDevice(board);
  let opened = false;
  const link = supervise<WireBoard>(
    {
      ...device,
      open() {
        // A new connection counts from 0.
        if (opened) for (const key of sums) before[key] += board.report()[key];
        opened = true;
        return device.open();
      },
    },
    { ...options, prepare: async () => void (deployed === undefined ? undefined : await board.deploy(deployed)) },
  );
  board.events.subscribe((event) => {
    if (event.kind !== 'fault' || link.state.retryMs === Number.POSITIVE_INFINITY) announced.emit(event);
  });

  return {
    kind: board.kind,
    link,
    events: announced.stream,
    get capabilities() {
      return board.capabilities;
    },
    get syncing() {
      return link.device?.syncing === true;
    },
    async connect() {
      if (!opened) await link.start();
      return board.capabilities ?? raise('ERR_SESSION_LOST');
    },
    async deploy(executable) {
      deployed = executable;
      if (link.device === undefined) return raise('ERR_BOARD_NOT_READY', { call: 'deploy()', state: 'connected', first: 'connect()' });
      return link.device.deploy(executable);
    },
    async sync(executable, projection) {
      // What it misses while it is gone comes with the whole network.
      await link.device?.sync(executable, projection).catch((error: unknown) => {
        if (link.device !== undefined) throw error;
      });
    },
    // The board itself refuses while it is not armed; time passes for it even so.
    inputs: (tick, addresses, count, values) => board.inputs(tick, addresses, count, values),
    endEpisode: (tick) => link.device?.endEpisode(tick),
    poll: () => board.poll(),
    report(): BoardReport {
      const now = board.report();
      const total = Object.fromEntries(sums.map((key) => [key, before[key] + now[key]])) as typeof before;
      return { ...now, ...total, device: link.report() };
    },
    async shutdown() {
      await link.close();
      // One that was opened is closed by now, and may be somebody else's already.
      if (!opened) await board.shutdown();
    },
  };
}
