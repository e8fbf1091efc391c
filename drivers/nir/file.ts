import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type * as hdf5 from 'h5wasm/node';
import { raise } from '../../runtime/index.ts';
import { library } from './file-reader.ts';
import { isGraph, type NirArray, type NirGraph, type NirNode } from './graph.ts';
import type { Answer } from './reader-thread.ts';

/** The version of NIR whose layout is written. */
const VERSION = '1.0.7';
/** A file of all the numbers there may be takes seconds; a damaged one can lead HDF5 in a circle. */
const LONGEST_MS = 120_000;

/** Reads the graph in a file. Throws ERR_NIR_FORMAT where it is none; a CapabilityError when h5wasm is not installed. */
export async function readNir(path: string): Promise<NirGraph> {
  // Flags of the process are not the thread's: some (--input-type) would keep it from starting.
  const worker = new Worker(new URL('./reader-thread.js', import.meta.url), { workerData: path, execArgv: [] });
  let deadline: NodeJS.Timeout | undefined;
  const answer = await new Promise<Answer>((resolve) => {
    const refused = (reason: string) => resolve({ kind: 'refused', reason });
    worker.once('message', resolve);
    worker.once('error', (cause) => refused(cause.message));
    worker.once('exit', (exit) => refused(`its reader ended with ${exit}`));
    deadline = setTimeout(() => refused(`reading it does not end within ${LONGEST_MS / 1000} s`), LONGEST_MS);
  });
  clearTimeout(deadline);
  await worker.terminate();
  if (answer.kind === 'graph') return answer.graph;
  if (answer.kind === 'missing')
    raise('ERR_OPTIONAL_PACKAGE', { name: 'h5wasm', reason: answer.reason, remedy: 'npm install h5wasm@0.10.3' });
  return raise('ERR_NIR_FORMAT', { path, value: answer.reason });
}

const areSingle = (values: Float64Array): boolean => values.every((value) => Math.fround(value) === value);
const areWhole = new Set(['shape', 'stride', 'padding', 'dilation', 'groups', 'input_shape', 'start_dim', 'end_dim', 'input_type']);

function writeField(group: hdf5.Group, name: string, field: NirArray | string): void {
  if (typeof field === 'string') {
    group.create_dataset({ name, data: field });
    return;
  }
  const { shape, values } = field;
  const data = areWhole.has(name) ? BigInt64Array.from(values, BigInt) : areSingle(values) ? Float32Array.from(values) : values;
  const packed = shape.length > 0 && values.length > 0 ? { chunks: [...shape], compression: 'gzip' as const } : {};
  group.create_dataset({ name, data, shape: [...shape], ...packed });
}

function writeNode(group: hdf5.Group, node: NirNode | NirGraph): void {
  group.create_dataset({ name: 'type', data: node.type });
  if (!isGraph(node)) {
    for (const [name, field] of node.fields) writeField(group, name, field);
    return;
  }
  const nodes = group.create_group('nodes');
  for (const [name, inner] of node.nodes) writeNode(nodes.create_group(name), inner);
  group.create_dataset({ name: 'edges', data: node.edges.flat(), shape: [node.edges.length, 2] });
}

/** The bytes of a file of a graph: numbers that float32 holds are float32, others float64; sizes are int64. */
export async function encodeNir(graph: NirGraph): Promise<Uint8Array> {
  const loaded = await library();
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  try {
    const path = join(folder, 'graph.nir');
    const file = new loaded.File(path, 'w');
    file.create_dataset({ name: 'version', data: VERSION });
    writeNode(file.create_group('node'), graph);
    file.close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
