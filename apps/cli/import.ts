import { type Discretization, fromNir, readNir } from '../../drivers/index.ts';
import { duration, units } from './durations.ts';
import { demandWritable, writeAtomically } from './files.ts';

export interface ImportFlags {
  readonly dt: string;
  readonly out: string;
  readonly timeUnit: string;
  readonly discretization: Discretization;
  readonly reset: 'zero' | 'subtract';
  readonly allowLossy?: boolean;
  readonly json?: boolean;
}

/** What a translation has to say, a line each. */
export const remarks = ({ losses, warnings }: { readonly losses: readonly string[]; readonly warnings: readonly string[] }): string[] => [
  ...losses.map((loss) => `lost: ${loss}`),
  ...warnings.map((warning) => `note: ${warning}`),
];

/** `ganglion import FILE.nir --dt 1ms --out NETWORK.json`: the network in a NIR file as a description. */
export async function importCommand(file: string, flags: ImportFlags): Promise<void> {
  const dt = duration('dt', flags.dt);
  demandWritable('out', flags.out);
  const { timeUnit, discretization, reset, allowLossy = false } = flags;
  const graph = await readNir(file);
  const { network, ...translation } = fromNir(graph, { dt, timeUnit: units[timeUnit]!, discretization, reset, allowLossy });
  writeAtomically('out', flags.out, `${JSON.stringify(network)}\n`);
  const populations = Object.entries(network.populations).map(([name, { size, neuron }]) => ({ name, size, kind: neuron.kind }));
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ file, out: flags.out, dt, populations, ...translation })}\n`);
    return;
  }
  const lines = [
    `${flags.out}: ${populations.map(({ name, size, kind }) => `${name} (${size} ${kind})`).join(', ')}; ${Object.keys(network.projections).length} projections, ticks of ${dt} ms`,
    ...remarks(translation),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
