/** docs/ADD-A-RULE.md is true: its file compiles in a user's project, learns, and has the gradient that its page claims; broken copies do not. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { ruleNetwork } from '../../apps/bench/rule-networks.ts';
import { benches } from '../../apps/verify/benches.ts';
import { describe } from '../../apps/verify/describe.ts';
import { lossOf, play } from '../../apps/verify/play.ts';
import {
  compile,
  type LearningRule,
  type Network,
  type Optimizer,
  type Projection,
  type RuleSheet,
  referenceBackend,
  ruleSheets,
  sheetsOf,
  synapseCosts,
} from '../../runtime/index.ts';
import * as oracle from '../../runtime/oracle/index.ts';
import { node } from '../apps/command.ts';
import { root } from './root.ts';
import { docstringOf, rulePages } from './rule-docs.ts';
import { plant, temporaryFolder } from './temporary.ts';

const page = fs.readFileSync(path.join(root, 'docs/ADD-A-RULE.md'), 'utf8');
const [text, ...others] = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!);

/** Copies of the file with one thing wrong in each. */
const copies = {
  reckon: text!,
  adapting: text!.replace('adaptation: false', 'adaptation: true'),
  filtered: text!.replace("filter: 'none'", "filter: 'readout'"),
  targets: text!.replace("of: 'error'", "of: 'target'"),
} as const;

interface RuleModule {
  reckon(options: { from: string; feedback: string; optimizer: Optimizer }): LearningRule;
  readonly reckonSheet: RuleSheet;
}

const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** A user's project beside an installed ganglion, with every copy and one that a compiler must refuse. */
async function built(t: ExecutionContext): Promise<Record<keyof typeof copies, RuleModule>> {
  const folder = temporaryFolder(t);
  const wrong = text!.replace("recurrence: 'none'", "recurrence: 'nothing'");
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: 'es2023',
    module: 'nodenext',
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
  };
  const names = Object.keys(copies) as (keyof typeof copies)[];
  plant(folder, {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions: options, files: [...names, 'wrong'].map((name) => `${name}.ts`) }),
    'wrong.ts': wrong,
    ...Object.fromEntries(names.map((name) => [`${name}.ts`, copies[name]])),
  });
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(root, path.join(folder, 'node_modules/ganglion'), 'dir');
  const { status, out } = await node([compiler, '--project', folder], { cwd: folder });
  t.is(status, 2, out);
  t.regex(out, /^wrong\.ts\(\d+,\d+\): error/);
  t.is(out.match(/error TS/g)!.length, 1, 'only the wrong copy is refused');
  const modules = names.map(async (name) => [name, await import(pathToFileURL(path.join(folder, `${name}.js`)).href)] as const);
  return Object.fromEntries(await Promise.all(modules)) as Record<keyof typeof copies, RuleModule>;
}

/** The bench as a description, with the rule on its input and recurrent synapses and a readout that stands still. */
function taught(model: oracle.Model, rule: LearningRule): Network {
  const network = describe(model, { feedback: 'random' });
  const { input, recurrent, output } = network.projections as Record<string, Projection>;
  const { plasticity: _, ...frozen } = output!;
  return {
    ...network,
    projections: { input: { ...input!, plasticity: rule }, recurrent: { ...recurrent!, plasticity: rule }, output: frozen },
  };
}

test('the file of the page compiles, has the gradient of its masked RTRL and learns; broken copies are seen', async (t) => {
  t.is(others.length, 0);
  for (const [name, copy] of Object.entries(copies)) if (name !== 'reckon') t.not(copy, text, `${name} is a copy with a change`);
  const modules = await built(t);
  const { model, trial } = benches().find(({ network, neuron }) => network === 'dense' && neuron === 'ALIF')!;

  const gradientError = ({ reckon }: RuleModule): number => {
    const rule = reckon({ from: 'out', feedback: 'broadcast', optimizer: { kind: 'sgd', rate: 1 } });
    const executable = referenceBackend.load(compile(taught(model, rule), { maxTicks: 1 }));
    const { recording, spikes } = play(executable, trial);
    t.true(spikes.every((count) => count >= 3));
    const activity = oracle.forward(model, trial, { forced: recording });
    const keep = { ...oracle.keepEprop, adaptation: false };
    const wanted = oracle.rtrl(model, activity, { keep, feedback: 'random', filter: 'none' });
    const read = (name: string) => Float64Array.from(executable.arena.copy(`${name}.gradient`));
    const recurrent = read('recurrent').map((g, s) => (model.connected[s] === 1 ? g : 0));
    return oracle.gradientError({ wIn: read('input'), wRec: recurrent, wOut: wanted.wOut }, wanted, ['wIn', 'wRec']);
  };
  t.true(gradientError(modules.reckon) <= 1e-4, String(gradientError(modules.reckon)));
  for (const name of ['adapting', 'filtered', 'targets'] as const) t.true(gradientError(modules[name]) > 1e-2, name);

  /** Loss after sixty trials over the loss of the first, with feedback that is the readout's own. */
  const trained = ({ reckon }: RuleModule): number => {
    const { outputs, neurons, weights } = model;
    const feedback = Float64Array.from(
      { length: outputs * neurons },
      (_, s) => weights.wOut[(s % neurons) * outputs + Math.floor(s / neurons)]!,
    );
    const rule = reckon({ from: 'out', feedback: 'broadcast', optimizer: { kind: 'sgd', rate: 0.01 } });
    const executable = referenceBackend.load(compile(taught({ ...model, feedback }, rule), { maxTicks: 1 }));
    const losses = Array.from({ length: 60 }, () => lossOf(model, trial, play(executable, trial, { ends: true })));
    return losses.at(-1)! / losses[0]!;
  };
  const [learned, broken] = [trained(modules.reckon), trained(modules.targets)];
  t.true(learned < 0.8, `the loss falls, to ${learned}`);
  t.true(broken > 0.9, `taught by the target instead of the error it does not, ${broken}`);
});

test('the sheet of the page gives the rule its page, its row and its costs', async (t) => {
  const { reckon } = await built(t);
  const [sheet] = sheetsOf(reckon);
  t.is(sheet, reckon.reckonSheet);
  const { network, projections } = ruleNetwork(sheet!.examples[0]!, { n: 32, inputs: 32 }, 'episode');
  t.like(synapseCosts(compile(network), projections), { kept: 0, bytes: 4, steps: 1 });
  t.regex(docstringOf(text!, 'reckon')!, /G_ji = Σ_t/);
  t.is(docstringOf(text!, 'reckonSheet'), undefined, 'what has no docstring is seen');
  t.throws(() => rulePages([sheet!]), { message: /'reckon' must be exported with a docstring/ }, 'it is not in the folder yet');
});

test('every page of a rule is in the table, and changes with the rule', (t) => {
  const pages = rulePages();
  const names = Object.keys(pages).filter((name) => name.startsWith('docs/rules/'));
  t.true(names.length >= 10);
  for (const name of names) t.true(pages['docs/RULES.md']!.includes(name.replace('docs/', '')), name);
  const sheet = ruleSheets.find(({ rule }) => rule === 'rflo')!;
  const changed = {
    ...sheet,
    examples: sheet.examples.map((example) => ({
      ...example,
      plasticity: (names: Parameters<typeof example.plasticity>[0]) => {
        const rule = example.plasticity(names);
        return { ...rule, terms: rule.terms.map((term) => ({ ...term, filter: 'readout' as const })) };
      },
    })),
  };
  t.not(rulePages([changed])['docs/rules/rflo.md'], pages['docs/rules/rflo.md']);
  t.is(rulePages([sheet])['docs/rules/rflo.md'], pages['docs/rules/rflo.md']);
  for (const [name, content] of Object.entries(pages)) {
    for (const [, json] of content.matchAll(/^```json\n(.*?)^```$/gms)) t.notThrows(() => JSON.parse(json!), name);
  }
});

test('a page tells what only the float64 oracle has been shown', (t) => {
  const [sheet] = ruleSheets as readonly [RuleSheet];
  const name = 'docs/rules/unproved.md';
  t.regex(rulePages([{ ...sheet, title: 'unproved', examples: [] }])[name]!, /Proved in float64 alone/);
  t.notRegex(rulePages([{ ...sheet, title: 'unproved' }])[name]!, /float64 alone/);
});
