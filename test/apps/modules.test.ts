/** Every command that takes a network file takes one that is put together from modules. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { plant, temporaryFolder } from '../house/temporary.ts';
import { modular, writtenOut } from '../runtime/network/modular.ts';
import { ganglion } from './command.ts';

const TICKS = 20;
const rows = (columns: number, value: (k: number) => number) =>
  Array.from({ length: TICKS }, (_, t) => Array.from({ length: columns }, (_, i) => value(t * columns + i)));
const examples = [
  {
    inputs: { input: rows(4, (k) => Number(k % 3 === 0)) },
    targets: { readout: rows(1, Math.sin) },
    importance: { readout: Array(TICKS).fill(1) },
  },
];

test('explain prints it resolved; train, export and deploy take it as they take the one written out', async (t) => {
  const folder = temporaryFolder(t);
  plant(folder, {
    'modular.json': JSON.stringify(modular),
    'plain.json': JSON.stringify(writtenOut),
    'wrong.json': JSON.stringify(modular).replace('"parameter":"tau"', '"parameter":"tua"'),
    'examples.json': JSON.stringify(examples),
  });
  const both = async (words: (file: string) => string) => {
    const [from, plain] = await Promise.all(['modular', 'plain'].map((file) => ganglion(words(file))));
    for (const { status, err } of [from!, plain!]) t.is(status, 0, err);
    return [from!.out, plain!.out] as const;
  };
  const [explained] = await both((file) => `explain ${folder}/${file}.json --json`);
  t.deepEqual(JSON.parse(explained).network, writtenOut);
  await both((file) => `train ${folder}/${file}.json ${folder}/examples.json --workers 1 --epochs 2 --out ${folder}/${file}-trained.json`);
  await both((file) => `export ${folder}/${file}.json --onnx ${folder}/${file}.onnx`);
  const bytes = (file: string) => fs.readFileSync(path.join(folder, file));
  for (const kind of ['-trained.json', '.onnx']) t.deepEqual(bytes(`modular${kind}`), bytes(`plain${kind}`));
  const [deployed, plain] = await both((file) => `board deploy emulated ${folder}/${file}.json --json`);
  t.is(deployed.replaceAll('modular.json', 'plain.json'), plain);
  const { status, err } = await ganglion(`explain ${folder}/wrong.json`);
  t.is(status, 1);
  t.regex(err, /populations\.left → modules\.column\.populations\.hidden\.neuron\.tauMem\.parameter names 'tua'/);
});
