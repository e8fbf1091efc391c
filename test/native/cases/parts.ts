import { pad } from '../../../runtime/program/arena.ts';
import type { Operands, OpName, Region } from '../../../runtime/program/ops.ts';
import type { Layout } from '../layout.ts';

/** Operands for every op, at population sizes n and m. */
export type Cases = { readonly [Name in OpName]: (l: Layout, n: number, m: number) => Operands<Name> };

export const decays = (l: Layout) => ({ rho: l.scalar(0.5, 1), scale: l.scalar(0.01, 1) });

export const seeds = (l: Layout) => ({ seed: Math.floor(l.random() * 2 ** 32), group: Math.floor(l.random() * 9) });

export const leak = (l: Layout) => ({ kappa: l.scalar(0.5, 1), gain: l.scalar(0.01, 1) });

/** A block of eight ticks, of which a program has recorded seven. */
export const BLOCK = 8;

export const history = (l: Layout, n: number) => ({ history: l.matrix(BLOCK, n), hStride: pad(n), block: BLOCK });

/** Vectors of n, by name. */
export const vectors = <Names extends string>(l: Layout, n: number, ...names: readonly Names[]) =>
  Object.fromEntries(names.map((name) => [name, l.vector(n)])) as Record<Names, Region>;
