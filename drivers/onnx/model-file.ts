import protobuf from 'protobufjs/light.js';

/**
 * An ONNX model as bytes: the part of the format's messages (IR version 8, operator set 17; field numbers of onnx.proto3) that the graph of a network needs.
 */

export type Elements = 'float' | 'int64' | 'double';

/** A constant: numbers in the order of `dims`, the last index fastest. */
export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array | Float64Array;
}

/** An attribute of whole numbers; one number is not a list. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
}

/** A float32 tensor that goes in or out. */
export interface Value {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly GraphNode[];
  /** text beside the graph, for whoever opens it */
  readonly notes: Readonly<Record<string, string>>;
}

const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ type, id, rule: 'repeated' });

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field('int64', 1),
        producerName: field('string', 2),
        graph: field('Graph', 7),
        opsetImport: repeated('Opset', 8),
        metadataProps: repeated('Entry', 14),
      },
    },
    Opset: { fields: { domain: field('string', 1), version: field('int64', 2) } },
    Entry: { fields: { key: field('string', 1), value: field('string', 2) } },
    Graph: {
      fields: {
        node: repeated('Node', 1),
        name: field('string', 2),
        initializer: repeated('Tensor', 5),
        input: repeated('ValueInfo', 11),
        output: repeated('ValueInfo', 12),
      },
    },
    Node: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: field('string', 3),
        opType: field('string', 4),
        attribute: repeated('Attribute', 5),
      },
    },
    Attribute: { fields: { name: field('string', 1), i: field('int64', 3), ints: repeated('int64', 8), type: field('int32', 20) } },
    Tensor: {
      fields: { dims: repeated('int64', 1), dataType: field('int32', 2), name: field('string', 8), rawData: field('bytes', 9) },
    },
    ValueInfo: { fields: { name: field('string', 1), type: field('Type', 2) } },
    Type: { fields: { tensorType: field('TensorType', 1) } },
    TensorType: { fields: { elemType: field('int32', 1), shape: field('Shape', 2) } },
    Shape: { fields: { dim: repeated('Dimension', 1) } },
    Dimension: { fields: { dimValue: field('int64', 1) } },
  },
});

/** TensorProto.DataType */
export const elementType: Readonly<Record<Elements, number>> = { float: 1, int64: 7, double: 11 };
/** AttributeProto.AttributeType */
const attributeType = { int: 2, ints: 7 } as const;

const typeOf = (values: Constant['values']): Elements =>
  values instanceof Float32Array ? 'float' : values instanceof Float64Array ? 'double' : 'int64';

const valueInfo = ({ name, dims }: Value) => ({
  name,
  type: { tensorType: { elemType: elementType.float, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});

const attribute = ([name, value]: readonly [string, number | readonly number[]]) =>
  typeof value === 'number' ? { name, i: value, type: attributeType.int } : { name, ints: value, type: attributeType.ints };

export function encodeModel({ name, inputs, outputs, constants, nodes, notes }: Graph): Uint8Array {
  const model = {
    irVersion: 8,
    producerName: 'ganglion',
    opsetImport: [{ domain: '', version: 17 }],
    metadataProps: Object.entries(notes).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
      initializer: constants.map(({ name, dims, values }) => ({
        name,
        dims,
        dataType: elementType[typeOf(values)],
        // Raw data are little-endian, as are the machines that this runs on.
        rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      })),
      node: nodes.map(({ op, inputs, output, attributes }) => ({
        input: inputs,
        output: [output],
        name: output,
        opType: op,
        attribute: Object.entries(attributes).map(attribute),
      })),
    },
  };
  const type = root.lookupType('Model');
  return type.encode(type.create(model)).finish();
}
