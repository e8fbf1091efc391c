/** The pages of docs/ that are printed from the code's own tables, so that they cannot drift. */
import { z } from 'zod';
import { errorTable, opTable, validate } from '../../runtime/index.ts';
import { instanceSchema, modulesSchema, networkSchema } from '../../runtime/network/schema.ts';
import { modular } from '../runtime/network/modular.ts';
import { commandPage } from './command-docs.ts';
import { rulePages } from './rule-docs.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

function ops(): string {
  const rows = Object.entries(opTable).map(
    ([name, { equation, operands }]) => `| \`${name}\` | ${cell(equation)} | ${Object.keys(operands).join(' ')} |`,
  );
  return `# Ops

Printed from \`runtime/program/ops.ts\`; \`npm run docs\` writes this page and \`npm run check\` fails when it is stale.
⊕ is a fused multiply-add, ⌊x⌋₀ stores +0 where |x| < 2^-100.

| op | equation | operands |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function errors(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { kind, message, remedy }]) => `| \`${code}\` | ${kind} | ${cell(message)} | ${cell(remedy)} |`,
  );
  return `# Errors

Printed from \`runtime/errors.ts\`; \`npm run docs\` writes this page and \`npm run check\` fails when it is stale.
Every error carries \`code\`, \`message\`, \`remedy\` and, where one field is at fault, its \`path\`.

| code | class | message | remedy |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

type JsonSchema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
};

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const parts = [
    exclusiveMinimum === undefined ? undefined : `> ${exclusiveMinimum}`,
    minimum === undefined ? undefined : `≥ ${minimum}`,
    exclusiveMaximum === undefined ? undefined : `< ${exclusiveMaximum}`,
    maximum === undefined ? undefined : `≤ ${maximum}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Every part of a description once, small enough to read. */
const example = {
  dt: 1,
  seed: 7,
  populations: {
    input: { size: 16, neuron: { kind: 'source' } },
    hidden: { size: 32, neuron: { kind: 'alif', tauMem: 20, tauAdapt: 200, beta: 0.05 } },
    readout: { size: 1, neuron: { kind: 'integrator', tau: 20, inputScale: 'oneMinusDecay', loss: 'squared' } },
  },
  projections: {
    sensory: {
      pre: 'input',
      post: 'hidden',
      connectivity: { kind: 'dense' },
      weight: { kind: 'normal', gain: 2 },
      delay: 0,
      plasticity: {
        terms: [
          {
            trace: { kind: 'influence', keep: { adaptation: true, reset: false, recurrence: 'none' } },
            filter: 'readout',
            signal: { of: 'error', from: 'readout', through: { feedback: 'broadcast' } },
          },
        ],
        optimizer: { kind: 'adam', rate: { kind: 'linear', initial: 0.001, final: 0.0001, updates: 5000 } },
      },
    },
    recurrent: {
      pre: 'hidden',
      post: 'hidden',
      connectivity: { kind: 'random', density: 0.2, autapses: false },
      weight: { kind: 'normal', gain: 0.7 },
      delay: 1,
    },
    output: {
      pre: 'hidden',
      post: 'readout',
      connectivity: { kind: 'dense' },
      weight: { kind: 'normal', gain: 0.5 },
      delay: 0,
      plasticity: {
        terms: [
          {
            trace: { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } },
            signal: { of: 'error', from: 'readout', through: 'direct' },
          },
        ],
        optimizer: { kind: 'sgd', rate: 0.001, transforms: [{ kind: 'decay', rate: 0.0001 }] },
      },
    },
  },
  feedbacks: { broadcast: { from: 'readout', to: 'hidden', weight: { kind: 'normal', std: 1 } } },
  learning: { update: { ticks: 10 }, target: 'tick', episode: 'carry' },
};

/** One line a leaf: path, values, whether it is required. */
function walk(schema: JsonSchema, path: string, required: boolean, rows: string[]): void {
  const choices = schema.oneOf ?? schema.anyOf;
  const say = (values: string) => rows.push(`| \`${path}\` | ${cell(values)} | ${required ? 'required' : ''} |`);
  if (choices !== undefined) {
    const simple = choices.filter(({ type, oneOf, anyOf }) => type !== 'object' && type !== 'array' && (oneOf ?? anyOf) === undefined);
    if (simple.length > 0) say(simple.map(describe).join(' or '));
    for (const choice of choices) {
      if (simple.includes(choice)) continue;
      const kind = ['kind', 'of', 'pairing'].map((name) => choice.properties?.[name]?.const).find((value) => value !== undefined);
      walk(choice, kind === undefined ? path : `${path}(${String(kind)})`, required, rows);
    }
    return;
  }
  if (schema.properties !== undefined) {
    for (const [name, inner] of Object.entries(schema.properties)) {
      walk(inner, path === '' ? name : `${path}.${name}`, schema.required?.includes(name) ?? false, rows);
    }
    return;
  }
  if (typeof schema.additionalProperties === 'object') {
    walk(schema.additionalProperties, `${path}.NAME`, required, rows);
    return;
  }
  if (schema.type === 'array' && typeof schema.items === 'object') {
    if (schema.items.properties === undefined && schema.items.oneOf === undefined) say(`array of ${describe(schema.items)}`);
    else walk(schema.items, `${path}[]`, required, rows);
    return;
  }
  say(describe(schema));
}

function describe(schema: JsonSchema): string {
  if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(describe).join('; ')}]`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  const range = bounds(schema);
  const type = schema.type === 'integer' ? 'whole number' : (schema.type ?? 'value');
  return range === '' ? type : `${type} ${range}`;
}

function network(): string {
  const rows: string[] = [];
  walk(z.toJSONSchema(networkSchema) as JsonSchema, '', true, rows);
  return `# A network description

Printed from \`runtime/network/schema.ts\`; \`npm run docs\` writes this page and \`npm run check\` fails when it is stale.
What a field means, with its equation, unit and default, stands at its type in \`runtime/network/network.ts\` (neurons, projections, learning)
and \`runtime/learning/rule.ts\` (rules, signals, optimizers). A field that is not in this table is refused.

- Populations run in the order written. A projection of delay 0 points forward; one that points back or to itself has a delay of at least 1 tick.
- Every time is in milliseconds; delays, refractory counts and update boundaries are in ticks.
- Matrices are [pre][post]; the kernel of a convolution is [output channel][input channel][row][column], and the populations at its ends are numbered
  [channel][row][column]. Weights can be drawn, constant, inline or read from a \`.npy\` file (little-endian float32 or float64, C order).
- A \`delay\` of a projection is the same for all its synapses, and is not learned. A population of kind \`delayLine\` delays what comes in by \`delay\`, neuron by neuron, between ticks
  too; a plastic projection from a constant into its gate 'delay' learns these delays, by \`bptt\` (exactly, recurrent networks too), by \`eprop\` from a readout, by \`ostl\` with
  recurrence 'none' from the population above, whose filter of traces may be its membrane's (then exact but for the reset), or by perturbation. One line for each synapse, wired by
  \`list\`, makes them delays of synapses. Bound them: beyond 0 and \`longest\` a delay is read at the border. Boards, ONNX and NIR have no such delays and refuse them by name.
- \`learning.delay: D\`: what is taught at tick t is about tick t − D: targets, importance and labels are written D ticks later than they would be in time, and traces are
  kept as long. The gradient is that of targets in time, to the bit; O(D) values a neuron are kept, none a synapse.
- \`learning.target: "label"\`: the target of all ticks with importance since the last label is given once, with the label.
- A convolution shares its weights among all positions. It is taught by rules whose trace is the product of two vectors: \`decolle\`, \`eprop\`, \`ottt\`, \`etlp\` and \`eprop2\` on lif
  neurons without a filter of traces, the delta rule, and \`bptt\` on every neuron. There is no pooling: a stride thins out the maps.
- \`learning.block\`: traces and gradients are folded once in so many ticks; \`learning.update.ticks\` is a multiple of it.
- \`learning.window\`: the ticks over which bptt and eprop3 run backwards. \`learning.border\` names populations that say at the end of a window what later ones
  will charge it with, and learn that by the delta rule.
- NAME is a letter, then letters, digits, _ or -. \`(x)\` stands where the \`kind\` (\`of\`, \`pairing\`) of the object before it is x.
- A field in several rows takes any one of their forms; \`required\` says that the object around it cannot be without it.
- A normal or uniform \`weight\` has either \`gain\` or \`std\`.

| field | values | |
| --- | --- | --- |
${rows.join('\n')}

## Example

\`ganglion explain FILE.json\` takes this as it stands; \`ganglion explain heartbeat --json\` prints a full description under \`network\`.

\`\`\`json
${JSON.stringify(validate(example), null, 2)}
\`\`\`
`;
}

function modules(): string {
  const rows: string[] = [];
  walk(z.toJSONSchema(modulesSchema) as JsonSchema, 'modules', false, rows);
  walk(z.toJSONSchema(instanceSchema) as JsonSchema, 'populations.NAME', false, rows);
  return `## Modules

A network can be put together from named parts. \`modules\` holds them; where one is to be, an instance stands in the place of a population, and its populations run there.
Before anything is checked or compiled every instance is replaced by the parts of its module: what comes of it is a plain description like any other, which
\`ganglion explain FILE.json\` lists and \`--json\` prints whole. Every command and function that takes a network takes this.

- What a module calls \`hidden\` is \`INSTANCE-hidden\` outside, for populations, projections and feedbacks alike. Projections of instances come before those that are written beside them.
- \`{ "parameter": NAME }\` stands anywhere in a module for the value that an instance gives in \`with\`, of whatever kind: a number, a neuron, a rule. \`parameters\` holds the
  defaults; one that is null must be given.
- A name that is written in a module (\`pre\`, \`post\`, \`from\`, \`to\`, \`feedback\`, \`follows\`, \`spread\`) is one of its own; a name from outside comes as a parameter, and means what it
  means where it was given.
- Modules may hold instances of others, at most 16 in one another, never of themselves.
- A mistake in a part of a module is named with both places: \`populations.left → modules.column.populations.hidden.neuron.tauMem\`.

| field | values | |
| --- | --- | --- |
${rows.join('\n')}

\`\`\`json
${JSON.stringify(modular, null, 2)}
\`\`\`
`;
}

/** Path from the root → text. */
export const pages = (): Readonly<Record<string, string>> => ({
  'docs/OPS.md': ops(),
  'docs/ERRORS.md': errors(),
  'docs/COMMANDS.md': commandPage(),
  'docs/NETWORK.md': `${network()}\n${modules()}`,
  ...rulePages(),
});
