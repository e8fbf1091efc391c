import Table from 'cli-table3';
import type { Capabilities } from '../../runtime/index.ts';
import { boardNames, boards } from '../boards.ts';
import { out as pc } from '../colors.ts';
import { type TargetFlags, targetOf } from './board-target.ts';

/** `ganglion board list`: every kind of board that needs no hardware, and what it says of itself. */
export async function boardListCommand({ json }: { readonly json?: boolean }): Promise<void> {
  const found: { readonly board: string; readonly summary: string; readonly capabilities: Capabilities }[] = [];
  for (const name of boardNames) {
    const { board } = await targetOf(name, {});
    found.push({ board: name, summary: boards[name].summary, capabilities: await board.connect() });
    await board.shutdown();
  }
  if (json === true) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return;
  }
  const table = new Table({
    head: ['board', 'inputs', 'neurons', 'outputs', 'synapses', 'bits', 'kinds', 'what it is'],
    // 100 columns of a terminal.
    colWidths: [10, 8, 9, 9, 10, 6, 11, 28],
    wordWrap: true,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { board, summary, capabilities } of found) {
    const { inputs, neurons, outputs, synapses, weightBits, neuronKinds } = capabilities;
    const kinds = neuronKinds.filter((kind) => kind !== 'source' && kind !== 'integrator').join(', ');
    table.push([pc.bold(board), inputs, neurons, outputs, synapses, weightBits, kinds, summary]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

/** `ganglion board info BOARD`: what a board says of itself. */
export async function boardInfoCommand(name: string, flags: TargetFlags & { readonly json?: boolean }): Promise<void> {
  const { board } = await targetOf(name, flags);
  try {
    const capabilities = await board.connect();
    if (flags.json === true) process.stdout.write(`${JSON.stringify({ board: name, ...capabilities })}\n`);
    else
      for (const [field, value] of Object.entries(capabilities))
        process.stdout.write(`${pc.dim(field.padEnd(12))} ${Array.isArray(value) ? value.join(', ') : value}\n`);
  } finally {
    await board.shutdown();
  }
}
