import type { Network } from '../network/network.ts';
import { opTable } from './ops.ts';
import { type Program, phases } from './program.ts';

/** The network with its modules in their places, the arena map and the op list of its program, with equations: what runs, in order, and what it costs in memory. */
export function explain(program: Program): string {
  const { regions, ops, length, stateLength, topology, network } = program;
  const lines: string[] = [];
  const kiB = (words: number): string => `${((words * 4) / 1024).toFixed(1)} KiB`;
  lines.push(...parts(network), '');
  lines.push(
    `arena ${kiB(length)}: state ${kiB(stateLength)}, tapes ${kiB(length - stateLength)} (${program.maxTicks} ticks), topology ${kiB(topology.length)}`,
    '',
  );
  for (const { name, offset, rows, columns, length: size } of [...regions.values()].sort((a, b) => a.offset - b.offset)) {
    lines.push(
      `  ${String(offset).padStart(9)}  ${name.padEnd(28)} ${rows === 1 ? String(columns) : `${rows} × ${columns}`}${size === rows * columns ? '' : ` (${size} padded)`}`,
    );
  }
  for (const phase of phases) {
    if (ops[phase].length === 0) continue;
    lines.push('', `${phase} (${when(program, phase)})`);
    for (const { name, operands } of ops[phase]) {
      const named = Object.entries(operands)
        .filter(([, value]) => typeof value === 'object' && 'name' in value)
        .map(([operand, value]) => `${operand}=${(value as { name: string }).name}`);
      lines.push(`  ${name.padEnd(36)} ${opTable[name].equation}`, `  ${''.padEnd(36)} ${named.join(' ')}`);
    }
  }
  const synapses = Object.keys(network.projections).map((name) => `${name} ${bytesPerSynapse(program, name).toFixed(1)}`);
  lines.push('', `bytes a synapse, with weights, traces, gradient and optimizer: ${synapses.join(', ')}`);
  return lines.join('\n');
}

/** A line a population and a projection. */
function parts({ populations, projections }: Network): string[] {
  return [
    'populations',
    ...Object.entries(populations).map(([name, { size, neuron }]) => `  ${name.padEnd(28)} ${size} ${neuron.kind}`),
    'projections',
    ...Object.entries(projections).map(
      ([name, { pre, post, gate, connectivity, delay, plasticity }]) =>
        `  ${name.padEnd(28)} ${pre} → ${post}${gate === undefined ? '' : ` (${gate})`}, ${connectivity.kind}, delay ${delay}${plasticity === undefined ? '' : ', plastic'}`,
    ),
  ];
}

/** Memory of a projection's synapses: weights, traces, gradient and optimizer. */
export function bytesPerSynapse({ regions, weights }: Program, projection: string): number {
  const like = regions.get(weights.get(projection)!.acting)!;
  const synapses = like.rows * like.columns;
  if (synapses === 0) return 0;
  const words = [...regions.values()]
    .filter(({ name }) => name.startsWith(`${projection}.`) && name !== `${projection}.maps`)
    .filter(({ rows, columns }) => rows === like.rows && columns === like.columns)
    .reduce((sum, { length }) => sum + length, 0);
  return (words * 4) / synapses;
}

function when({ update, block }: Program, phase: string): string {
  switch (phase) {
    case 'learn':
      return 'every tick while learning is on';
    case 'handover':
      return 'before each fold';
    case 'backward':
      return 'before each fold, for each tick since the last one, backwards';
    case 'fold':
      return `every ${block} ticks, before a label, an update and the end of an episode`;
    case 'label':
      return 'when a label arrives';
    case 'update':
      return typeof update === 'object'
        ? `every ${update.ticks} tick${update.ticks === 1 ? '' : 's'}`
        : `at each ${update === 'label' ? 'label' : 'end of an episode'}`;
    case 'reset':
      return 'at the end of an episode';
    default:
      return 'every tick';
  }
}
