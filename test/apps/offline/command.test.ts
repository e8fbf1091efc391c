/** `ganglion train` as a person meets it. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { Network } from '../../../runtime/index.ts';
import { plant, temporaryFolder } from '../../house/temporary.ts';
import { ganglion } from '../command.ts';
import { network, recorded, TICKS } from './task.ts';

/** An array of (ticks, columns) as rows. */
const rows = (values: ArrayLike<number>): number[][] => {
  const columns = values.length / TICKS;
  return Array.from({ length: TICKS }, (_, tick) => Array.from(values).slice(tick * columns, (tick + 1) * columns));
};

const readable = () =>
  recorded(8).map(({ inputs, targets, importance }) => ({
    inputs: { in: rows(inputs['in']!) },
    targets: { out: rows(targets['out']!) },
    importance: { out: Array.from(importance!['out']!) },
  }));

interface Report {
  readonly losses: number[];
  readonly updates: number;
  readonly workers: number;
}

test('it trains a network on recorded examples and writes it; one worker and three write the same bytes', async (t) => {
  const folder = temporaryFolder(t);
  plant(folder, { 'net.json': JSON.stringify(network()), 'examples.json': JSON.stringify(readable()) });
  const train = (flags: string) => ganglion(`train ${folder}/net.json ${folder}/examples.json --epochs 3 --batch 4 ${flags}`);
  const [one, three, own] = await Promise.all([
    train(`--bptt out --rate 5e-3 --workers 1 --out ${folder}/one.json --json`),
    train(`--bptt out --rate 5e-3 --workers 3 --out ${folder}/three.json`),
    train(`--out ${folder}/own.json`),
  ]);
  for (const { status, err } of [one!, three!, own!]) t.is(status, 0, err);
  const report = JSON.parse(one!.out) as Report;
  t.is(report.losses.length, 3);
  t.is(report.updates, 6);
  t.is(report.workers, 1);
  t.true(report.losses[2]! < report.losses[0]!);
  t.regex(three!.out, /^epoch 1 {2}loss 0\.\d+$/m);
  t.regex(three!.out, /6 updates on 3 threads/);
  const written = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');
  t.is(written('one.json'), written('three.json'));
  t.not(written('one.json'), written('own.json'), 'its own rules teach otherwise');
  const trained = JSON.parse(written('one.json')) as Network;
  t.deepEqual(trained.learning, network().learning);
  t.is((await ganglion(`explain ${folder}/one.json`)).status, 0);
});

test('what is wrong on the command line or in a file is named, and nothing is written', async (t) => {
  const folder = temporaryFolder(t);
  plant(folder, {
    'net.json': JSON.stringify(network()),
    'examples.json': JSON.stringify(readable().slice(0, 1)),
    'object.json': '{}',
    'broken.json': '[{',
    'numbers.json': '[1, null]',
    'short.json': JSON.stringify([{ inputs: {}, targets: { out: [[1, 0]] }, importance: { out: [1, 1] } }]),
  });
  const refused = async (examples: string, flags: string, status: number, message: RegExp) => {
    const ended = await ganglion(`train ${folder}/net.json ${folder}/${examples} --out ${folder}/out.json ${flags}`);
    t.is(ended.status, status, ended.err);
    t.regex(ended.err, message);
    t.is(ended.out, '');
    t.false(fs.existsSync(path.join(folder, 'out.json')));
  };
  await Promise.all([
    refused('examples.json', '--epochs 0', 2, /--epochs takes a whole number from 1/),
    refused('examples.json', '--window 5', 2, /--window is the window of --bptt/),
    refused('examples.json', '--bptt out --rate zero', 2, /--rate needs a number > 0/),
    refused('examples.json', '--bptt nobody', 1, /names 'nobody', which does not exist/),
    refused('missing.json', '', 2, /missing\.json cannot be read/),
    refused('broken.json', '', 1, /is not valid JSON/),
    refused('object.json', '', 1, /an array of examples/),
    refused('numbers.json', '', 1, /an object is required at examples\[0\]/),
    refused('short.json', '', 1, /examples\[0\]\.importance\.out/),
  ]);
  t.is((await ganglion(`train ${folder}/net.json ${folder}/examples.json`)).status, 2, '--out is required');
});
