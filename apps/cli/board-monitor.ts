import type { WireBoard } from '../../drivers/index.ts';
import {
  advance,
  type Board,
  type Executable,
  type Frame,
  frames,
  type MirrorReport,
  mirror,
  type Program,
  raise,
  realTimeClock,
  referenceBackend,
  run,
  stage,
  virtualClock,
} from '../../runtime/index.ts';
import { deviceText } from '../device.ts';
import { fitting, randomSpikes, type TargetFlags, targetOf } from './board-target.ts';
import { interruptible } from './interrupt.ts';
import { number } from './numbers.ts';
import { described } from './program.ts';
import { parseSeed } from './run.ts';
import { exitCode } from './usage.ts';

export interface MonitorFlags extends TargetFlags {
  readonly seed: string;
  readonly seconds: string;
  readonly rate: string;
  readonly json?: boolean;
}

const MAX_SECONDS = 1e6;
const MS = 1000;

/** Writes random spikes into the sources before each frame runs. */
function drive(program: Program, rate: number, seed: number) {
  const draw = randomSpikes(program.network, rate, seed);
  const sources = Object.entries(program.network.populations).filter(([, { neuron }]) => neuron.kind === 'source');
  const values = new Uint32Array(sources.reduce((sum, [, { size }]) => sum + size, 0));
  const bind = ({ arena }: Executable) => sources.map(([name, { size }]) => ({ size, region: arena.regions.get(`${name}.input`)!, arena }));
  let bound: ReturnType<typeof bind> | undefined;
  return stage(() => ({
    step({ tick, ticks, executable }: Frame) {
      bound ??= bind(executable);
      for (let row = 0; row < ticks; row++) {
        draw(tick + row, values);
        let at = 0;
        for (const { size, region, arena } of bound)
          for (let i = 0; i < size; i++) arena.floats[region.offset + row * region.stride + i] = values[at++]!;
      }
    },
  }));
}

/** One second in a line that a terminal of 80 columns holds while nothing is wrong. */
export function line(second: number, { agreement, ticksUnanswered: unanswered, board }: MirrorReport): string {
  const { spikesIn, spikesOut, late, dropped, crcErrors, retransmits, faults } = board;
  const troubles = Object.entries({ unanswered, late, dropped, 'damaged frames': crcErrors, 'sent again': retransmits, faults })
    .filter(([, count]) => count > 0)
    .map(([trouble, count]) => `${trouble} ${count}`);
  const { device } = board;
  const being = device === undefined || (device.state === 'ready' && device.losses === 0) ? [] : [`board ${deviceText(device)}`];
  const link = [...being, ...troubles].join(', ') || 'nothing lost or late';
  return `${String(second).padStart(6)} s  spikes ${spikesIn} in, ${spikesOut} out, agreement ${agreement?.toFixed(3) ?? '–'}; ${link}`;
}

/** `ganglion board monitor BOARD APP|FILE.json`: a network on a board and on the host, on random spikes; each second the health of the link. It ends at a fault of an emulated board; one at a port is opened again when it is lost. */
export async function boardMonitorCommand(name: string, network: string, flags: MonitorFlags): Promise<void> {
  const seed = parseSeed(flags.seed);
  const seconds = number('seconds', flags.seconds, 1, MAX_SECONDS, true);
  const rate = number('rate', flags.rate, 0, 1, false);
  const description = await described(network, seed);
  const { board, attached } = await targetOf(name, flags);
  const report = (second: number, now: MirrorReport): void =>
    void process.stdout.write(
      flags.json === true ? `${JSON.stringify({ second, ...now, fault: now.fault?.message ?? null })}\n` : `${line(second, now)}\n`,
    );
  const interrupted = await interruptible(async (signal) => {
    try {
      const program = await fitting(board, description);
      await watchBoard(board, program, { attached, seconds, rate, seed, report, signal });
    } finally {
      await board.shutdown();
    }
  });
  if (interrupted) process.exitCode = exitCode.interrupted;
}

export interface Watch {
  readonly attached: boolean;
  readonly seconds: number;
  readonly rate: number;
  readonly seed: number;
  readonly report: (second: number, now: MirrorReport) => void;
  readonly signal: AbortSignal;
}

/** Runs for so many seconds; rejects with the first fault of the board, which is safe then, or where one that is supervised is lost at the end. */
export async function watchBoard(
  given: Board | WireBoard,
  program: Program,
  { attached, seconds, rate, seed, report, signal }: Watch,
): Promise<void> {
  const host = referenceBackend.load(program);
  const board = attached ? (await import('../../drivers/index.ts')).superviseBoard(given as WireBoard, { seed }) : given;
  const { dt } = program.network;
  const perSecond = Math.max(1, Math.round(MS / dt));
  const pace = { dt, frameTicks: 1, ticks: seconds * perSecond };
  try {
    await board.connect();
    await board.deploy(host);
    const follower = mirror(board, { onFault: () => 'stop' });
    const spoken = stage(() => ({
      step({ tick }: Frame) {
        if ((tick + 1) % perSecond === 0) report((tick + 1) / perSecond, follower.report());
      },
    }));
    const clock = attached ? realTimeClock(pace) : virtualClock(pace);
    await run(frames(clock, host).pipe(drive(program, rate, seed), advance(), follower, spoken), signal);
    const { fault, board: last } = follower.report();
    if (fault !== undefined) throw fault;
    if (last.device?.state === 'lost')
      raise('ERR_BOARD_FAULT', { board: board.kind, reason: `at the end it is lost: ${last.device.reason}` });
  } finally {
    await board.shutdown();
  }
}
