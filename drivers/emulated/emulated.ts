import { type Faults, type FaultyTransport, loopbackPair, PROTO_MAJOR, withFaults } from '../../firmware-bridge/index.ts';
import { type Capabilities, exact } from '../../runtime/index.ts';
import { WireBoard } from '../wire/wire-board.ts';
import { IntegerBoard } from './integer-board.ts';

export interface EmulatedBoardOptions {
  /** what the board is to offer, where it differs from the default */
  readonly capabilities?: Partial<Omit<Capabilities, 'protocol' | 'learns'>>;
  /** what the line does to the bytes of each direction; given, even empty, the line can be stalled too */
  readonly faults?: { readonly toBoard?: Faults; readonly toHost?: Faults };
  /** of the faults, the sessions and the board's number; default 1 */
  readonly seed?: number;
  /** speed of the line (a baud rate divided by 10 000) and its delay; default: bytes take no time */
  readonly line?: { readonly bytesPerMs?: number; readonly latencyMs?: number };
  /** time that the board takes for a tick; default 0 */
  readonly computeUs?: number;
}

/** A board in virtual time, with a view behind the wire. */
export type EmulatedBoard = WireBoard & {
  /** the far end */
  readonly device: IntegerBoard;
  /** the line, if it has faults */
  readonly line: FaultyTransport | undefined;
  /** lets time pass in which the board is not used */
  pass(ms: number): void;
};

/** What an emulated board offers. */
export const offeredByDefault: Capabilities = {
  model: 'emulated',
  protocol: PROTO_MAJOR,
  inputs: 1024,
  neurons: 1024,
  outputs: 64,
  synapses: 1 << 18,
  neuronKinds: ['source', 'lif', 'alif', 'integrator'],
  maxDelay: 63,
  weightBits: 8,
  maxGrade: 255,
  tickUs: 500,
  learns: false,
};

/** Where time is looked at when anything takes some. */
const STEP_MS = 1;
/** And where nothing does: no longer than a host may be silent, however long its ticks are. */
const HEARTBEAT_MS = 20;
/** What a slow line holds: more would only make everything late. */
const BUFFER_MS = 50;
const MIN_BUFFER = 1024;
/** Bytes that a line of this speed holds. */
export const lineBuffer = (bytesPerMs: number): number => Math.max(MIN_BUFFER, Math.round(bytesPerMs * BUFFER_MS));
const US = 1000;

/**
 * An emulated board and the wire to it, in virtual time: a tick's time passes whenever `inputs` is called, and nothing depends on the
 * machine. It runs networks in int8 weights and int32 states; what it computes is specified in integer-network.ts.
 */
export function emulatedBoard(options: EmulatedBoardOptions = {}): EmulatedBoard {
  const { capabilities = {}, faults, seed = 1, line: speed = {}, computeUs = 0 } = options;
  let ms = 0;
  const now = (): number => ms;
  const room = speed.bytesPerMs === undefined ? {} : { capacity: lineBuffer(speed.bytesPerMs) };
  const [hostEnd, deviceEnd] = loopbackPair({ now, ...speed, ...room });
  const line =
    faults === undefined ? undefined : withFaults(hostEnd, { now, seed, send: faults.toBoard ?? {}, receive: faults.toHost ?? {} });
  const numbers = exact.randomStream(seed, 'emulated board');
  let drawn = 0;
  const draw = (): number => Math.floor(numbers.uniform(drawn++) * 0xffffffff) + 1;
  const device = new IntegerBoard({
    transport: deviceEnd,
    now,
    capabilities: { ...offeredByDefault, ...capabilities },
    bootId: draw(),
    computeMs: computeUs / US,
  });
  const timed = faults !== undefined || speed.bytesPerMs !== undefined || speed.latencyMs !== undefined || computeUs > 0;
  const stepMs = timed ? STEP_MS : HEARTBEAT_MS;
  // Like a board with power of its own: it runs, whether or not anybody is connected.
  void deviceEnd.open();
  device.start();
  const board = new WireBoard({
    transport: line ?? hostEnd,
    kind: 'emulated',
    session: draw,
    virtual: {
      now,
      stepMs,
      pass: (step) => {
        ms += step;
      },
      poll: () => device.poll(),
    },
  });
  const pass = (time: number): void => {
    for (let left = time; left > 0; left -= STEP_MS) {
      ms += Math.min(left, STEP_MS);
      board.poll();
    }
  };
  return Object.assign(board, { device, line, pass });
}
