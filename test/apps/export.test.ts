import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../house/temporary.ts';
import { ganglion } from './command.ts';

test('export writes one tick of an app as an ONNX model, and --check runs it beside the network', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'tick.onnx');
  const { status, out, err } = await ganglion(`export heartbeat --onnx ${file} --check --ticks 40 --json`);
  t.is(status, 0, err);
  const report = JSON.parse(out) as { bytes: number; states: { name: string }[]; agreement: { ticks: number; spikes: number } };
  t.is(fs.statSync(file).size, report.bytes);
  t.is(report.agreement.ticks, 40);
  t.true(report.agreement.spikes > 0);
  t.true(report.states.some(({ name }) => name === 'hidden.membrane'));
  t.deepEqual(fs.readdirSync(folder), ['tick.onnx']);
});

test('export says what is wrong with its command line before it works', async (t) => {
  for (const [words, message] of [
    ['export heartbeat', /required option '--onnx <file>' not specified/],
    ['export nothing --onnx a.onnx', /there is no app 'nothing'\nremedy: /],
    ['export heartbeat --onnx nowhere/a.onnx', /--onnx nowhere\/a\.onnx cannot be written/],
    ['export heartbeat --onnx a.onnx --active 2', /--active takes a number from 0 to 1, not '2'/],
  ] as const) {
    const { status, out, err } = await ganglion(words);
    t.is(status, 2, words);
    t.is(out, '');
    t.regex(err, message);
  }
});
