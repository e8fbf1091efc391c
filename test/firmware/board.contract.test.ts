/** What every board has to do, of the firmware as a process and on an emulated ATmega328P, in virtual time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AvrMachine, readIntelHex, WireBoard } from '../../drivers/index.ts';
import { MachineLine, withFaults } from '../../firmware-bridge/index.ts';
import { boardContract, type Condition, type Subject, smallShape } from '../contracts/board.ts';
import { shape } from '../contracts/board-bench.ts';
import { built, firmwareFolder } from './build.ts';
import { LockstepFirmware } from './lockstep.ts';

const noise = { drop: 0.001, flip: 0.001 };
/** Bytes a millisecond of a line that takes fewer ticks than one each 2 ms. */
const NARROW = 2.5;

interface Running {
  readonly line: MachineLine;
  run(ms: number): void;
  safe(): boolean;
}

/** A board over firmware that runs in its own time. */
function subjectOf({ line, run, safe }: Running, condition: Condition, stepMs: number): Subject {
  let ms = 10;
  const now = (): number => ms;
  run(ms);
  const rates = condition === 'noisy' ? noise : {};
  const faulty = withFaults(line, { now, seed: 5, send: rates, receive: rates });
  let session = 0;
  const step = (by: number): void => {
    ms += by;
    run(ms);
  };
  const board = new WireBoard({
    transport: faulty,
    kind: 'firmware',
    session: () => ++session,
    virtual: { now, stepMs, pass: step, poll: () => run(ms) },
  });
  return {
    board,
    sent: () => board.connection?.link.counters.bytesOut ?? 0,
    pass: async (time) => {
      for (let left = time; left > 0; left -= stepMs) {
        step(stepMs);
        board.poll();
      }
    },
    cut: () => faulty.stall(Number.POSITIVE_INFINITY),
    safe,
    verify: () => board.verify(),
  };
}

boardContract('firmware as a process', (condition) => {
  const program = built(condition === 'small' ? 'host-small' : 'host-sanitized');
  const firmware = new LockstepFirmware(program, condition === 'narrow' ? { bytesPerMs: NARROW, capacity: 1024 } : {});
  return subjectOf({ line: firmware.line, run: (ms) => firmware.run(ms), safe: () => firmware.safe }, condition, 0.5);
});

const ARMED_PIN = 0x20;
const flash = readIntelHex(readFileSync(join(firmwareFolder, 'images/atmega328p-500000.hex'), 'utf8'), 32768);

boardContract(
  'firmware on an ATmega328P',
  (condition) => {
    const line = new MachineLine(condition === 'narrow' ? 1024 : 4096);
    const machine = new AvrMachine({ flash, line, baud: condition === 'narrow' ? 10_000 * NARROW : 500_000 });
    return subjectOf({ line, run: (ms) => machine.run(ms), safe: () => (machine.pins & ARMED_PIN) === 0 }, condition, 0.25);
  },
  smallShape,
  shape,
);
