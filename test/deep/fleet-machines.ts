/** A sweep on three machines, each with a network of its own, while one of them is cut off. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../house/root.ts';
import type { Check } from './checks.ts';
import { embedded, FILE } from './fleet.ts';
import { type Machines, machines } from './machines.ts';

const MACHINES = 3;
const CUT = 2;
const CUT_MS = 10_000;
const PORT = 4222;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a program has said when it has ended. */
async function ended(child: ChildProcess): Promise<Ended> {
  const said = { out: '', err: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

const piped = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } };

/** Whether a machine can open a connection to the server. */
async function reaches(net: Machines, index: number): Promise<boolean> {
  const script = `require('node:net').connect({ host: '${net.hub(index)}', port: ${PORT}, timeout: 1000 }).on('connect', () => process.exit(0)).on('error', () => process.exit(1)).on('timeout', () => process.exit(1))`;
  return (await ended(net.start(index, process.execPath, ['-e', script], piped))).code === 0;
}

export const fleetMachineChecks: readonly Check[] = [
  {
    claim: `a sweep on ${MACHINES} machines in networks of their own, one of which is cut off for ${CUT_MS / 1000} s, ends complete, with the same bytes`,
    async run() {
      const expected = await embedded();
      const folder = mkdtempSync(join(tmpdir(), 'ganglion-nats-'));
      const net = machines(MACHINES);
      const running: ChildProcess[] = [];
      const start = (index: number, program: string, args: readonly string[]): ChildProcess => {
        const child = net.start(index, program, args, piped);
        running.push(child);
        return child;
      };
      const ganglion = (index: number, ...args: string[]): ChildProcess =>
        start(index, process.execPath, [
          join(root, 'dist/apps/cli/main.js'),
          ...args,
          '--nats',
          `nats://${net.hub(index)}:${PORT}`,
          '--json',
        ]);
      try {
        start(0, 'nats-server', ['-js', '-sd', folder, '-a', '0.0.0.0', '-p', String(PORT)]).stderr!.resume();
        for (let k = 0; k < 50 && !(await reaches(net, 0)); k++) await sleep(50);
        const workers = [1, 2].map((index) => ganglion(index, 'worker', '--workers', '1'));
        const reports = workers.map(ended);
        // Both machines work before there is anything to lose.
        await Promise.all(workers.map((worker) => once(worker.stderr!, 'data')));
        const sweeping = ended(ganglion(0, 'sweep', FILE, '--workers', '1'));
        await sleep(4000);
        assert.ok(await reaches(net, CUT), 'the machine reaches the server');
        net.cut(CUT);
        const wait = sleep(CUT_MS);
        assert.ok(!(await reaches(net, CUT)), 'the machine that is cut off reaches nobody');
        await wait;
        net.plug(CUT);
        const { code, out, err } = await sweeping;
        assert.equal(code, 0, err);
        assert.equal(out, expected);
        for (const worker of workers) worker.kill('SIGTERM');
        const done = (await Promise.all(reports)).map(({ out: report }) => (JSON.parse(report) as { readonly done: number }).done);
        assert.ok(
          done.every((count) => count > 0),
          `both other machines did some: ${done}`,
        );
        return `${JSON.parse(out).done} jobs, of which ${done.join(' and ')} were done on the other machines`;
      } finally {
        for (const child of running) child.kill('SIGKILL');
        net.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
];
