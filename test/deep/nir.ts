/** NIR files beside another reader and writer of HDF5: Python's h5py (Debian's python3-h5py). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeNir, fromNir, toNir } from '../../drivers/index.ts';
import { readGraph } from '../../drivers/nir/file-reader.ts';
import { compile, referenceBackend } from '../../runtime/index.ts';
import { fixtures, type Tree } from '../drivers/nir/fixtures.ts';
import { readSpoiled } from '../drivers/nir/spoiled.ts';
import type { Check } from './checks.ts';

/** Debian's own interpreter, which has Debian's packages. */
const python = '/usr/bin/python3';

/** As nir.write does: text as variable-length strings, arrays packed, scalars as they are. */
const writer = `
import sys, json, h5py, numpy as np
def fill(group, tree):
    for name, value in tree.items():
        if isinstance(value, str): group.create_dataset(name, data=value, dtype=h5py.string_dtype())
        elif isinstance(value, list): group.create_dataset(name, data=value, dtype=h5py.string_dtype())
        elif isinstance(value.get('values'), list):
            array = np.array(value['values'], dtype=value['type']).reshape(value['shape'])
            group.create_dataset(name, data=array, **({} if array.shape == () else {'compression': 'gzip'}))
        else: fill(group.create_group(name), value)
with h5py.File(sys.argv[1], 'w') as file: fill(file, json.load(sys.stdin))
`;

/** A file as the same data, in the words of h5py. */
const reader = `
import sys, json, h5py
def told(item):
    if isinstance(item, h5py.Group): return {name: told(inner) for name, inner in item.items()}
    value = item[()]
    if isinstance(value, bytes): return value.decode('utf8')
    if item.dtype.kind == 'O': return [[text.decode('utf8') for text in pair] for pair in value]
    return {'type': item.dtype.str[1:], 'shape': list(item.shape), 'values': [float(x) for x in value.flatten()]}
with h5py.File(sys.argv[1], 'r') as file: print(json.dumps(told(file)))
`;

const run = (script: string, file: string, input = ''): string =>
  execFileSync(python, ['-c', script, file], { input, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'pipe'] });

async function within<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A weight of a file, changed by one unit of its last place. */
function nudged(tree: Tree): Tree {
  const copy = structuredClone(tree) as {
    readonly node: { readonly nodes: Record<string, { readonly weight?: { readonly values: number[] } }> };
  } & Tree;
  const { values } = Object.values(copy.node.nodes).find(({ weight }) => weight !== undefined)!.weight!;
  values[0] = values[0]! * (1 + 2 ** -22);
  return copy;
}

const exchange = (name: string): Check => ({
  claim: `NIR as ${name} writes it: written by h5py and read here, written here and read by h5py, the same network in every bit`,
  run: () =>
    within(async (folder) => {
      const { tree, options } = fixtures[name]!;
      let count = 0;
      const load = async (from: Tree) => {
        const theirs = join(folder, `${count++}.nir`);
        run(writer, theirs, JSON.stringify(from));
        return fromNir(await readGraph(theirs), options).network;
      };
      const network = await load(tree);
      const { graph, losses } = toNir(referenceBackend.load(compile(network, { maxTicks: 1 })), options);
      assert.deepEqual(losses, []);
      writeFileSync(join(folder, 'ours.nir'), await encodeNir(graph));
      const told = JSON.parse(run(reader, join(folder, 'ours.nir'))) as Tree;
      assert.equal((told['node'] as Tree)['type'], 'NIRGraph');
      assert.deepEqual(await load(told), network);
      // One weight that differs in its last bit is another network.
      assert.notDeepEqual(await load(nudged(told)), network);
      return `${graph.nodes.size} nodes, ${graph.edges.length} edges, ${readFileSync(join(folder, 'ours.nir')).length} bytes`;
    }),
});

export const nirChecks: readonly Check[] = [
  ...Object.keys(fixtures).map(exchange),
  {
    claim: 'a NIR file with changed bytes ends in a network or in a refusal',
    run: () =>
      within(async (folder) => {
        run(writer, join(folder, 'whole.nir'), JSON.stringify(fixtures['snnTorch']!.tree));
        const { taken, refused } = await readSpoiled(folder, readFileSync(join(folder, 'whole.nir')), 12, 5);
        assert.ok(taken > 0 && refused > 0, `${taken} taken, ${refused} refused: both ends must be reached`);
        return `${taken} taken, ${refused} refused`;
      }),
  },
];
