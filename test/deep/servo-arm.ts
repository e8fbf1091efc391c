/** `run servo-arm --port`: the emulated Uno at the other end of a pseudo-terminal, whose cable can be pulled. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBench } from '../../apps/robots/servo-arm/bench.ts';
import { OUTPUT_TIMEOUT } from '../../apps/robots/servo-arm/link.ts';
import type { EmulatedUno } from '../../drivers/index.ts';
import { serialTransport, type Transport } from '../../firmware-bridge/index.ts';
import { type Ended, main, node } from '../apps/command.ts';
import { type PseudoTerminal, pseudoTerminal } from '../drivers/hil/faults/pseudo-terminal.ts';
import { atMost, type Check, undisturbed } from './checks.ts';

interface Report {
  readonly board: string;
  readonly emulator: null;
  readonly seconds: number;
  readonly errorDegrees: { readonly learner: { readonly periods: readonly (number | null)[] } };
  readonly taughtTicks: number;
  readonly truncations: readonly { readonly reason: string; readonly seconds: number | null }[];
}

/** A pseudo-terminal has no line that resets a board: by then, the host has opened it. */
const OPENED = 600;

/** The bench behind a port of this machine, as a board with power of its own: it lives on when the cable is out. */
async function boardAt(folder: string, wired: readonly number[]) {
  const bench = createBench({ seed: 1, paced: true, changeAt: Number.POSITIVE_INFINITY, unplug: undefined, wired });
  const { transport } = bench.uno;
  await transport.open();
  let port: Transport | undefined;
  let terminal: PseudoTerminal | undefined;
  const bytes = { toHost: 0, toBoard: 0 };
  transport.onBytes((from, start, end) => {
    bytes.toHost += end - start;
    port?.write(from, start, end);
  });
  return {
    uno: bench.uno,
    bytes,
    async plug(): Promise<string> {
      terminal = await pseudoTerminal(folder);
      port = serialTransport({ path: terminal.device, baudRate: 57600 });
      port.onBytes((from, start, end) => {
        bytes.toBoard += end - start;
        transport.write(from, start, end);
      });
      await port.open();
      return terminal.host;
    },
    async pull(): Promise<void> {
      await port?.close();
      await terminal?.unplug();
    },
    async close(): Promise<void> {
      await this.pull();
      await transport.close();
      bench.close();
    },
  };
}

/** The servo has its first pulse. */
async function moves(uno: EmulatedUno): Promise<void> {
  while (uno.pin(9).pulseUs === 0) await sleep(5);
}

/** What `act` makes of a run of the command on the board at that port. */
async function onBoard<T>(
  wired: readonly number[],
  args: string,
  act: (board: Awaited<ReturnType<typeof boardAt>>, running: Promise<Ended>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'servo-arm-'));
  const board = await boardAt(folder, wired);
  try {
    const path = await board.plug();
    return await act(board, node([main, 'run', 'servo-arm', '--port', path, '--seed', '1', '--json', ...args.split(' ')]));
  } finally {
    await board.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Board and run share this machine: where it stood still, nobody held the arm. */
const STOOD_STILL = /implausible sensor/;

export const servoArmChecks: readonly Check[] = [
  {
    claim:
      'run servo-arm --port: the app on a serial port follows and is taught, goes safe when the cable is pulled, and on when it is back',
    run: () =>
      undisturbed(STOOD_STILL, () =>
        onBoard([0, 1], '--seconds 20 --change-at 19.9', async ({ uno, bytes, plug, pull }, running) => {
          const failed = running.then(({ err }) => assert.fail(err));
          failed.catch(() => undefined);
          await Promise.race([moves(uno), failed]);
          // The probe of the wires, and some seconds of the run.
          for (const { ms } = uno; uno.ms < ms + 6000; ) await sleep(5);
          if (uno.pin(9).pulseUs === 0) await failed;
          await pull();
          const at = uno.ms;
          while (uno.pin(9).pulseUs > 0 && uno.ms < at + 4 * OUTPUT_TIMEOUT) await sleep(5);
          const safeAfter = uno.ms - at;
          await sleep(500);
          assert.equal(uno.pin(9).pulseUs, 0);
          await plug();
          await sleep(OPENED);
          uno.reset();
          const { status, out, err } = await running;
          assert.equal(status, 0, err);
          const report = JSON.parse(out) as Report;
          assert.notEqual(report.board, 'emulated Uno');
          assert.equal(report.emulator, null);
          const [lost, ...others] = report.truncations.filter(({ reason }) => reason.startsWith('lost link'));
          assert.ok(lost?.seconds != null && others.length === 0, JSON.stringify(report.truncations));
          const { taughtTicks } = report;
          assert.ok(taughtTicks > 4000, `${taughtTicks} ticks taught`);
          const [first] = report.errorDegrees.learner.periods;
          return `${bytes.toHost} bytes to the host, ${bytes.toBoard} to the board; ${taughtTicks} ticks taught, ${atMost('degrees of error', first!, 5)}; ${atMost('ms to safe', safeAfter, OUTPUT_TIMEOUT + 100)}, under control again after ${lost.seconds.toFixed(2)} s`;
        }),
      ),
  },
  {
    claim: 'control: on that port, a potentiometer without its wire is refused by name, before anything moves for long',
    run: () =>
      onBoard([1], '--seconds 4 --change-at 3', async (_, running) => {
        const { status, err } = await running;
        assert.notEqual(status, 0);
        assert.match(err, /potentiometer A0 turned by 0 degrees/);
        return 'refused';
      }),
  },
];
