/** The pages of docs/ that are printed from the code's own tables, so that they cannot drift. */
import { z } from 'zod';
import { errorTable, opTable } from '../../runtime/index.ts';
import { networkSchema } from '../../runtime/network/schema.ts';

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
  readonly items?: JsonSchema;
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

/** One line a leaf: path, values, whether it is required. */
function walk(schema: JsonSchema, path: string, required: boolean, rows: string[]): void {
  const choices = schema.oneOf ?? schema.anyOf;
  const say = (values: string) => rows.push(`| \`${path}\` | ${cell(values)} | ${required ? 'required' : ''} |`);
  if (choices !== undefined) {
    const simple = choices.filter(
      ({ type, enum: values, const: constant }) =>
        constant !== undefined || values !== undefined || (type !== 'object' && type !== 'array'),
    );
    if (simple.length > 0) say(simple.map(describe).join(' or '));
    for (const choice of choices) {
      if (simple.includes(choice)) continue;
      const kind = choice.properties?.['kind']?.const ?? choice.properties?.['of']?.const;
      walk(choice, kind === undefined ? path : `${path}(${String(kind)})`, required, rows);
    }
    return;
  }
  if (schema.properties !== undefined) {
    for (const [name, inner] of Object.entries(schema.properties)) {
      if (inner.const !== undefined) continue;
      walk(inner, path === '' ? name : `${path}.${name}`, schema.required?.includes(name) ?? false, rows);
    }
    return;
  }
  if (typeof schema.additionalProperties === 'object') {
    walk(schema.additionalProperties, `${path}.NAME`, required, rows);
    return;
  }
  if (schema.type === 'array' && schema.items !== undefined) {
    if (schema.items.properties === undefined && schema.items.oneOf === undefined) say(`array of ${describe(schema.items)}`);
    else walk(schema.items, `${path}[]`, required, rows);
    return;
  }
  say(describe(schema));
}

function describe(schema: JsonSchema): string {
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
- Matrices are [pre][post]. Weights can be drawn, constant, inline or read from a \`.npy\` file (little-endian float32 or float64, C order).
- \`learning.target: "label"\`: the target of all ticks with importance since the last label is given once, with the label.

| field | values | |
| --- | --- | --- |
${rows.join('\n')}
`;
}

/** Path from the root → text. */
export const pages = (): Readonly<Record<string, string>> => ({
  'docs/OPS.md': ops(),
  'docs/ERRORS.md': errors(),
  'docs/NETWORK.md': network(),
});
