/**
 * A NIR graph as plain data (Neuromorphic Intermediate Representation, Pedersen et al. 2024; files of nir 1.0): nodes by name, each with the arrays of its
 * type, and edges from name to name. A node may be a graph of its own.
 */

/** Numbers in the order of `shape`, the last index fastest; a scalar has the shape []. */
export interface NirArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export interface NirNode {
  readonly type: string;
  readonly fields: ReadonlyMap<string, NirArray | string>;
}

export type NirEdge = readonly [from: string, to: string];

export interface NirGraph {
  readonly type: 'NIRGraph';
  readonly nodes: ReadonlyMap<string, NirNode | NirGraph>;
  readonly edges: readonly NirEdge[];
}

export const isGraph = (node: NirNode | NirGraph): node is NirGraph => 'nodes' in node;

export const product = (shape: readonly number[]): number => shape.reduce((all, side) => all * side, 1);

export const nirArray = (shape: readonly number[], values: ArrayLike<number>): NirArray => ({ shape, values: Float64Array.from(values) });

export const nirNode = (type: string, fields: Readonly<Record<string, NirArray | string>> = {}): NirNode => ({
  type,
  fields: new Map(Object.entries(fields)),
});
