/** `node dist/test/bench/kernels.js`: the table of the learning pass in RESULTS.md, each row the median of five runs of `ganglion bench kernel`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { KernelFigures } from '../../apps/bench/kernel.ts';
import { root } from '../house/root.ts';

const RUNS = 5;

const rows = [
  '--n 128',
  '--n 128 --active 1',
  '--n 1024',
  '--n 1024 --active 1',
  '--n 1024 --active recorded',
  '--n 1024 --rate 1 --active 1',
  '--n 2048',
  '--n 2048 --active 1',
  '--n 2048 --traces bfloat16',
  '--n 2048 --threads 2',
  '--neuron lif --n 1024',
  '--n 1024 --block 8',
  '--n 1024 --block 16',
  '--n 1024 --block 64',
  '--n 4096',
  '--n 4096 --density 0.1',
  '--n 4096 --density 0.01',
];

interface Run extends KernelFigures {
  readonly roofline: string;
}

function run(options: string): Run {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(root, 'dist/apps/cli/main.js'), 'bench', 'kernel', '--json', ...options.split(' ')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`bench kernel ${options} failed: ${stderr}`);
  const shares = [...stderr.matchAll(/\((\d+) %\)/g)].map(([, share]) => share).join(' / ');
  return { ...(JSON.parse(stdout) as KernelFigures), roofline: shares };
}

/** The figures of the run whose learning pass is the median. */
const median = (runs: readonly Run[]): Run => runs.toSorted((a, b) => a.learnNsPerSynapseTick - b.learnNsPerSynapseTick)[runs.length >> 1]!;

console.log('| options | forward | in blocks | streaming | ratio | difference | bytes | % of peak: FMA / memory | running | speedup |');
console.log(`|${' --- |'.repeat(10)}`);
for (const options of rows) {
  const f = median(Array.from({ length: RUNS }, () => run(options)));
  const ns = (value: number): string => value.toFixed(4);
  console.log(
    `| ${options} | ${ns(f.forwardNsPerSynapseTick)} | ${ns(f.learnNsPerSynapseTick)} | ${ns(f.streamingNsPerSynapseTick)} | ${f.ratio.toFixed(1)} | ` +
      `${f.maxRelativeDifference.toExponential(1)} | ${f.bytesPerSynapse} | ${f.roofline} | ${ns(f.runningNsPerSynapseTick)} | ${f.speedup.toFixed(2)} |`,
  );
}
