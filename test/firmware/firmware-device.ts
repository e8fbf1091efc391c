/** The firmware as a process, as a device under test: the same wire, time and faults as the emulated board's, and its memory and outputs seen from outside. */
import { lineBuffer } from '../../drivers/emulated/emulated.ts';
import type { Device, EmulatedDeviceOptions } from '../../drivers/hil/index.ts';
import { loopbackPair, resetCause } from '../../firmware-bridge/index.ts';
import { exact } from '../../runtime/index.ts';
import { built } from './build.ts';
import { LockstepProcess, MAX_BYTES } from './lockstep.ts';

export interface FirmwareDevice extends Device {
  /** bytes that its receiver lost for want of room */
  readonly overruns: number;
  /** what a particle does to its memory */
  flip(region: number, offset: number, mask: number): void;
}

/** `program`: a build of the firmware; default the one with sanitizers, with as large a receiver as is asked for. */
export function firmwareDevice(options: EmulatedDeviceOptions = {}, program?: string): FirmwareDevice {
  const { capabilities, seed = 1, line = {}, computeUs = 0, clock = (ms) => ms, rxBuffer, stepMs = 1 } = options;
  if (capabilities !== undefined) throw new Error('firmware offers what it was built for');
  const path = program ?? built(rxBuffer === undefined ? 'host-sanitized' : `host-ring-${rxBuffer}`);
  const { bytesPerMs = Number.POSITIVE_INFINITY } = line;
  let ms = 0;
  const now = (): number => ms;
  const room = line.bytesPerMs === undefined ? {} : { capacity: lineBuffer(line.bytesPerMs) };
  const [hostEnd, deviceEnd] = loopbackPair({ now, ...line, ...room });
  const numbers = exact.randomStream(seed, 'firmware as a process');
  let drawn = 0;
  let frozen = false;
  const start = (cause: keyof typeof resetCause): LockstepProcess =>
    new LockstepProcess(path, {
      bootId: Math.floor(numbers.uniform(drawn++) * 0xffffffff) + 1,
      cause: resetCause[cause],
      ms: clock(ms),
      computeUs,
    });
  let firmware = start('powerOn');
  // What has arrived since its last turn: the interrupt routine hands it to a ring, which counts what does not fit.
  const arrived = new Uint8Array(MAX_BYTES);
  let length = 0;
  /** when its transmitter has sent all that it was given */
  let sentAt = 0;
  /** it computes until then, and does nothing else but let its receiver hear; what it then says */
  let busyUntil = 0;
  let said = new Uint8Array(0);
  /** Whole frames, one by one, as every driver hands them to a line. Where nobody takes them from it, they are gone. */
  const say = (bytes: Uint8Array): void => {
    sentAt = Math.max(sentAt, ms) + bytes.length / bytesPerMs;
    for (let start = 0, begun = false, i = 0; i < bytes.length; i++) {
      if (bytes[i] !== 0) begun = true;
      else if (begun) {
        deviceEnd.write(bytes, start, i + 1);
        start = i + 1;
        begun = false;
      }
    }
  };
  const turn = (): void => {
    if (ms < busyUntil) return;
    if (said.length > 0) say(said);
    said = new Uint8Array(0);
    const from = Math.max(sentAt, ms);
    // A transmitter takes frames until the line has enough for the time to the next look.
    const free = Math.max(0, Math.ceil((ms + stepMs - from) * bytesPerMs));
    const bytes = firmware.turn(clock(ms), arrived, length, free);
    length = 0;
    busyUntil = ms + firmware.aheadMs;
    if (firmware.aheadMs > 0) said = bytes.slice();
    else if (bytes.length > 0) say(bytes);
  };
  deviceEnd.onBytes((bytes, from, to) => {
    arrived.set(bytes.subarray(from, to), length);
    length += to - from;
  });
  void deviceEnd.open();
  turn();
  return {
    name: 'firmware as a process',
    transport: hostEnd,
    virtual: {
      now,
      stepMs,
      pass: (step) => {
        ms += step;
      },
      poll: () => {
        deviceEnd.poll?.();
        if (!frozen) turn();
      },
    },
    safe: () => firmware.safe,
    weights: (region) => firmware.weights(region),
    counters: () => firmware.counters(),
    get overruns() {
      return firmware.counters().overruns;
    },
    flip: (region, offset, mask) => firmware.flip(region, offset, mask),
    reset: (cause) => {
      firmware.close();
      firmware = start(cause);
      length = 0;
      busyUntil = 0;
      said = new Uint8Array(0);
      turn();
    },
    freeze: (value) => {
      frozen = value;
    },
    close: async () => firmware.close(),
  };
}
