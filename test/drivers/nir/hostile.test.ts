/** Files and graphs that are none: refused by what is wrong with them, whatever their bytes are. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import h5wasm, { type Dataset, type Group } from 'h5wasm/node';
import { fromNir, readNir } from '../../../drivers/index.ts';
import { readGraph } from '../../../drivers/nir/file-reader.ts';
import { ControllerError } from '../../../runtime/index.ts';
import { temporaryFolder } from '../../house/temporary.ts';
import { affine, chain, f4, file, fixtures, full, graph, input, linear, output, plantTree, type Tree, whole } from './fixtures.ts';
import { readSpoiled } from './spoiled.ts';

const cell = (count: number): Tree => ({
  type: 'LIF',
  tau: full(count, 0.02),
  r: full(count, 1),
  v_leak: full(count, 0),
  v_threshold: full(count, 1),
});
const nodes = { input: input(2), fc: affine(3, 2, 1, 1), lif: cell(3), output: output(3) };
const edges = chain('input', 'fc', 'lif', 'output');
const { edges: _, ...edgeless } = graph(nodes, edges) as { readonly edges: unknown } & Tree;

const wrong: Readonly<Record<string, readonly [tree: Tree, code: string, message: RegExp]>> = {
  'no graph': [{ version: '1.0' }, 'ERR_NIR_FORMAT', /there is no group node in \//],
  'a later version': [file(nodes, edges, '2.0.0'), 'ERR_NIR_FORMAT', /it is of NIR 2\.0\.0/],
  'a root that is a node': [{ version: '1.0', node: cell(3) }, 'ERR_NIR_FORMAT', /its root is a LIF/],
  'edges that are missing': [{ version: '1.0', node: edgeless as Tree }, 'ERR_NIR_FORMAT', /\/node has no edges/],
  'an edge that is missing': [
    file(
      nodes,
      chain('input', 'fc', 'lif')
        .concat([['fc', 'output']])
        .slice(1),
    ),
    'ERR_NIR_FORMAT',
    /^fc is no NIR graph .* this Affine receives nothing/,
  ],
  'an edge to nowhere': [file(nodes, [...edges, ['lif', 'nowhere']]), 'ERR_NIR_FORMAT', /an edge names 'nowhere', which is no node/],
  'a field of text': [
    file({ ...nodes, lif: { ...cell(3), tau: 'long' } }, edges),
    'ERR_NIR_FORMAT',
    /^lif\.tau .* numbers are required, not 'long'/,
  ],
  'a field that is missing': [
    file({ ...nodes, lif: { type: 'LIF', tau: full(3, 1) } }, edges),
    'ERR_NIR_FORMAT',
    /^lif .* a LIF has a field r/,
  ],
  'a number that is none': [
    file({ ...nodes, lif: { ...cell(3), r: full(3, Number.NaN) } }, edges),
    'ERR_NIR_FORMAT',
    /^lif\.r .* finite numbers are required, not NaN/,
  ],
  'shapes that do not fit': [file({ ...nodes, lif: cell(4) }, edges), 'ERR_NIR_FORMAT', /^fc .* what lif receives has 4 numbers, not 3/],
  'parameters of two shapes': [
    file({ ...nodes, lif: { ...cell(3), r: full(2, 1) } }, edges),
    'ERR_NIR_FORMAT',
    /^lif\.r .* its shape 2 does not fit 3/,
  ],
  'a time constant of 0': [
    file({ ...nodes, lif: { ...cell(3), tau: full(3, 0) } }, edges),
    'ERR_NO_SUCH_FORM',
    /^lif\.tau: a time constant of 0/,
  ],
  'a delay before now': [
    file({ ...nodes, wait: { type: 'Delay', delay: full(2, -1) } }, chain('input', 'wait', 'fc', 'lif', 'output')),
    'ERR_NO_SUCH_FORM',
    /^wait\.delay: a delay of -1/,
  ],
  'an unknown type': [file({ ...nodes, lif: { ...cell(3), type: 'ALIF' } }, edges), 'ERR_NO_SUCH_FORM', /^lif: a node of type 'ALIF'/],
  'a circle without time': [
    file({ ...nodes, back: linear(3, 3, 1, 2), there: linear(3, 3, 1, 2) }, [...edges, ...chain('back', 'there', 'back'), ['back', 'lif']]),
    'ERR_NIR_FORMAT',
    /^there → back|^back → there/,
  ],
  'a circle of a delay of 0': [
    file({ ...nodes, wait: { type: 'Delay', delay: full(3, 0) } }, [...edges, ['wait', 'wait'], ['wait', 'lif']]),
    'ERR_NIR_FORMAT',
    /^wait is no NIR graph .* a circle in which no time passes/,
  ],
  'an image of an unknown shape': [
    file(
      {
        ...nodes,
        fc: {
          type: 'Conv2d',
          weight: f4([1, 1, 1, 1], [1]),
          stride: whole([], 1),
          padding: whole([], 0),
          dilation: whole([], 1),
          groups: whole([], 1),
          bias: full(1, 0),
        },
      },
      edges,
    ),
    'ERR_NO_SUCH_FORM',
    /^fc: a Conv2d of an unknown input/,
  ],
  'a graph inside with two ways in': [
    file(
      {
        ...nodes,
        lif: graph({ a: input(3), b: input(3), cell: cell(3), output: output(3) }, [
          ['a', 'cell'],
          ['b', 'cell'],
          ['cell', 'output'],
        ]),
      },
      edges,
    ),
    'ERR_NIR_FORMAT',
    /^lif .* needs one Input and one Output, and has 2 inputs/,
  ],
};

for (const [what, [tree, code, message]] of Object.entries(wrong))
  test(`${what}: refused by its path`, async (t) => {
    const planted = await plantTree(path.join(temporaryFolder(t), 'model.nir'), tree);
    const error = await t.throwsAsync(async () => fromNir(await readGraph(planted), { dt: 1 }), { instanceOf: ControllerError, code });
    t.regex(error.message, message);
    t.not(error.remedy, '');
  });

test('the same file with nothing wrong is taken', async (t) => {
  const { network, warnings } = fromNir(await readGraph(await plantTree(path.join(temporaryFolder(t), 'model.nir'), file(nodes, edges))), {
    dt: 1,
  });
  t.deepEqual(Object.keys(network.populations), ['one', 'input', 'lif']);
  t.deepEqual(warnings, []);
});

test('dimensions beyond memory, links to other files and things that are no files are refused', async (t) => {
  const folder = temporaryFolder(t);
  const planted = await plantTree(path.join(folder, 'huge.nir'), file(nodes, edges));
  const open = new h5wasm.File(planted, 'a');
  (open.get('node/nodes/lif') as Group).create_dataset({
    name: 'huge',
    data: Float32Array.of(1),
    shape: [1],
    maxshape: [null],
    chunks: [1],
  });
  (open.get('node/nodes/lif/huge') as Dataset).resize([2 ** 40]);
  open.close();
  await t.throwsAsync(readGraph(planted), { code: 'ERR_NIR_FORMAT', message: /beyond the \d+ numbers of a file/ });

  const linked = await plantTree(path.join(folder, 'linked.nir'), { version: '1.0', node: { type: 'NIRGraph', edges: [] } });
  const root = new h5wasm.File(linked, 'a');
  (root.get('node') as Group).create_external_link(planted, '/node/nodes', 'nodes');
  root.close();
  await t.throwsAsync(readGraph(linked), { code: 'ERR_NIR_FORMAT', message: /\/node\/nodes is a link to another file/ });
  await t.throwsAsync(readGraph(folder), { code: 'ERR_NIR_FORMAT', message: /it is not a regular file/ });
  await t.throwsAsync(readNir(path.join(folder, 'none')), { code: 'ERR_NIR_FORMAT', message: /ENOENT/ });
});

test('a group that holds itself ends', async (t) => {
  const planted = await plantTree(path.join(temporaryFolder(t), 'ring.nir'), file(nodes, edges));
  const root = new h5wasm.File(planted, 'a');
  (root.get('node/nodes') as Group).create_hard_link('/node', 'again');
  root.close();
  await t.throwsAsync(readGraph(planted), { code: 'ERR_NIR_FORMAT', message: /nested deeper|more than \d+ nodes/ });
});

test('whatever the bytes are, reading ends in a graph or in a refusal', async (t) => {
  const folder = temporaryFolder(t);
  const whole = fs.readFileSync(await plantTree(path.join(folder, 'whole.nir'), fixtures['Norse']!.tree));
  const { taken, refused } = await readSpoiled(folder, whole, 6, 3);
  t.true(refused > 2, `${taken} taken, ${refused} refused`);
  fs.writeFileSync(path.join(folder, 'cut.nir'), whole.subarray(0, whole.length / 2));
  await t.throwsAsync(readNir(path.join(folder, 'cut.nir')), { code: 'ERR_NIR_FORMAT', message: /can be read: (truncated|incorrect)/ });
});
