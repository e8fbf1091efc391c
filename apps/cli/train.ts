import { dirname, resolve } from 'node:path';
import { type Network, type Optimizer, raise } from '../../runtime/index.ts';
import { type Example, trainOffline } from '../offline/index.ts';
import { demandWritable, readJson, readRegular, writeAtomically } from './files.ts';
import { interruptible } from './interrupt.ts';
import { number } from './numbers.ts';
import { parseSeed } from './run.ts';
import { progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

export interface TrainFlags {
  readonly out: string;
  readonly epochs: string;
  readonly batch: string;
  readonly workers?: string;
  readonly seed?: string;
  readonly bptt?: string;
  readonly window?: string;
  readonly rate: string;
  readonly average?: boolean;
  readonly backend?: 'native' | 'reference';
  readonly json?: boolean;
}

const wholeNumber = (flag: string, text: string): number => number(flag, text, 1, 1e9, true);

function learningRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate > 0 && Number.isFinite(rate)) return rate;
  throw new UsageError(`--rate needs a number > 0, got '${text}'`, 'for example --rate 1e-3');
}

/** Rows of rows, as people write them, or one long row. */
const flat = (values: unknown): ArrayLike<number> => (Array.isArray(values) ? (values.flat() as number[]) : (values as ArrayLike<number>));

function examplesIn(path: string): Example[] {
  const data = readJson<unknown>(path, 'name a JSON file of examples');
  if (!Array.isArray(data))
    raise('ERR_WRONG_TYPE', { path, expected: 'an array of examples { inputs, targets, importance }', value: typeof data });
  const arrays = (fields: unknown): unknown =>
    typeof fields === 'object' && fields !== null
      ? Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, flat(values)]))
      : fields;
  return (data as unknown[]).map((example) =>
    typeof example === 'object' && example !== null
      ? (Object.fromEntries(Object.entries(example).map(([role, fields]) => [role, arrays(fields)])) as unknown as Example)
      : (example as Example),
  );
}

/** `ganglion train NETWORK.json EXAMPLES.json --out FILE`: the same network with weights trained on recorded data, and the loss of each epoch. */
export async function trainCommand(description: string, data: string, flags: TrainFlags): Promise<void> {
  const [epochs, batch] = [wholeNumber('epochs', flags.epochs), wholeNumber('batch', flags.batch)];
  if (flags.window !== undefined && flags.bptt === undefined)
    throw new UsageError('--window is the window of --bptt', 'give both, or neither: a network taught by bptt has a learning.window');
  const optimizer: Optimizer = { kind: 'adam', rate: learningRate(flags.rate) };
  demandWritable('out', flags.out);
  const network = readJson<Network>(description, 'name a JSON file of a network description');
  const line = progressLine(process.stderr, () => performance.now());
  try {
    const interrupted = await interruptible(async (signal) => {
      const { losses, ...trained } = await trainOffline({
        network,
        examples: examplesIn(data),
        epochs,
        batch,
        readFile: (path) => readRegular(resolve(dirname(resolve(description)), path)),
        signal,
        ...(flags.workers !== undefined && { workers: wholeNumber('workers', flags.workers) }),
        ...(flags.seed !== undefined && { seed: parseSeed(flags.seed) }),
        ...(flags.backend && { backend: flags.backend }),
        ...(flags.bptt !== undefined && {
          bptt: { from: flags.bptt, optimizer, ...(flags.window !== undefined && { window: wholeNumber('window', flags.window) }) },
        }),
        onProgress: ({ epoch, update, updates, loss }) =>
          line.show({
            fraction: (epoch + update / updates) / epochs,
            text: `epoch ${epoch + 1} of ${epochs}, loss ${loss.toPrecision(4)}`,
          }),
      });
      line.clear();
      writeAtomically('out', flags.out, `${JSON.stringify(flags.average === true ? trained.average : trained.network)}\n`);
      const { updates, workers, backend, target } = trained;
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ losses, updates, workers, backend, target, out: flags.out })}\n`);
      else {
        for (const [epoch, loss] of losses.entries()) process.stdout.write(`epoch ${epoch + 1}  loss ${loss.toPrecision(6)}\n`);
        const threads = `${workers} thread${workers === 1 ? '' : 's'}`;
        process.stdout.write(`${updates} updates on ${threads} (${backend}, ${target}); the trained network is in ${flags.out}\n`);
      }
    });
    if (interrupted) process.exitCode = exitCode.interrupted;
  } finally {
    line.clear();
  }
}
