/** `ganglion bench kernel`: its figures, where they go, and what a wrong command line is told. */
import test from 'ava';
import { nativeInfo } from '../../native/index.ts';
import { ganglion } from './command.ts';

const native = 'reason' in nativeInfo() ? test.serial.skip : test.serial;
const fields = [
  'n',
  'density',
  'block',
  'ticks',
  'threads',
  'target',
  'forwardNsPerSynapseTick',
  'learnNsPerSynapseTick',
  'streamingNsPerSynapseTick',
  'ratio',
  'maxRelativeDifference',
  'bytesPerSynapse',
  'activeTicks',
];

native('--json prints the figures on one line, and the roofline beside it; drawn, recorded and stored alike', async (t) => {
  for (const flags of ['--neuron alif', '--neuron lif --active recorded', '--density 0.2 --block 8']) {
    const { status, out, err } = await ganglion(`bench kernel --n 64 --ticks 64 --rounds 1 ${flags} --json`);
    t.is(status, 0, err);
    const figures = JSON.parse(out) as Record<string, number>;
    t.deepEqual(Object.keys(figures), fields);
    t.true(figures['maxRelativeDifference']! <= 1e-5, `${figures['maxRelativeDifference']}`);
    t.true(figures['activeTicks']! > 0 && figures['activeTicks']! <= 64);
    t.regex(err, /^roofline: [\d.]+ of [\d.]+ GFLOP\/s, \d+ % of the peak of \w+/);
  }
});

native('without --json it prints for a person', async (t) => {
  const { status, out } = await ganglion('bench kernel --n 64 --ticks 64 --rounds 1');
  t.is(status, 0);
  t.regex(out, /learning in blocks +[\d.]+ ns\n/);
  t.regex(out, /roofline: /);
});

native('a wrong command line is told what is right', async (t) => {
  for (const [flags, message] of [
    ['--n few', /--n takes a whole number from 16 to 8192, not 'few'/],
    ['--density 0', /--density takes a number from/],
    ['--active 2', /--active takes a number from/],
    ['--threads 2', /one thread/],
    ['--block 24', /choices are 8, 16, 32, 64/],
  ] as const) {
    const { status, out, err } = await ganglion(`bench kernel ${flags}`);
    t.is(status, 2, flags);
    t.is(out, '');
    t.regex(err, message);
  }
});
