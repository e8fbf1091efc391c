import { raise } from '../../runtime/index.ts';
import { isGraph, type NirEdge, type NirGraph, type NirNode } from './graph.ts';
import type { Ledger } from './losses.ts';

/** A graph without graphs in it. Nodes are named by their path, GRAPH.NODE; what enters and leaves an inner graph is a node of type Joint. */
export interface FlatGraph {
  readonly nodes: ReadonlyMap<string, NirNode>;
  /** who sends to a node */
  readonly into: ReadonlyMap<string, readonly string[]>;
}

const refuse = (path: string, value: string): never => raise('ERR_NIR_FORMAT', { path, value });

export function flatten(graph: NirGraph, ledger: Ledger): FlatGraph {
  const nodes = new Map<string, NirNode>();
  const into = new Map<string, string[]>();
  const edges: NirEdge[] = [];
  place(graph, '');
  for (const name of nodes.keys()) into.set(name, []);
  for (const [from, to] of edges) {
    const senders = into.get(to)!;
    if (senders.includes(from)) ledger.warn(`${from} → ${to}`, 'a second edge between the same nodes is left out');
    else senders.push(from);
  }
  return { nodes, into };

  /** The ends of a graph, inside it. */
  function place(inner: NirGraph, prefix: string): { readonly inputs: string[]; readonly outputs: string[] } {
    const ends = { inputs: [] as string[], outputs: [] as string[] };
    const graphs = new Map<string, { readonly inputs: string[]; readonly outputs: string[] }>();
    for (const [name, node] of inner.nodes) {
      const path = `${prefix}${name}`;
      if (isGraph(node)) {
        graphs.set(name, place(node, `${path}.`));
        continue;
      }
      if (nodes.has(path)) refuse(path, 'there are two nodes of this path');
      if (node.type === 'Input') ends.inputs.push(path);
      if (node.type === 'Output') ends.outputs.push(path);
      const isJoint = prefix !== '' && (node.type === 'Input' || node.type === 'Output');
      nodes.set(path, isJoint ? { ...node, type: 'Joint' } : node);
    }
    const end = (name: string, side: 'inputs' | 'outputs'): string => {
      const nested = graphs.get(name);
      if (nested === undefined)
        return inner.nodes.has(name) ? `${prefix}${name}` : refuse(`${prefix}edges`, `an edge names '${name}', which is no node`);
      if (nested[side].length === 1) return nested[side][0]!;
      return refuse(`${prefix}${name}`, `a graph inside a graph needs one Input and one Output, and has ${nested[side].length} ${side}`);
    };
    for (const [from, to] of inner.edges) edges.push([end(from, 'outputs'), end(to, 'inputs')]);
    return ends;
  }
}
