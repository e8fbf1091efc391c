import { raise } from '../errors.ts';

/** Deeper or larger than any description; what is beyond would cost time or the stack before it is refused. Numbers are not counted. */
const MAX_DEPTH = 16;
export const MAX_FIELDS = 50_000;
const MAX_KEY = 40;
const MAX_TEXT = 80;
const MAX_NAMES = 12;

const clip = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** A value as a message shows it: short, whatever it is. */
export function print(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return clip(`'${value}'`, MAX_TEXT);
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === null || typeof value !== 'object') return clip(String(value), MAX_TEXT);
  const fields = Object.entries(value).slice(0, MAX_NAMES);
  const text = fields.map(
    ([key, inner]) =>
      `${clip(key, MAX_KEY)}: ${typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? '{…}' : print(inner)}`,
  );
  return clip(`{${text.join(', ')}}`, MAX_TEXT);
}

/** Names as a remedy shows them. */
export function printNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => clip(name, MAX_KEY));
  if (shown.length === 0) return 'none yet';
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

/** `projections.recurrent.plasticity.terms[0].filter`; the empty path is the network. */
export function printPath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${clip(String(key), MAX_KEY)}`)).join('');
  return text === '' ? 'the network' : text.replace(/^\./, '');
}

/** Refuses what no JSON file can hold, and what is too deep or too large to be a description, before the schema walks through it. */
export function checkPlain(root: unknown): void {
  const path: PropertyKey[] = [];
  let fields = 0;

  const inside = (key: PropertyKey, value: unknown): void => {
    path.push(key);
    visit(value);
    path.pop();
  };
  const visit = (value: unknown): void => {
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) raise('ERR_WRONG_TYPE', { path: printPath(path), expected: 'a finite number', value });
      return;
    }
    if (value !== null && ++fields > MAX_FIELDS)
      raise('ERR_OUT_OF_RANGE', {
        path: 'the network',
        bound: `at most ${MAX_FIELDS} fields, numbers not counted,`,
        value: 'more',
        remedy: 'use fewer and larger populations',
      });
    if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') {
      raise('ERR_WRONG_TYPE', { path: printPath(path), expected: 'plain data, as in JSON,', value: print(value) });
    }
    if (typeof value !== 'object' || value === null) return;
    if (path.length >= MAX_DEPTH)
      raise('ERR_OUT_OF_RANGE', {
        path: printPath(path),
        bound: `at most ${MAX_DEPTH} levels of fields`,
        value: 'more',
        remedy: 'keep to the fields in docs/NETWORK.md',
      });
    if (Array.isArray(value)) {
      // What else stands in an array, the schema names at once.
      for (let index = 0; index < value.length; index++)
        if (typeof value[index] === 'number' || typeof value[index] === 'object') inside(index, value[index]);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (key === '__proto__') raise('ERR_UNKNOWN_FIELD', { path: printPath([...path, key]), known: 'in docs/NETWORK.md' });
      inside(key, inner);
    }
  };
  visit(root);
}
