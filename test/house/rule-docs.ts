/** The pages of the rules: words from their sheets and docstrings, numbers from what their examples compile to. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inBlocks, ruleNetwork, withBlocks } from '../../apps/bench/rule-networks.ts';
import {
  compile,
  type Keep,
  type Kernel,
  type LearningRule,
  opTable,
  type RuleExample,
  type RuleSheet,
  ruleSheets,
  type Signal,
  type SynapseCosts,
  sheetsOf,
  synapseCosts,
  validate,
} from '../../runtime/index.ts';
import * as oracle from '../../runtime/oracle/index.ts';
import { root } from './root.ts';

/** Cells and inputs of the examples whose costs the pages print: whole lines, so that padding is 0 for all but stored influences. */
export const SIZE = { n: 32, inputs: 32 } as const;
const NEVER = { ticks: 640_000 } as const;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const number = (value: number): string => String(Math.round(100 * value) / 100);

/** Rules that a description can ask for, then those that the float64 oracle alone knows. */
export const sheets = (): readonly RuleSheet[] => {
  const compiled = new Set(ruleSheets.map(({ title }) => title));
  return [...ruleSheets, ...sheetsOf(oracle).filter(({ title }) => !compiled.has(title))];
};

/** The docstring of the exported function of that name, in the text of a file; undefined where it has none. */
export function docstringOf(source: string, name: string): string | undefined {
  const at = source.search(new RegExp(`^export (?:const|function) ${name}\\b`, 'm'));
  const before = source.slice(0, Math.max(at, 0));
  const open = before.lastIndexOf('/**');
  if (at < 0 || open < 0 || !/\*\/\s*$/.test(before)) return undefined;
  return before
    .slice(open + 3)
    .replace(/\*\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .filter((line) => line !== '')
    .join('\n');
}

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join(folder, file));

/** The file of a rule, and what its docstring says. */
function documented({ rule, examples }: RuleSheet): { readonly file: string; readonly text: string } {
  for (const file of sources(examples.length > 0 ? 'runtime/learning/rules' : 'runtime/oracle')) {
    const text = docstringOf(readFileSync(join(root, file), 'utf8'), rule);
    if (text !== undefined) return { file: file.replaceAll('\\', '/'), text };
  }
  throw new Error(`the function '${rule}' must be exported with a docstring in the folder of its sheet`);
}

/** What is kept; of a cell, what it has of that. */
function keptOf({ adaptation, reset, recurrence }: Keep, on?: RuleExample['cell']): string {
  const adapts = on === undefined || on === 'ALIF';
  const resets = on === undefined || on === 'ALIF' || on === 'LIF' || on === 'CUBA' || on === 'sSNU';
  const parts = ['the leak', ...(adaptation && adapts ? ['adaptation'] : []), ...(reset && resets ? ['reset'] : [])];
  if (recurrence === 'self') parts.push('autapses');
  else if (recurrence === 'all') parts.push('all of the recurrence');
  else if (recurrence !== 'none')
    parts.push(`what is reached over ${recurrence.hops} recurrent synapse${recurrence.hops === 1 ? '' : 's'}`);
  return parts.join(', ');
}

function signalOf(signal: Signal): string {
  const through = (way: Extract<Signal, { of: 'error' }>['through']): string => {
    if (typeof way === 'object') return 'feedback' in way ? 'through a fixed feedback' : 'through a projection';
    return way === 'direct' ? 'of the population itself' : 'through the readout weights';
  };
  switch (signal.of) {
    case 'error':
      return `error, ${through(signal.through)}${signal.filter === undefined ? '' : `, behind ${kernelOf(signal.filter)}`}`;
    case 'target':
      return `target, ${through(signal.through)}`;
    case 'value':
      return 'values of another population';
    case 'signal':
      return 'signal of the layer above';
    case 'window':
      return 'error of a window, run backwards, with what is predicted behind it';
    case 'rate':
      return 'firing rate';
    case 'potential':
      return 'bounds of the potential';
    case 'entropy':
      return `entropy of the policy, ${through(signal.through)}`;
    default:
      return JSON.stringify(signal);
  }
}

const filters = { none: 'none', readout: 'the leak of the readout' } as const;
const kernelOf = (kernel: Kernel): string =>
  kernel.kind === 'lowPass' ? `a low pass of ${kernel.tau} ms` : `a double exponential of ${kernel.rise} and ${kernel.decay} ms`;
const filterOf = ({ terms, perturbation, timing }: LearningRule): string =>
  perturbation || timing
    ? 'none'
    : [...new Set(terms.map(({ filter = 'none' }) => (typeof filter === 'object' ? kernelOf(filter) : filters[filter])))].join('; ');
const perturbed = {
  weights: 'nothing: noise of the weights',
  nodes: 'nothing: noise of the nodes',
  both: 'nothing: noise of the weights, credited to nodes',
} as const;
const signalsOf = ({ terms, perturbation, timing }: LearningRule): string =>
  perturbation ? 'score of a pass' : timing ? 'none' : [...new Set(terms.map(({ signal }) => signalOf(signal)))].join('; ');
const keepsOf = ({ terms, perturbation, timing }: LearningRule, on?: RuleExample['cell']): string =>
  perturbation
    ? perturbed[perturbation.of]
    : timing
      ? timing.pairing === 'calcium'
        ? 'nothing: the calcium that spikes of both sides bring'
        : `nothing: ${timing.pairing === 'all' ? 'all spikes' : 'the nearest spikes'} before and after each other, in ${timing.potentiation.triplet ? 'triplets' : 'pairs'}`
      : [
          ...new Set(terms.map(({ trace }) => (trace.kind === 'rankOne' ? 'all of it, as one outer product' : keptOf(trace.keep, on)))),
        ].join('; ');

interface Compiled {
  readonly example: RuleExample;
  readonly rule: LearningRule;
  readonly costs: SynapseCosts;
  readonly block: number;
  readonly json: string;
}

function compiledExample(example: RuleExample): Compiled {
  const { network, projections, rule } = ruleNetwork(example, SIZE, NEVER);
  const program = compile(network, { maxTicks: 1 });
  const { feedbacks, learning } = validate(network);
  const said = {
    [projections[0]!]: { plasticity: rule },
  };
  const { update, ...rest } = learning!;
  const parts = {
    projections: said,
    ...(feedbacks && { feedbacks }),
    ...(Object.keys(rest).length > 0 && { learning: { update: { ticks: program.block }, ...rest } }),
  };
  return { example, rule, costs: synapseCosts(program, projections), block: program.block, json: JSON.stringify(parts, null, 2) };
}

const label = ({ cell: name, form, learning }: RuleExample): string =>
  [name, form, ...(learning?.block === undefined ? [] : [`in blocks of ${learning.block}`])].filter(Boolean).join(', ');

type Way = 'fold' | 'stream' | 'window' | 'pass';
const wayOf = (example: RuleExample): Way => {
  if (ruleNetwork(example, SIZE, NEVER).rule.perturbation !== undefined) return 'pass';
  if (example.learning?.window !== undefined) return 'window';
  return inBlocks(example) === undefined ? 'stream' : 'fold';
};
const ways: Readonly<Record<Way, string>> = {
  fold: 'folded exactly, one pass over the synapses a block. The traces have rank one: driven by a presynaptic value, with coefficients of the postsynaptic neuron.',
  stream: 'streaming whatever the block: the traces are not of rank one, and each tick advances them.',
  window: 'a window takes their place.',
  pass: 'nothing changes: noise is credited at the end of a pass.',
};

/** Which of the examples fold in blocks, and which stream whatever the description says. */
function blocksOf(examples: readonly RuleExample[]): string {
  const lines = (Object.keys(ways) as Way[]).flatMap((way) => {
    const list = examples.filter((example) => wayOf(example) === way);
    if (list.length === 0) return [];
    return [list.length === examples.length ? ways[way] : `${list.map(label).join('; ')}: ${ways[way]}`];
  });
  return lines.join(' ');
}
const pageOf = ({ title }: RuleSheet): string => `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.md`;

/** The page of one rule. */
export function rulePage(sheet: RuleSheet): string {
  const { file, text } = documented(sheet);
  const compiled = withBlocks(sheet.examples).map(compiledExample);
  const streaming = compiled.filter(({ example }) => example.learning?.block === undefined);
  const head = `# ${sheet.title}

Printed from \`${file}\`; \`npm run docs\` writes this page and \`npm run check\` fails when it is stale. All rules: [RULES.md](../RULES.md).

\`\`\`text
${text}
\`\`\`

- **Left out of the gradient**: ${sheet.approximates}
- **Cells**: ${sheet.cells}.
- **Where it fits**: ${sheet.fits}
- **Source**: ${sheet.source}.${compiled.length === 0 ? '' : `\n- **In blocks** (\`learning.block\`): ${blocksOf(sheet.examples)}`}
`;
  if (compiled.length === 0) {
    return `${head}
Proved in float64 alone: \`${sheet.rule}\` of the float64 oracle is held to its own oracle in \`ganglion verify\`, and no network description can ask for it.
`;
  }
  const ops = [...new Set(compiled.flatMap(({ costs }) => costs.ops.map(({ name }) => name)))];
  const work = ({ costs }: Compiled): string =>
    costs.ops
      .map(({ name, steps, phase }) => `\`${name}\`${steps === 1 ? '' : ` × ${number(steps)}`}${phase === 'fold' ? ' a block' : ''}`)
      .join(', ');
  return `${head}
## Coordinates

| example | kept of the influence | learning signal | filter |
| --- | --- | --- | --- |
${streaming.map((c) => `| ${label(c.example)} | ${keepsOf(c.rule, c.example.cell)} | ${signalsOf(c.rule)} | ${filterOf(c.rule)} |`).join('\n')}

## What a synapse costs

Computed from the compiled program of a network with ${SIZE.n} cells. *Kept*: values of traces beside weight and gradient. *Bytes*: traces and gradient,
padding included. *Steps*: values visited a tick. \`op × n\`: the op visits n values a synapse. \`ganglion bench rules\` times them.

| example | density | kept | bytes | steps | ops that walk synapses |
| --- | --- | --- | --- | --- | --- |
${compiled.map((c) => `| ${label(c.example)} | ${c.example.density ?? 1} | ${number(c.costs.kept)} | ${number(c.costs.bytes)} | ${number(c.costs.steps)} | ${work(c)} |`).join('\n')}

| op | equation |
| --- | --- |
${ops.map((name) => `| \`${name}\` | ${cell(opTable[name].equation)} |`).join('\n')}

## In a network file

What selects it in a description ([NETWORK.md](../NETWORK.md)), as \`${sheet.rule}()\` writes it: ${label(compiled[0]!.example)}.

\`\`\`json
${compiled[0]!.json}
\`\`\`
`;
}

/** The table of all rules. */
function table(all: readonly RuleSheet[]): string {
  const rows = all.map((sheet) => {
    const compiled = sheet.examples.map(compiledExample);
    const name = `[${sheet.title}](rules/${pageOf(sheet)})`;
    if (compiled.length === 0) return `| ${name} | – | – | – | ${sheet.cells} | – | – | – | float64 | ${cell(sheet.source)} |`;
    const distinct = (values: readonly string[]): string => [...new Set(values)].join('; ');
    const range = (values: readonly number[]): string => {
      const [least, most] = [Math.min(...values), Math.max(...values)].map(number);
      return least === most ? least! : `${least} to ${most}`;
    };
    const costs = compiled.map((c) => c.costs);
    return `| ${name} | ${distinct(compiled.map((c) => keepsOf(c.rule)))} | ${distinct(compiled.map((c) => signalsOf(c.rule)))} | ${distinct(
      compiled.map((c) => filterOf(c.rule)),
    )} | ${sheet.cells} | ${range(costs.map(({ kept }) => kept))} | ${range(costs.map(({ steps }) => steps))} | ${distinct(sheet.examples.map(wayOf))} | compiled | ${cell(sheet.source)} |`;
  });
  return `# Learning rules

Printed from the sheets beside the rules in \`runtime/learning/rules\`; \`npm run docs\` writes this page and \`npm run check\` fails when it is stale.
A rule is an eligibility trace (what is kept of RTRL's influence) × a learning signal × a filter; each has a page with its equation, what it leaves out, its costs and
the network file that selects it. *Kept*: values a synapse keeps beside weight and gradient, *steps*: values visited a synapse and tick, both over the
examples of the page, ${SIZE.n} cells, streaming. *In blocks*: what \`learning.block\` makes of it: one pass over the synapses a block (fold), or nothing (stream). *float64*: proved by the oracle of \`ganglion verify\`, not compiled.
A rule of your own: [ADD-A-RULE.md](ADD-A-RULE.md).

| rule | kept of the influence | learning signal | filter | cells | kept | steps | in blocks | runs | source |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** Path from the root → text. */
export const rulePages = (all: readonly RuleSheet[] = sheets()): Readonly<Record<string, string>> => ({
  'docs/RULES.md': table(all),
  ...Object.fromEntries(all.map((sheet) => [`docs/rules/${pageOf(sheet)}`, rulePage(sheet)])),
});
