import type { z } from 'zod';
import { raise } from '../../runtime/index.ts';

const FIELDS = 'in docs/FLEET.md';

const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], root);

const printed = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);

/** Raises the first issue that a schema has found in `root`, with the path of the field, which begins with `name`. */
export function raiseFault(error: z.ZodError, root: unknown, name: string): never {
  const [first] = error.issues;
  // Of the forms that a value may have, the one that fails deepest is what was meant.
  const inner = first!.code === 'invalid_union' ? first!.errors.flat().toSorted((a, b) => b.path.length - a.path.length)[0] : undefined;
  const issue = inner === undefined || inner.path.length === 0 ? first! : { ...inner, path: [...first!.path, ...inner.path] };
  const path = [name, ...issue.path].join('.');
  const found = at(root, issue.path);
  if (issue.code === 'unrecognized_keys') return raise('ERR_UNKNOWN_FIELD', { path: `${path}.${issue.keys[0]}`, known: FIELDS });
  const expected =
    issue.code === 'invalid_type'
      ? `a value of type ${issue.expected}`
      : issue.code === 'invalid_union'
        ? `a form ${FIELDS}`
        : issue.message;
  if (found === undefined) return raise('ERR_MISSING_FIELD', { path, expected });
  if (issue.code === 'too_small' || issue.code === 'too_big')
    return raise('ERR_OUT_OF_RANGE', {
      path,
      bound: issue.code === 'too_small' ? `≥ ${issue.minimum}` : `≤ ${issue.maximum}`,
      value: printed(found),
      remedy: 'correct the value',
    });
  return raise('ERR_WRONG_TYPE', { path, expected, value: printed(found) });
}
