import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import * as errors from '../../runtime/errors.ts';
import { ControllerError, controllerError, type ErrorCode, errorTable, raise } from '../../runtime/errors.ts';
import { root } from '../house/root.ts';
import { filesIn, typescriptSources } from '../house/sources.ts';

const codes = Object.keys(errorTable) as ErrorCode[];
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
const sources = typescriptSources(root).filter((file) => !file.startsWith('test/'));
const table = 'runtime/errors.ts';

/** Codes of Node itself, which sources look for and documents explain. */
const foreign = /^ERR_(MODULE_NOT_FOUND|INVALID_ARG_\w+|STREAM_\w+|WORKER_\w+)$/;
const mentioned = (text: string): string[] => (text.match(/\bERR_[A-Z0-9_]+\b/g) ?? []).filter((code) => !foreign.test(code));

const placeholdersOf = (code: ErrorCode): string[] => {
  const { message, remedy } = errorTable[code];
  return [...new Set([...`${message}${remedy}`.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!))];
};

/** The text from an opening bracket to its closing one; brackets in strings are taken to be balanced. */
function balanced(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if ('({['.includes(text[at]!)) depth++;
    if (')}]'.includes(text[at]!) && --depth === 0) return text.slice(from, at + 1);
  }
  return text.slice(from);
}

interface Raised {
  readonly file: string;
  readonly code: string;
  /** the object literal of values, or undefined where they are built elsewhere */
  readonly values: string | undefined;
}

function raisedIn(file: string): Raised[] {
  const text = read(file);
  return [...text.matchAll(/\b(?:raise|controllerError)\(\s*'(\w+)'\s*(,\s*)?(\{)?/g)].map((match) => ({
    file,
    code: match[1]!,
    values: match[3] !== undefined ? balanced(text, match.index + match[0].length - 1) : match[2] === undefined ? '' : undefined,
  }));
}

const raised = sources.filter((file) => file !== table).flatMap(raisedIn);

test('every code of the table is raised somewhere in the sources', (t) => {
  const used = new Set(sources.filter((file) => file !== table).flatMap((file) => mentioned(read(file))));
  t.deepEqual(
    codes.filter((code) => !used.has(code)),
    [],
  );
  t.true(raised.length > codes.length);
});

test('no source, test or document names a code that is not in the table', (t) => {
  const documents = [
    'README.md',
    'DECISIONS.md',
    'CHANGELOG.md',
    ...filesIn(root, 'docs'),
    ...filesIn(root, 'firmware-bridge').filter((file) => file.endsWith('.md')),
  ];
  for (const file of [...typescriptSources(root), ...documents].filter((name) => fs.existsSync(path.join(root, name)))) {
    const unknown = mentioned(read(file)).filter(
      (code) => !codes.includes(code as ErrorCode) && !(file.startsWith('test/') && code === 'ERR_X'),
    );
    t.deepEqual(unknown, [], file);
  }
});

test('docs/ERRORS.md has every code with its class, message and remedy, and no other', (t) => {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = read('docs/ERRORS.md')
    .split('\n')
    .filter((line) => line.startsWith('| `ERR_'));
  const normalized = rows.map((row) => row.replace(/\s+\|/g, ' |'));
  t.deepEqual(
    normalized,
    Object.entries(errorTable).map(([code, { kind, message, remedy }]) => `| \`${code}\` | ${kind} | ${cell(message)} | ${cell(remedy)} |`),
  );
});

test('whoever raises an error fills in everything that its message and remedy ask for', (t) => {
  for (const { file, code, values } of raised) {
    if (values === undefined || values.includes('...')) continue;
    const missing = placeholdersOf(code as ErrorCode).filter((name) => !new RegExp(`\\b${name}\\b\\s*[:,}]`).test(values));
    t.deepEqual(missing, [], `${code} in ${file}`);
  }
});

test('an error has the class of its code, message and remedy filled in, path and cause', (t) => {
  const classes = errors as unknown as Record<string, new (...args: never[]) => Error>;
  for (const code of codes) {
    const values = Object.fromEntries(placeholdersOf(code).map((name) => [name, `<${name}>`]));
    const cause = new Error('beneath');
    const error = controllerError(code, values, cause);
    t.true(error instanceof ControllerError && error instanceof classes[errorTable[code].kind]!, code);
    t.is(error.name, errorTable[code].kind);
    t.is(error.code, code);
    t.is(error.cause, cause);
    t.is(error.path, 'path' in values ? '<path>' : undefined);
    t.false(/\{\w+\}/.test(error.message + error.remedy), `${error.message}; ${error.remedy}`);
    t.true(error.message.length > 5 && error.remedy.length > 5, code);
    t.throws(() => raise(code, values), { instanceOf: classes[errorTable[code].kind]!, message: error.message });
  }
});

test('values are put in as they are: braces and dollars in them mean nothing', (t) => {
  const error = controllerError('ERR_BAD_JSON', { path: '{value}', value: '$& $1 {path}' });
  t.is(error.message, '{value} is not valid JSON: $& $1 {path}');
  t.is(error.path, '{value}');
  t.false('cause' in error);
});
