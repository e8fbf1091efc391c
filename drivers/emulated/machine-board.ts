import { type FaultRates, type FaultyTransport, type MachineLine, withFaults } from '../../firmware-bridge/index.ts';
import { exact } from '../../runtime/index.ts';
import { WireBoard } from '../wire/wire-board.ts';

/** A chip in its own time, with our firmware in its flash. */
export interface Machine {
  /** runs until `ms` */
  run(ms: number): void;
}

export interface MachineBoardOptions<M extends Machine> {
  readonly kind: string;
  readonly machine: M;
  /** the host's end of its line */
  readonly transport: MachineLine;
  /** ms until it listens after a start */
  readonly bootMs: number;
  /** what the line does to the bytes of each direction, beside what the chip itself loses */
  readonly faults: { readonly toBoard?: FaultRates; readonly toHost?: FaultRates } | undefined;
  /** of the faults and the sessions */
  readonly seed: number;
}

/** A board in virtual time whose far end is a chip that runs our firmware. */
export type MachineBoard<M extends Machine> = WireBoard & {
  readonly machine: M;
  /** the line with its faults, if it has any */
  readonly line: FaultyTransport | undefined;
  /** lets time pass in which the board is not used */
  pass(ms: number): void;
};

/** Time between two looks at the line: a few bytes at 500,000 baud. */
const STEP_MS = 0.125;

/** A board of an emulated chip: nothing depends on the machine that emulates it, for time is the chip's. */
export function machineBoard<M extends Machine>(options: MachineBoardOptions<M>): MachineBoard<M> {
  const { kind, machine, transport, bootMs, faults, seed } = options;
  let ms = bootMs;
  const now = (): number => ms;
  machine.run(ms);
  const line =
    faults === undefined ? undefined : withFaults(transport, { now, seed, send: faults.toBoard ?? {}, receive: faults.toHost ?? {} });
  const numbers = exact.randomStream(seed, `emulated ${kind}`);
  let drawn = 0;
  const board = new WireBoard({
    transport: line ?? transport,
    kind,
    session: () => Math.floor(numbers.uniform(drawn++) * 0xffffffff) + 1,
    virtual: {
      now,
      stepMs: STEP_MS,
      pass: (step) => {
        ms += step;
        machine.run(ms);
      },
      poll: () => machine.run(ms),
    },
  });
  const pass = (time: number): void => {
    for (let left = time; left > 0; left -= STEP_MS) {
      ms += Math.min(left, STEP_MS);
      board.poll();
    }
  };
  return Object.assign(board, { machine, line, pass });
}
