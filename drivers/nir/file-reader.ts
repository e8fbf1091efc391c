import { statSync } from 'node:fs';
import type * as hdf5 from 'h5wasm/node';
import { ControllerError, raise } from '../../runtime/index.ts';
import { isGraph, type NirArray, type NirEdge, type NirGraph, type NirNode, product } from './graph.ts';

/** What a file may hold: whoever needs more has a network that does not fit a description in JSON either. */
const MOST_NODES = 4096;
const MOST_NUMBERS = 2 ** 25;
const DEEPEST = 16;
/** HDF5 classes of types. */
const kinds = { integer: 0, float: 1, string: 3 } as const;

type Library = typeof hdf5.default;

/** What is wrong: of the stack that HDF5 tells, its innermost entry, without the place in HDF5's source. */
export function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const entries = [...text.matchAll(/^ *#\d+: .* in \w+\(\): (.*)$/gm)];
  return (entries.at(-1)?.[1] ?? text.split('\n', 1)[0]!).slice(0, 200);
}

/** HDF5 as WebAssembly, which throws where HDF5 itself would print. */
export async function library(): Promise<Library> {
  try {
    const { default: loaded } = await import('h5wasm/node');
    (await loaded.ready).activate_throwing_error_handler();
    return loaded;
  } catch (cause) {
    return raise('ERR_OPTIONAL_PACKAGE', { name: 'h5wasm', reason: messageOf(cause), remedy: 'npm install h5wasm@0.10.3' }, cause);
  }
}

class Reader {
  readonly #library: Library;
  readonly #path: string;
  #nodes = 0;
  #numbers = 0;

  constructor(loaded: Library, path: string) {
    this.#library = loaded;
    this.#path = path;
  }

  refuse(value: string): never {
    return raise('ERR_NIR_FORMAT', { path: this.#path, value });
  }

  /** A member that is stored in this file: a link may lead to any other. */
  member(group: hdf5.Group, name: string): hdf5.Group | hdf5.Dataset | undefined {
    if (!group.keys().includes(name)) return undefined;
    if (group.get_external_link(`${group.path}/${name}`).filename !== undefined)
      this.refuse(`${group.path}/${name} is a link to another file`);
    const found = group.get(name);
    if (found instanceof this.#library.Group || found instanceof this.#library.Dataset) return found;
    return this.refuse(`${group.path}/${name} is a link or a type, not data`);
  }

  group(parent: hdf5.Group, name: string): hdf5.Group {
    const found = this.member(parent, name);
    return found instanceof this.#library.Group ? found : this.refuse(`there is no group ${name} in ${parent.path}`);
  }

  /** Text or numbers of a dataset; undefined of other types, which no node that can be read here has. */
  data(dataset: hdf5.Dataset): NirArray | string | readonly string[] | undefined {
    const { type, size } = dataset.metadata;
    const shape = dataset.shape ?? this.refuse(`${dataset.path} is empty`);
    this.#numbers += product(shape);
    if (!(this.#numbers <= MOST_NUMBERS) || size > 2 ** 16)
      this.refuse(`${dataset.path} of ${shape.join(' × ')} is beyond the ${MOST_NUMBERS} numbers of a file`);
    if (type === kinds.string) {
      const text = dataset.value;
      return Array.isArray(text) ? text.map(String) : String(text);
    }
    if (type !== kinds.integer && type !== kinds.float) return undefined;
    const value = dataset.value as ArrayLike<number | bigint> | number | bigint | null;
    const values = value === null ? [] : typeof value === 'object' ? value : [value];
    if (values.length !== product(shape)) this.refuse(`${dataset.path} has ${values.length} numbers, not ${shape.join(' × ')}`);
    return { shape, values: Float64Array.from(values, Number) };
  }

  /** The text of a dataset, undefined where there is none. */
  text(group: hdf5.Group, name: string): string | undefined {
    const found = this.member(group, name);
    if (found === undefined) return undefined;
    const value = found instanceof this.#library.Dataset ? this.data(found) : undefined;
    return typeof value === 'string' ? value : this.refuse(`${group.path}/${name} must be text`);
  }

  edges(group: hdf5.Group): NirEdge[] {
    const found = this.member(group, 'edges');
    if (!(found instanceof this.#library.Dataset)) return this.refuse(`${group.path} has no edges`);
    const { shape } = found;
    const value = this.data(found);
    // Python writes a list without edges as numbers.
    if (shape !== null && product(shape) === 0) return [];
    if (!Array.isArray(value) || shape === null || shape.length !== 2 || shape[1] !== 2)
      return this.refuse(`${group.path}/edges must be N × 2 names`);
    const names = value as readonly string[];
    return Array.from({ length: shape[0]! }, (_, at) => [names[2 * at]!, names[2 * at + 1]!]);
  }

  node(group: hdf5.Group, depth: number): NirNode | NirGraph {
    if (++this.#nodes > MOST_NODES) this.refuse(`it has more than ${MOST_NODES} nodes`);
    if (depth > DEEPEST) this.refuse(`${group.path} is nested deeper than ${DEEPEST} graphs`);
    const type = this.text(group, 'type') ?? this.refuse(`${group.path} has no type`);
    if (type === 'NIRGraph') {
      const nodes = this.group(group, 'nodes');
      return {
        type,
        nodes: new Map(nodes.keys().map((name) => [name, this.node(this.group(nodes, name), depth + 1)])),
        edges: this.edges(group),
      };
    }
    const fields = new Map<string, NirArray | string>();
    for (const name of group.keys()) {
      const found = name === 'type' || name === 'metadata' ? undefined : this.member(group, name);
      if (!(found instanceof this.#library.Dataset)) continue;
      const value = this.data(found);
      if (value !== undefined && (typeof value === 'string' || 'values' in value)) fields.set(name, value as NirArray | string);
    }
    return { type, fields };
  }

  graph(root: hdf5.Group): NirGraph {
    const version = this.text(root, 'version');
    if (version !== undefined && !/^[01]\./.test(version)) this.refuse(`it is of NIR ${version}, and 1 is what can be read`);
    const read = this.node(this.group(root, 'node'), 0);
    return isGraph(read) ? read : this.refuse(`its root is a ${read.type}, not a NIRGraph`);
  }
}

/** Reads the graph in a file, in this thread. HDF5 that has once thrown is of no use any more: for files of unknown bytes there is `readNir`. */
export async function readGraph(path: string): Promise<NirGraph> {
  const loaded = await library();
  const reader = new Reader(loaded, path);
  let file: hdf5.File | undefined;
  try {
    // A pipe would be waited for without end.
    if (!statSync(path).isFile()) reader.refuse('it is not a regular file');
    file = new loaded.File(path, 'r');
    return reader.graph(file);
  } catch (cause) {
    if (cause instanceof ControllerError) throw cause;
    return raise('ERR_NIR_FORMAT', { path, value: messageOf(cause) }, cause);
  } finally {
    try {
      file?.close();
    } catch {
      // What cannot be read whole may not close either; it was opened to read.
    }
  }
}
