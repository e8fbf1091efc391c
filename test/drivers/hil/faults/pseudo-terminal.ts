/** Two ends of a pseudo-terminal, by socat: real ports for the real serialport. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Real time has no promises on a busy machine: wait for the event, long enough. */
export async function until(done: () => boolean, what: string, ms = 20_000): Promise<void> {
  for (const end = performance.now() + ms; !done(); await sleep(5)) if (performance.now() > end) throw new Error(`${what} within ${ms} ms`);
}

export interface PseudoTerminal {
  readonly host: string;
  readonly device: string;
  /** breaks the line at both ends */
  unplug(): Promise<void>;
}

/** `given`: the folder of its two ends, kept for the next one there; default one of its own. */
export async function pseudoTerminal(given?: string): Promise<PseudoTerminal> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'pty-')));
  const [host, device] = [join(folder, 'host'), join(folder, 'device')];
  const socat: ChildProcess = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${host}`, `pty,raw,echo=0,link=${device}`]);
  let said = '';
  let failed: Error | undefined;
  socat.on('error', (error) => {
    failed = new Error('socat must be installed', { cause: error });
  });
  socat.stderr?.on('data', (text) => {
    said += text;
  });
  await until(() => failed !== undefined || said.includes('starting data transfer loop'), 'socat must make two pseudo-terminals');
  if (failed !== undefined) throw failed;
  return {
    host,
    device,
    unplug: async () => {
      if (socat.exitCode === null && socat.signalCode === null) {
        const gone = once(socat, 'exit');
        socat.kill('SIGKILL');
        await gone;
      }
      for (const end of given === undefined ? [folder] : [host, device]) await rm(end, { recursive: true, force: true });
    },
  };
}
