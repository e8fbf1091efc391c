import { type Attributes, type Constant, type Elements, elementType, encodeModel, type GraphNode, type Value } from './model-file.ts';

/** A tensor of the graph, by its name. */
export type Name = string;

/**
 * Writes a graph down node by node. Names of results are made up from the op; constants that are equal are one. Numbers are float32 but where it says
 * otherwise.
 */
export class GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #nodes: GraphNode[] = [];

  input(name: Name, dims: readonly number[]): Name {
    this.#inputs.push({ name, dims });
    return name;
  }

  /** What was computed as `from` leaves the graph as `name`. */
  output(name: Name, dims: readonly number[], from: Name): void {
    this.#nodes.push({ op: 'Identity', inputs: [from], output: name, attributes: {} });
    this.#outputs.push({ name, dims });
  }

  /** A tensor of float32, or of the type of `values`. */
  constant(name: Name, dims: readonly number[], values: Constant['values']): Name {
    this.#constants.set(name, { name, dims, values });
    return name;
  }

  number(value: number): Name {
    return this.constant(`number ${value}`, [], Float32Array.of(value));
  }

  whole(...values: readonly number[]): Name {
    return this.constant(`whole ${values.join(' ')}`, [values.length], BigInt64Array.from(values, BigInt));
  }

  node(op: string, inputs: readonly Name[], attributes: Attributes = {}): Name {
    const output = `${op} ${this.#nodes.length}`;
    this.#nodes.push({ op, inputs, output, attributes });
    return output;
  }

  cast(x: Name, to: Elements): Name {
    return this.node('Cast', [x], { to: elementType[to] });
  }

  /**
   * a·b + c rounded once, as the network has it: ONNX has no such op, but in float64 the product is exact and what its sum loses lies 29 bits below
   * float32.
   */
  fused(a: Name, b: Name, c: Name): Name {
    const product = this.node('Mul', [this.cast(a, 'double'), this.cast(b, 'double')]);
    return this.cast(this.node('Add', [product, this.cast(c, 'double')]), 'float');
  }

  bytes(name: string, notes: Readonly<Record<string, string>>): Uint8Array {
    return encodeModel({
      name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      constants: [...this.#constants.values()],
      nodes: this.#nodes,
      notes,
    });
  }
}
