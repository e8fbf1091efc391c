/** NIR in and out: the imported network spikes as the equations of the file do, comes back as it went, and ONNX runs it to the same spikes. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { checkOnnxStep, encodeNir, fromNir, onnxStep, readNir, toNir } from '../../../drivers/index.ts';
import { readGraph } from '../../../drivers/nir/file-reader.ts';
import { temporaryFolder } from '../../house/temporary.ts';
import { compare, load } from './compare.ts';
import { fixtures, plantTree } from './fixtures.ts';

for (const [name, { tree, options, order }] of Object.entries(fixtures)) {
  test(`${name}: the imported network spikes as the equations of the file do`, async (t) => {
    const graph = await readGraph(await plantTree(path.join(temporaryFolder(t), 'model.nir'), tree));
    const { network, losses } = fromNir(graph, options);
    t.deepEqual(losses, []);
    const { spikes, difference, error } = compare(network, graph, order, options);
    t.is(difference, undefined);
    t.true(spikes > 200, `${spikes} spikes`);
    t.true(error < 1e-4, `${error}`);
  });

  test(`${name}: import, export and import again is the same network, to the last bit`, async (t) => {
    const folder = temporaryFolder(t);
    const { network } = fromNir(await readGraph(await plantTree(path.join(folder, 'model.nir'), tree)), options);
    const { graph, losses } = toNir(load(network), options);
    t.deepEqual(losses, []);
    const again = path.join(folder, 'again.nir');
    fs.writeFileSync(again, await encodeNir(graph));
    t.deepEqual(fromNir(await (name === 'Norse' ? readNir : readGraph)(again), { ...options, timeUnit: 1000 }).network, network);
  });

  test(`${name}: onnxruntime runs the imported network to the same spikes`, async (t) => {
    const { network } = fromNir(await readGraph(await plantTree(path.join(temporaryFolder(t), 'model.nir'), tree)), options);
    const executable = load(network);
    const agreement = await checkOnnxStep(onnxStep(executable), executable, { ticks: 200, active: 0.3 });
    t.is(agreement.difference, undefined);
    t.true(agreement.spikes > 100, `${agreement.spikes} spikes`);
  });
}
