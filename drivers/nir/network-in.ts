import { type Ms, type Network, type Population, type Projection, raise, validate } from '../../runtime/index.ts';
import { flatten } from './flat.ts';
import { type NirGraph, type NirNode, product } from './graph.ts';
import { Ledger, type Translation } from './losses.ts';
import { neuronOf, type Placed, type Reading } from './neurons-in.ts';
import { orderOf } from './order.ts';
import { populationTypes, shapesOf } from './shapes.ts';
import type { Discretization } from './time.ts';
import { type Entry, type Relay, waysOf } from './ways.ts';
import { oneToOne, type Weighted, weightedOf } from './weighted.ts';

export interface FromNirOptions {
  /** length of a tick, ms: a NIR file has none */
  readonly dt: Ms;
  /** ms of one unit of time of the file; default 1000, seconds */
  readonly timeUnit?: Ms;
  /** default 'exact' */
  readonly discretization?: Discretization;
  /** what a spike does: to v_reset at once, as NIR says ('zero', default), or by v_threshold − v_reset down a tick later ('subtract', as snnTorch does by default) */
  readonly reset?: 'zero' | 'subtract';
  /** take what stands for what has no exact form; default false: refuse it */
  readonly allowLossy?: boolean;
}

export interface FromNir extends Translation {
  readonly network: Network;
}

/** Numbers in a description that came of one file. */
const MOST_WEIGHTS = 2 ** 25;

/** Names that no other has, of the signs that a description takes. */
function namer(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    const signs = wanted.replaceAll(/[^A-Za-z0-9_-]/g, '-');
    const base = /^[A-Za-z]/.test(signs) ? signs : `node${signs}`;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    taken.add(name);
    return name;
  };
}

/** A population to be: a node, or a relay. */
interface Place extends Placed {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly entries: readonly Entry[];
  readonly delays?: readonly number[];
}

/** A relay sends what it receives. */
const passes = (size: number): Placed => ({
  neuron: { kind: 'integrator', tau: 0 },
  gain: new Float64Array(size).fill(1),
  constant: {},
});

/** By a gain of each neuron behind it, rounded to float32, as a description is run. */
function scaledBy({ connectivity, values, post }: Weighted, gain: Float64Array, path: string, ledger: Ledger): number[] {
  if (gain.every((g) => g === 1)) return Array.from(values, Math.fround);
  if (connectivity.kind === 'list') return Array.from(values, (value, at) => Math.fround(value * gain[connectivity.post[at]!]!));
  if (connectivity.kind === 'dense') return Array.from(values, (value, at) => Math.fround(value * gain[at % post]!));
  const { channels } = connectivity as { readonly channels: number };
  const [taps, places] = [values.length / channels, post / channels];
  if (gain.some((g, j) => g !== gain[places * Math.floor(j / places)]))
    ledger.refuse(path, 'a gain or a threshold that differs within a channel, behind shared weights,', 'make it one a channel');
  return Array.from(values, (value, at) => Math.fround(value * gain[places * Math.floor(at / taps)]!));
}

/**
 * A NIR graph as a network. Neurons become populations, what weighs between them a projection each, under the names of their nodes (GRAPH-NODE in an inner
 * graph). With u = v − v_reset a LIF is u ← α u + (1 − α)(R I + v_leak − v_reset), spike where u > v_threshold − v_reset, u ← 0 after it (or less the
 * threshold, with reset 'subtract'): R, w_in and thresholds that are to be subtracted fold into weights, thresholds that are compared and resting potentials into
 * synapses of a constant. Nodes that feed each other in a circle do so a tick late; a delay is a count of ticks. Order and rounding are in the file alone: the
 * same file is the same network.
 *
 * Throws ERR_NIR_FORMAT for a graph that is none, ERR_NO_SUCH_FORM with the path of a node that has no form here, or none without a loss.
 */
export function fromNir(graph: NirGraph, options: FromNirOptions): FromNir {
  const { dt, timeUnit: unit = 1000, discretization = 'exact', reset = 'zero', allowLossy = false } = options;
  const reading: Reading = { dt, unit, discretization, reset };
  const ledger = new Ledger('a network', allowLossy);
  const flat = flatten(graph, ledger);
  const shapes = shapesOf(flat);
  const named = namer();
  const names = new Map<string, string>();
  for (const [path, { type }] of flat.nodes) if (populationTypes.has(type)) names.set(path, named(path));
  const { entries, relays } = waysOf(flat, shapes, reading, named, ledger);

  const weighing = new Map<string, Weighted>();
  const weightedAt = (path: string): Weighted => {
    const known = weighing.get(path);
    if (known !== undefined) return known;
    const sender = flat.into.get(path)!.find((from) => shapes.has(from));
    const weighted = weightedOf(path, flat.nodes.get(path)!, sender === undefined ? undefined : shapes.get(sender), ledger);
    weighing.set(path, weighted);
    return weighted;
  };

  const places = new Map<string, Place>();
  const put = (place: Place): void => {
    if (place.size > 1_000_000) ledger.refuse(place.path, `a population of ${place.size}`, 'give it at most 1000000 neurons');
    places.set(place.name, place);
  };
  const shapeAt = (path: string): readonly number[] =>
    shapes.get(path) ?? raise('ERR_NIR_FORMAT', { path, value: 'nothing says how many neurons it has' });
  const placeNode = (path: string, node: NirNode): void => {
    const shape = shapeAt(path);
    const name = names.get(path)!;
    const size = product(shape);
    const { first, ...placed } = neuronOf(path, node, shape, reading, ledger);
    if (first === undefined) {
      put({ ...placed, path, name, size, entries: entries(path) });
      return;
    }
    const current = named(`${name}-current`);
    put({ ...passes(size), neuron: first, gain: placed.gain, path, name: current, size, entries: entries(path) });
    put({ ...passes(size), ...placed, gain: passes(size).gain, path, name, size, entries: [{ population: current, delay: 0 }] });
  };
  const placeRelay = ({ name, shape, entries: arriving, delays }: Relay): void => {
    const by = arriving.find((entry) => entry.by !== undefined)?.by;
    const size = by === undefined ? product(shape ?? shapeAt(name)) : weightedAt(by).post;
    put({ ...passes(size), path: name, name, size, entries: arriving, ...(delays && { delays }) });
  };
  for (const [path, node] of flat.nodes) if (populationTypes.has(node.type)) placeNode(path, node);
  for (const relay of relays.values()) placeRelay(relay);

  const senderOf = ({ population }: Entry): string => names.get(population) ?? population;
  const order = orderOf(
    [...places.keys()],
    [...places.values()].filter(({ neuron }) => neuron.kind === 'source').map(({ name }) => name),
    [...places.values()].flatMap((place) =>
      place.entries.flatMap((entry) =>
        (place.delays ?? [0]).map((late) => ({ from: senderOf(entry), to: place.name, delay: entry.delay + late })),
      ),
    ),
  );
  const rank = new Map(order.map((name, at) => [name, at]));

  const constants: Record<string, Population> = {};
  const projections: Record<string, Projection> = {};
  let total = 0;
  const inline = (values: readonly number[]): Projection['weight'] => {
    total += values.length;
    if (total > MOST_WEIGHTS) ledger.refuse('nodes', `more than ${MOST_WEIGHTS} weights`, 'import a smaller network');
    return { kind: 'inline', values };
  };
  let one: string | undefined;
  /** A synapse onto each neuron of a place from a constant of 1. */
  const add = (name: string, place: Place, gate: string | undefined, values: ArrayLike<number>): void => {
    if (one === undefined) {
      one = named('one');
      constants[one] = { size: 1, neuron: { kind: 'constant' } };
    }
    const weight = inline(Array.from(values, Math.fround));
    projections[named(name)] = { pre: one, post: place.name, ...(gate && { gate }), connectivity: { kind: 'dense' }, weight, delay: 0 };
  };
  const addBias = (name: string, place: Place, path: string, { bias, connectivity, post }: Weighted): void => {
    if (bias === undefined) return;
    if (connectivity.kind !== 'convolution') {
      add(
        `${name}-bias`,
        place,
        undefined,
        bias.map((value, j) => value * place.gain[j]!),
      );
      return;
    }
    const [channels, spots] = [connectivity.channels, post / connectivity.channels];
    const from = named(`${name}-one`);
    constants[from] = { size: spots, neuron: { kind: 'constant' } };
    const kernel: Weighted = {
      connectivity: { kind: 'convolution', input: imageOf(path, spots), channels, kernel: [1, 1] },
      pre: spots,
      post,
      values: bias,
      bias: undefined,
    };
    const weight = inline(scaledBy(kernel, place.gain, path, ledger));
    projections[named(`${name}-bias`)] = { pre: from, post: place.name, connectivity: kernel.connectivity, weight, delay: 0 };
  };
  /** The places of a convolution's output as an image of one channel. */
  function imageOf(path: string, spots: number): readonly [number, number, number] {
    const shape = shapes.get(path)!;
    const columns = shape.at(-1)!;
    return [1, spots / columns, columns];
  }

  const connect = (place: Place, entry: Entry, biased: Set<string>): void => {
    const from = senderOf(entry);
    const { size } = places.get(from)!;
    const weighted = entry.by === undefined ? oneToOne(new Float64Array(size).fill(1)) : weightedAt(entry.by);
    const where = entry.by ?? `${from}-${place.name}`;
    for (const [what, expected, got] of [
      [`what ${from} sends`, weighted.pre, size],
      [`what ${place.name} receives`, weighted.post, place.size],
    ] as const)
      if (expected !== got) raise('ERR_NIR_FORMAT', { path: where, value: `${what} has ${got} numbers, not ${expected}` });
    const back = rank.get(from)! >= rank.get(place.name)! ? 1 : 0;
    const values = scaledBy(weighted, place.gain, where, ledger);
    if (place.delays !== undefined) {
      for (const late of [...new Set(place.delays)].sort((a, b) => a - b)) {
        const rows = place.delays.flatMap((ticks, j) => (ticks === late ? [j] : []));
        projections[named(`${where}-${late}`)] = {
          pre: from,
          post: place.name,
          connectivity: { kind: 'list', pre: rows, post: rows },
          weight: inline(rows.map((j) => values[j]!)),
          delay: Math.max(entry.delay + late, back),
        };
      }
      return;
    }
    const name = named(where);
    projections[name] = {
      pre: from,
      post: place.name,
      connectivity: weighted.connectivity,
      weight: inline(values),
      delay: Math.max(entry.delay, back),
    };
    if (entry.by === undefined || biased.has(entry.by)) return;
    biased.add(entry.by);
    addBias(name, place, entry.by, weighted);
  };

  for (const name of order) {
    const place = places.get(name)!;
    const biased = new Set<string>();
    for (const entry of place.entries) connect(place, entry, biased);
    const { input, output, tauMem } = place.constant;
    if (input !== undefined) add(`${name}-leak`, place, undefined, input);
    if (output !== undefined) add(`${name}-threshold`, place, 'output', output);
    if (tauMem !== undefined) add(`${name}-tau`, place, 'tauMem', tauMem);
  }
  const populations = Object.fromEntries(order.map((name) => [name, { size: places.get(name)!.size, neuron: places.get(name)!.neuron }]));
  const network = validate({ dt, seed: 1, populations: { ...constants, ...populations }, projections });
  return { network, losses: ledger.losses, warnings: ledger.warnings };
}
