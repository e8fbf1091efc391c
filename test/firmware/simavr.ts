/** The ATmega328P's image in simavr, in real time, on a pseudo-terminal: a process of its own. In CI a missing libsimavr-dev fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { firmwareFolder, make } from './build.ts';

/** Port B as it became, and when, ms of the chip: since its start, and since the last byte that it heard. */
export interface PinChange {
  readonly pins: number;
  readonly ms: number;
  readonly silentMs: number;
}

export const ARMED = 1 << 5;
export const OUTPUTS = 0x0f;

export interface Simavr {
  /** of the terminal */
  readonly path: string;
  readonly baud: number;
  readonly changes: readonly PinChange[];
  /** bytes that the chip did not read in time */
  readonly overruns: number;
  /** what port B is */
  readonly pins: number;
  close(): Promise<void>;
}

/** `image`: of firmware-bridge/firmware, or one that make builds there. */
export async function simavr(image: string, baud: number): Promise<Simavr> {
  make('simavr');
  const child: ChildProcess = spawn(join(firmwareFolder, 'build/simavr'), [join(firmwareFolder, image), String(baud)]);
  const changes: PinChange[] = [];
  let said = '';
  let overruns = 0;
  createInterface({ input: child.stderr! }).on('line', (line) => {
    const pins = /^pins ([0-9a-f]+) us (\d+) silence (\d+)$/.exec(line);
    if (pins !== null) changes.push({ pins: Number.parseInt(pins[1]!, 16), ms: Number(pins[2]) / 1000, silentMs: Number(pins[3]) / 1000 });
    else if (line.startsWith('overrun ')) overruns++;
    else said += `${line}\n`;
  });
  const ended = once(child, 'exit').then(() => undefined);
  const path = await Promise.race([once(createInterface({ input: child.stdout! }), 'line').then(([line]) => String(line)), ended]);
  if (path === undefined) throw new Error(`simavr with ${image} ended: ${said}`);
  return {
    path,
    baud,
    changes,
    get overruns() {
      return overruns;
    },
    get pins() {
      return changes.at(-1)?.pins ?? 0;
    },
    close: async () => {
      child.stdin!.end();
      await ended;
    },
  };
}
