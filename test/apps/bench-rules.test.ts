/** `ganglion bench rules`: every exported rule is in it, with figures that mean something; and what a page says of costs is what the program has. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { inBlocks, ruleNetwork, withBlocks } from '../../apps/bench/rule-networks.ts';
import { rulesBench } from '../../apps/bench/rules.ts';
import { nativeInfo } from '../../native/index.ts';
import { compile, eprop, type RuleExample, referenceBackend, ruleSheets, snap, synapseCosts } from '../../runtime/index.ts';
import * as rules from '../../runtime/learning/rules/index.ts';
import { root } from '../house/root.ts';
import { ganglion } from './command.ts';

const native = 'reason' in nativeInfo() ? test.serial.skip : test.serial;

/** Functions that make rules, and have no row. */
const missing = (module: object, rows: readonly { readonly factory: string }[]): string[] =>
  Object.entries(module)
    .filter(([name, value]) => typeof value === 'function' && !rows.some(({ factory }) => factory === name))
    .map(([name]) => name);

const sheets = ruleSheets.map(({ rule }) => ({ factory: rule }));

native('--json prints a row for every example of every exported rule, the first of them e-prop at every tick', async (t) => {
  const { status, out, err } = await ganglion('bench rules --n 64 --small 16 --ticks 64 --rounds 1 --json');
  t.is(status, 0, err);
  t.regex(out, /^\{.*\}\n$/);
  const figures = JSON.parse(out) as ReturnType<typeof rulesBench>;
  t.deepEqual(Object.keys(figures), ['target', 'ticks', 'rounds', 'rows']);
  t.deepEqual(missing(rules, figures.rows), []);
  t.deepEqual(missing({ ...rules, forgotten: () => undefined }, figures.rows), ['forgotten'], 'control: a rule without a row is seen');
  t.is(figures.rows.length, ruleSheets.flatMap(({ examples }) => withBlocks(examples)).length);
  t.is(
    new Set(figures.rows.map(({ rule, cell, form, block }) => `${rule} ${cell} ${form} ${block}`)).size,
    figures.rows.length,
    'rows can be told apart',
  );
  t.like(figures.rows[0], { factory: 'eprop', cell: 'ALIF', block: 1, ratio: 1, keptPerSynapse: 2, bytesPerSynapse: 12 });
  for (const row of figures.rows) {
    t.deepEqual(Object.keys(row), Object.keys(figures.rows[0]!));
    const seen = JSON.stringify(row);
    t.true(row.synapses > 0 && row.active > 0 && row.active <= 1, seen);
    t.true(Number.isFinite(row.nsPerSynapseTick) && Number.isFinite(row.ratio), seen);
    t.true(row.bytesPerSynapse >= 4 * (row.keptPerSynapse + 0.75), seen);
  }
  for (const cell of ['LIF', 'ALIF', 'sSNU', 'rate', 'LSTM', 'GRU'])
    t.true(
      figures.rows.some((row) => row.cell === cell),
      cell,
    );
});

native('without --json it prints a table for a person, at most 80 columns wide', async (t) => {
  const { status, out } = await ganglion('bench rules --n 64 --small 16 --ticks 64 --rounds 1');
  t.is(status, 0);
  t.regex(
    out,
    /^learning, a synapse and tick: .*; \w+\nrule +cell +form +ticks +ns +ratio +kept +bytes +n +active\ne-prop +ALIF +1 +[\d.]+ +1\.00 /,
  );
  for (const line of out.split('\n')) t.true(line.length <= 80, line);
});

native('a wrong command line is told what is right', async (t) => {
  const { status, err } = await ganglion('bench rules --small 1000');
  t.is(status, 2);
  t.regex(err, /--small takes a whole number from 16 to 128/);
});

test('every exported rule has a sheet with examples; a rule without one is seen', (t) => {
  const files = readdirSync(join(root, 'dist/runtime/learning/rules')).filter(
    (file) => /(?<!\.d)\.(js)$/.test(file) && file !== 'index.js',
  );
  t.true(files.length >= 5);
  t.deepEqual(missing(rules, sheets), []);
  t.deepEqual(missing({ ...rules, forgotten: () => undefined }, sheets), ['forgotten']);
  for (const { examples, title } of ruleSheets) t.true(examples.length > 0, title);
});

test('every file of rules is in the index', async (t) => {
  const folder = join(root, 'dist/runtime/learning/rules');
  const files = readdirSync(folder).filter((name) => name.endsWith('.js') && name !== 'index.js');
  t.true(files.length >= 5);
  for (const file of files) {
    const module = (await import(join(folder, file))) as object;
    for (const name of Object.keys(module)) t.true(name in rules, `${file}: ${name}`);
  }
});

/** An ALIF network of 32 by e-prop, or SnAp-n at a density. */
const costs = (example: Omit<RuleExample, 'cell'> & Partial<RuleExample>) => {
  const { network, projections } = ruleNetwork({ cell: 'LIF', ...example }, { n: 32, inputs: 16 }, { ticks: 64_000 });
  return synapseCosts(compile(network), projections);
};

test('costs are what is known of a rule: e-prop one value, two with adaptation; RTRL three a neuron and as many products as recurrent weights', (t) => {
  const taught: RuleExample['plasticity'] = ({ readout: from, optimizer }) => eprop({ from, optimizer });
  t.like(costs({ plasticity: taught }), { synapses: 1024, kept: 1, bytes: 8, steps: 2 });
  t.like(costs({ cell: 'ALIF', plasticity: taught }), { kept: 2, bytes: 12, steps: 2 });
  t.like(costs({ plasticity: ({ optimizer }) => rules.rtrl({ from: 'readout', optimizer }) }), { kept: 96, steps: 4 * 32 + 1 + 1024 });
  const reach = (n: number) => costs({ density: 0.05, plasticity: ({ optimizer }) => snap(n, { from: 'readout', optimizer }) }).kept;
  t.is(reach(1), 3);
  t.true(reach(1) < reach(2) && reach(2) < reach(3) && reach(3) < 96);
  t.throws(
    () => synapseCosts(compile(ruleNetwork({ cell: 'LIF', plasticity: taught }, { n: 8, inputs: 8 }, 'episode').network), ['none']),
    {
      instanceOf: RangeError,
    },
  );
});

test('rules whose traces have rank one are shown in blocks beside streaming, others are not', (t) => {
  const folds = (rule: string) =>
    ruleSheets.find((sheet) => sheet.rule === rule)!.examples.map((example) => inBlocks(example) !== undefined);
  for (const rule of ['eprop', 'deltaRule', 'decolle', 'eprop2', 'etlp', 'ottt', 'rflo', 'superSpike'])
    t.true(folds(rule).every(Boolean), rule);
  for (const rule of ['bptt', 'rtrl', 'snap', 'uoro']) t.false(folds(rule).some(Boolean), rule);
  t.deepEqual(folds('ostl'), [false, false, false, false, true, true, true, true], 'with H, and without');
  t.deepEqual(folds('osttp'), [false, true]);
});

test('what does not learn is not timed', (t) => {
  const dead: RuleExample = {
    cell: 'ALIF',
    // A signal of strength 0 teaches nothing.
    plasticity: ({ optimizer }) => ({
      terms: [{ trace: rules.epropTrace, signal: { of: 'rate', target: 0, strength: 0, average: { tau: 10 } } }],
      optimizer,
    }),
  };
  const sheet = { ...ruleSheets.find(({ rule }) => rule === 'eprop')!, examples: [dead] };
  t.throws(() => rulesBench(referenceBackend, [sheet], { n: 32, small: 16, ticks: 64, rounds: 1 }, () => undefined), {
    message: /must be finite and not all 0/,
  });
});
