import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { bptt } from '../../runtime/index.ts';
import { fixtures, plantTree } from '../drivers/nir/fixtures.ts';
import { temporaryFolder } from '../house/temporary.ts';
import { ganglion } from './command.ts';

test('a NIR file is imported, explained, run in onnxruntime, trained and exported again', async (t) => {
  const folder = temporaryFolder(t);
  const at = (name: string) => path.join(folder, name);
  await plantTree(at('model.nir'), fixtures['Norse']!.tree);
  const done = async (words: string) => {
    const { status, out, err } = await ganglion(words);
    t.is(status, 0, `${words}\n${err}`);
    return out;
  };
  const imported = JSON.parse(await done(`import ${at('model.nir')} --dt 1ms --discretization euler --out ${at('network.json')} --json`));
  t.deepEqual(imported.losses, []);
  t.deepEqual(
    imported.populations.map(({ name }: { name: string }) => name),
    ['one', 'input', 'node1', 'node3'],
  );
  t.regex(await done(`explain ${at('network.json')}`), /node1\.membrane/);
  const { agreement } = JSON.parse(
    await done(`export ${at('network.json')} --onnx ${at('tick.onnx')} --check --ticks 100 --active 0.3 --json`),
  );
  t.is(agreement.difference, undefined);
  t.true(agreement.spikes > 20);

  const ticks = 20;
  const examples = [{ inputs: { input: new Array(ticks).fill([1, 0, 1, 1]) }, targets: { node3: new Array(ticks).fill([0.5, -0.5, 0]) } }];
  fs.writeFileSync(at('examples.json'), JSON.stringify(examples));
  const network = JSON.parse(fs.readFileSync(at('network.json'), 'utf8'));
  // What is to learn, and from what, is not in NIR.
  network.populations.node3.neuron.loss = 'squared';
  for (const name of ['node0', 'node2'])
    network.projections[name].plasticity = bptt({ from: 'node3', optimizer: { kind: 'adam', rate: 0.01 } });
  network.learning = { window: ticks, update: 'episode' };
  fs.writeFileSync(at('network.json'), JSON.stringify(network));
  const { losses } = JSON.parse(
    await done(
      `train ${at('network.json')} ${at('examples.json')} --out ${at('trained.json')} --bptt node3 --epochs 5 --rate 0.01 --workers 1 --json`,
    ),
  );
  t.true(losses.at(-1) < losses[0], losses.join());
  await done(`export ${at('trained.json')} --nir ${at('trained.nir')} --discretization euler`);
  await done(`import ${at('trained.nir')} --dt 1ms --discretization euler --out ${at('again.json')}`);
  const [trained, again] = ['trained.json', 'again.json'].map((name) => JSON.parse(fs.readFileSync(at(name), 'utf8')));
  t.deepEqual(again.projections.node0.weight, trained.projections.node0.weight);
  t.notDeepEqual(again.projections.node0.weight, network.projections.node0.weight);
});

test('import and export say what is wrong before they work, and what is lost', async (t) => {
  const folder = temporaryFolder(t);
  const at = (name: string) => path.join(folder, name);
  await plantTree(at('model.nir'), fixtures['Norse']!.tree);
  fs.writeFileSync(at('text.nir'), 'no file of HDF5');
  for (const [words, code, message] of [
    [`import ${at('model.nir')} --out ${at('a.json')}`, 2, /required option '--dt <time>' not specified/],
    [`import ${at('model.nir')} --dt 1 --out ${at('a.json')}`, 2, /--dt takes a time with its unit \(s, ms, us\), not '1'\nremedy: /],
    [`import ${at('text.nir')} --dt 1ms --out ${at('a.json')}`, 1, /text\.nir is no NIR graph that can be read/],
    [
      `import ${at('model.nir')} --dt 20ms --discretization euler --out ${at('a.json')}`,
      1,
      /1\.tau: a time constant of 0\.00999\d*, 9\.99\d* ms, cannot be written/,
    ],
    [`export heartbeat --nir ${at('a.nir')}`, 1, /cannot be written as NIR\nremedy: .*--allow-lossy/],
    [`export heartbeat --nir ${at('a.nir')} --check`, 2, /--check runs an ONNX model/],
  ] as const) {
    const { status, err } = await ganglion(words);
    t.is(status, code, `${words}\n${err}`);
    t.regex(err, message);
  }
  t.deepEqual(fs.readdirSync(folder).sort(), ['model.nir', 'text.nir']);
  const { status, out, err } = await ganglion(`export heartbeat --nir ${at('a.nir')} --allow-lossy`);
  t.is(status, 0, err);
  t.regex(out, /^lost: populations\.hidden\.neuron/m);
});
