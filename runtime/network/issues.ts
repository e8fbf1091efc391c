import type { z } from 'zod';
import { raise } from '../errors.ts';
import { print, printNames, printPath } from './plain.ts';

const FIELDS = 'in docs/NETWORK.md';

/** What the schema's types are called in a message. */
const types: Readonly<Record<string, string>> = {
  number: 'a finite number',
  int: 'a whole number',
  string: 'a string',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
};

const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value === null || typeof value !== 'object' ? undefined : (value as Record<PropertyKey, unknown>)[key]),
    root,
  );

/** Raises one issue of the schema as a DescriptionError that names path, invariant and value. */
export function raiseIssue(issue: z.core.$ZodIssue, root: unknown): never {
  const path = printPath(issue.path);
  const found = at(root, issue.path);
  const value = print(found);
  switch (issue.code) {
    case 'unrecognized_keys':
      return raise('ERR_UNKNOWN_FIELD', { path: printPath([...issue.path, issue.keys[0] ?? '']), known: FIELDS });
    case 'invalid_type': {
      const expected = types[issue.expected] ?? `a value of type ${issue.expected}`;
      if (found === undefined) return raise('ERR_MISSING_FIELD', { path, expected });
      if (expected === 'an object') return raise('ERR_NOT_AN_OBJECT', { path, value, expected: `{ … } with the fields ${FIELDS}` });
      return raise('ERR_WRONG_TYPE', { path, expected, value });
    }
    case 'too_small':
      return raise('ERR_OUT_OF_RANGE', {
        path,
        bound: `${sizeOf(issue.origin)}${issue.inclusive ? '≥' : '>'} ${issue.minimum}`,
        value,
        remedy: 'choose a larger value',
      });
    case 'too_big':
      return raise('ERR_OUT_OF_RANGE', {
        path,
        bound: `${sizeOf(issue.origin)}${issue.inclusive ? '≤' : '<'} ${issue.maximum}`,
        value,
        remedy: 'choose a smaller value',
      });
    case 'invalid_value':
      return raiseUnknown(path, found, issue.values.map(String));
    case 'invalid_union':
      return raiseUnion(issue, found, root);
    case 'invalid_key':
      return raise('ERR_WRONG_TYPE', {
        path,
        expected: 'a name (a letter, then letters, digits, _ or -)',
        value: print(issue.path.at(-1)),
      });
    default:
      return raise('ERR_WRONG_TYPE', { path, expected: issue.message, value });
  }
}

const sizeOf = (origin: string): string => (origin === 'array' || origin === 'string' ? 'length ' : '');

function raiseUnknown(path: string, found: unknown, known: readonly string[]): never {
  if (found === undefined) return raise('ERR_MISSING_FIELD', { path, expected: `one of ${known.join(', ')}` });
  return raise('ERR_UNKNOWN_KIND', {
    what: typeof found === 'string' ? 'kind' : 'value',
    path,
    value: print(found),
    known: printNames(known),
  });
}

/** Of several forms that a value could have had, the one whose type it has is what was meant; without one, all are named. */
function raiseUnion(issue: z.core.$ZodIssueInvalidUnion, found: unknown, root: unknown): never {
  const path = printPath(issue.path);
  if (issue.errors.length === 0)
    return raiseUnknown(path, found, ('options' in issue && Array.isArray(issue.options) ? issue.options : []).map(String));
  const forms = issue.errors.map(([first]) => first).filter((first) => first !== undefined);
  const meant =
    forms.find((first) => first.path.length > 0) ?? forms.find(({ code }) => code !== 'invalid_type' && code !== 'invalid_value');
  if (meant !== undefined) return raiseIssue({ ...meant, path: [...issue.path, ...meant.path] }, root);
  const named = forms.map((form) =>
    form.code === 'invalid_value'
      ? form.values.map((value) => `'${String(value)}'`).join(' or ')
      : form.code === 'invalid_type'
        ? (types[form.expected] ?? form.expected)
        : form.message,
  );
  const expected = named.join(' or ');
  if (found === undefined) return raise('ERR_MISSING_FIELD', { path, expected });
  if (typeof found === 'string' && forms.some(({ code }) => code === 'invalid_value'))
    return raise('ERR_UNKNOWN_KIND', { what: 'kind', path, value: print(found), known: expected });
  return raise('ERR_WRONG_TYPE', { path, expected, value: print(found) });
}
