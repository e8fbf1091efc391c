import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Network, type Optimizer, raise } from '../../runtime/index.ts';
import { type Example, trainOffline } from '../offline/index.ts';
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

function wholeNumber(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} needs a whole number ≥ 1, got '${text}'`, `for example --${flag} 8`);
}

function learningRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate > 0 && Number.isFinite(rate)) return rate;
  throw new UsageError(`--rate needs a number > 0, got '${text}'`, 'for example --rate 1e-3');
}

function readJson<T>(path: string): T {
  let text: string;
  try {
    if (!statSync(path).isFile()) throw new Error('it is not a regular file');
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, 'name a JSON file');
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    return raise('ERR_BAD_JSON', { path, value: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

/** Rows of rows, as people write them, or one long row. */
const flat = (values: unknown): ArrayLike<number> => (Array.isArray(values) ? (values.flat() as number[]) : (values as ArrayLike<number>));

function examplesIn(path: string): Example[] {
  const data = readJson<unknown>(path);
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
  const network = readJson<Network>(description);
  const line = progressLine(process.stderr, () => performance.now());
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(exitCode.interrupted);
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const { losses, ...trained } = await trainOffline({
      network,
      examples: examplesIn(data),
      epochs,
      batch,
      readFile: (path) => readFileSync(resolve(dirname(resolve(description)), path)),
      signal: stop.signal,
      ...(flags.workers !== undefined && { workers: wholeNumber('workers', flags.workers) }),
      ...(flags.seed !== undefined && { seed: parseSeed(flags.seed) }),
      ...(flags.backend && { backend: flags.backend }),
      ...(flags.bptt !== undefined && {
        bptt: { from: flags.bptt, optimizer, ...(flags.window !== undefined && { window: wholeNumber('window', flags.window) }) },
      }),
      onProgress: ({ epoch, update, updates, loss }) =>
        line.show({ fraction: (epoch + update / updates) / epochs, text: `epoch ${epoch + 1} of ${epochs}, loss ${loss.toPrecision(4)}` }),
    });
    line.clear();
    writeFileSync(flags.out, `${JSON.stringify(flags.average === true ? trained.average : trained.network)}\n`);
    const { updates, workers, backend, target } = trained;
    if (flags.json === true) process.stdout.write(`${JSON.stringify({ losses, updates, workers, backend, target, out: flags.out })}\n`);
    else {
      for (const [epoch, loss] of losses.entries()) process.stdout.write(`epoch ${epoch + 1}  loss ${loss.toPrecision(6)}\n`);
      process.stdout.write(`${updates} updates on ${workers} threads (${backend}, ${target}); the trained network is in ${flags.out}\n`);
    }
    if (stop.signal.aborted) process.exitCode = exitCode.interrupted;
  } finally {
    line.clear();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
