import { crc32c, type LoopbackEnd, loopbackPair, type Transport } from '../../firmware-bridge/index.ts';
import { type Capabilities, exact } from '../../runtime/index.ts';
import { lineBuffer, offeredByDefault } from '../emulated/emulated.ts';
import { IntegerBoard, type ResetCause } from '../emulated/integer-board.ts';
import type { Device } from './device.ts';

export interface EmulatedDeviceOptions {
  /** what it offers, where it differs from the default of `emulatedBoard` */
  readonly capabilities?: Partial<Omit<Capabilities, 'protocol' | 'learns'>>;
  /** of its numbers of starts; default 1 */
  readonly seed?: number;
  /** speed of the line (a baud rate divided by 10 000) and its delay; default: bytes take no time */
  readonly line?: { readonly bytesPerMs?: number; readonly latencyMs?: number };
  /** time that it takes for a tick; default 0 */
  readonly computeUs?: number;
  /** its clock, ms, at a time of the host's: a crystal that drifts, a counter that began long ago; default the same */
  readonly clock?: (ms: number) => number;
  /** bytes that its receiver holds between two looks: more are lost; default: as many as the line */
  readonly rxBuffer?: number;
  /** how often it looks at its line and its clock, ms; default 1 */
  readonly stepMs?: number;
}

export interface EmulatedDevice extends Device {
  /** the board that runs now; a reset makes another one */
  readonly board: IntegerBoard;
  /** bytes that its receiver lost for want of room */
  readonly overruns: number;
}

/** Room kept for what needs no credit: heartbeats and naks of a third of a second. */
const EXEMPT = 160;

/** A receiver of so many bytes: hardware that goes on hearing while nobody looks. */
function receiver(line: LoopbackEnd, room: number) {
  const held = new Uint8Array(Math.min(room, 1 << 20));
  let length = 0;
  let overruns = 0;
  let hear: ((bytes: Uint8Array, start: number, end: number) => void) | undefined;
  line.onBytes((bytes, start, end) => {
    const fits = Math.min(end - start, held.length - length);
    held.set(bytes.subarray(start, start + fits), length);
    length += fits;
    overruns += end - start - fits;
  });
  const transport: Transport = {
    get state() {
      return line.state;
    },
    open: () => line.open(),
    close: () => line.close(),
    write: (bytes, start, end) => line.write(bytes, start, end),
    onBytes: (listener) => {
      hear = listener;
      return () => {
        if (hear === listener) hear = undefined;
      };
    },
    onLost: (listener) => line.onLost(listener),
    poll: () => {
      const end = length;
      length = 0;
      if (end > 0) hear?.(held, 0, end);
    },
  };
  return {
    transport,
    listen: () => line.poll?.(),
    free: () => Math.max(0, held.length - EXEMPT - length),
    get overruns() {
      return overruns;
    },
  };
}

/** The emulated integer board as a device under test, in virtual time. */
export function emulatedDevice(options: EmulatedDeviceOptions = {}): EmulatedDevice {
  const { capabilities = {}, seed = 1, line = {}, computeUs = 0, clock = (ms) => ms, rxBuffer = 1 << 14, stepMs = 1 } = options;
  let ms = 0;
  const now = (): number => ms;
  const room = line.bytesPerMs === undefined ? {} : { capacity: lineBuffer(line.bytesPerMs) };
  const [hostEnd, deviceEnd] = loopbackPair({ now, ...line, ...room });
  const uart = receiver(deviceEnd, rxBuffer);
  const numbers = exact.randomStream(seed, 'emulated device');
  let drawn = 0;
  let frozen = false;
  const start = (cause: ResetCause): IntegerBoard => {
    const made = new IntegerBoard({
      transport: uart.transport,
      now: () => clock(ms),
      capabilities: { ...offeredByDefault, ...capabilities },
      bootId: Math.floor(numbers.uniform(drawn++) * 0xffffffff) + 1,
      computeMs: computeUs / 1000,
      resetCause: cause,
      ...(options.rxBuffer === undefined ? {} : { rxWindow: rxBuffer - EXEMPT, freeBytes: uart.free }),
    });
    made.start();
    return made;
  };
  void deviceEnd.open();
  let board = start('powerOn');
  return {
    name: 'emulated integer board',
    transport: hostEnd,
    virtual: {
      now,
      stepMs,
      pass: (step) => {
        ms += step;
      },
      poll: () => {
        uart.listen();
        if (!frozen) board.poll();
      },
    },
    get board() {
      return board;
    },
    get overruns() {
      return uart.overruns;
    },
    safe: () => board.state === 'safe',
    pins: () => ({ safe: board.state === 'safe' ? 1 : 0, run: board.state === 'run' ? 1 : 0 }),
    weights: (region) => {
      const running = board.memory.running(region);
      return running === undefined ? undefined : crc32c(running.bytes);
    },
    counters: () => ({ ...board.link.counters, dropped: board.dropped, overruns: board.overruns }),
    reset: (cause) => {
      board.link.stop();
      board = start(cause);
    },
    freeze: (value) => {
      frozen = value;
    },
  };
}
