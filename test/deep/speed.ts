import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tickBench } from '../bench/tick.ts';
import { root } from '../house/root.ts';
import { atLeast, atMost, type Check } from './checks.ts';

const best = (neuron: 'lif' | 'alif') =>
  tickBench(neuron, 256)
    .filter(({ candidate }) => candidate.startsWith('native'))
    .toSorted((a, b) => a.medianUs - b.medianUs)[0]!;

/** Beside a plain loop in the same process, so that a machine with other things to do does not decide. */
const tick: Check = {
  claim: 'a dense learning tick of 256 neurons',
  async run() {
    const rows = (['lif', 'alif'] as const).map(best);
    return rows
      .map((row) => `${row.neuron} ${row.candidate}: ${atLeast('times the plain loop', row.ratio, 15)} (${row.medianUs.toFixed(1)} µs)`)
      .join('; ');
  },
};

/** Largest resident set of a whole run, as the kernel counted it. */
const memory: Check = {
  claim: 'memory of the whole process',
  async run() {
    const child = spawn(process.execPath, [join(root, 'dist/apps/cli/main.js'), 'run', 'heartbeat', '--json'], { stdio: 'ignore' });
    let peakMiB = 0;
    const timer = setInterval(() => {
      const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (line !== null) peakMiB = Number(line[1]) / 1024;
    }, 100);
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve).once('exit', () => clearInterval(timer)));
    if (code !== 0 || peakMiB === 0) throw new Error(`the run must end with 0 and be measured, got exit ${code} and ${peakMiB} MiB`);
    return atMost('MB', peakMiB * 1.048576, 150);
  },
};

export const speedChecks: readonly Check[] = [tick, memory];
