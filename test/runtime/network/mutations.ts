/** Descriptions with mistakes drawn at random. */
import fc from 'fast-check';
import { type Draft, wholeNetwork } from './networks.ts';

type Path = readonly (string | number)[];
const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
    : [path];
const at = (root: unknown, path: Path): unknown => path.reduce((value, key) => (value as Draft | undefined)?.[key], root);

const numbers = [0, 1, 2, 3, 4, 5, 7, 64, 0.1, 0.5, 1e-6, -1, -0.5, 1e-38, 3e38, 1e300];
const words = [
  ...new Set(
    pathsOf(wholeNetwork())
      .map((path) => at(wholeNetwork(), path))
      .filter((value) => typeof value === 'string'),
  ),
  'label',
  'carry',
  'crossEntropy',
  'zero',
  'all',
  '',
];
const anything = fc.oneof(
  fc.constantFrom(null, undefined, Number.NaN, [], {}, [0], [0, 0], '__proto__', true, { feedback: 'broadcast' }),
  fc.jsonValue(),
);

/** One change to a description: mostly to another value of the same type, which alone reaches the later checks and the compiler. */
export const mutationOf = (description: unknown) => {
  const places = pathsOf(description).filter((path) => path.length > 0);
  return fc.record({
    place: fc.constantFrom(...places),
    from: fc.constantFrom(...places),
    how: fc.constantFrom('other', 'other', 'other', 'other', 'copy', 'delete', 'repeat', 'anything'),
    pick: fc.nat(),
    value: anything,
  });
};
export const mutation = mutationOf(wholeNetwork());

export interface Mutation {
  readonly place: Path;
  readonly from: Path;
  readonly how: string;
  readonly pick: number;
  readonly value: unknown;
}

export function mutate(network: Draft, { place, from, how, pick, value }: Mutation): void {
  const parent = at(network, place.slice(0, -1)) as Draft | undefined;
  const key = place.at(-1)!;
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return;
  const old: unknown = parent[key];
  if (how === 'other') {
    if (typeof old === 'number') parent[key] = numbers[pick % numbers.length];
    else if (typeof old === 'string') parent[key] = words[pick % words.length];
    else if (typeof old === 'boolean') parent[key] = !old;
  } else if (how === 'copy') parent[key] = structuredClone(at(network, from));
  else if (how === 'delete') delete parent[key];
  else if (how === 'repeat')
    Array.isArray(parent) ? parent.push(structuredClone(old)) : Object.assign(parent, { [`${key}2`]: structuredClone(old) });
  else parent[key] = structuredClone(value);
}
