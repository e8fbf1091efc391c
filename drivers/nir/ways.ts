import { raise } from '../../runtime/index.ts';
import { broadcast, common, required } from './fields.ts';
import type { FlatGraph } from './flat.ts';
import { product } from './graph.ts';
import type { Ledger } from './losses.ts';
import { passingTypes, populationTypes, weightedTypes } from './shapes.ts';
import type { Timing } from './time.ts';

/** What enters a node: values of a population, some ticks late, by way of at most one node that weighs. */
export interface Entry {
  readonly population: string;
  readonly delay: number;
  readonly by?: string;
}

/**
 * A population that passes on in the same tick what it receives (an integrator of tau 0): between two nodes that weigh, behind a delay of each neuron, and
 * before an Output that something weighs.
 */
export interface Relay {
  readonly name: string;
  readonly shape: readonly number[] | undefined;
  readonly entries: readonly Entry[];
  /** ticks of each neuron, where they differ */
  readonly delays?: readonly number[];
}

export interface Ways {
  readonly entries: (path: string) => readonly Entry[];
  readonly relays: ReadonlyMap<string, Relay>;
}

/** Sums of ways grow with each diamond that they go through. */
const MOST_ENTRIES = 2 ** 12;
const MOST_TICKS = 1_000_000;

/** Ways into each population, back to the populations that they begin at; what only passes on is gone, a node that weighs stands on its way. */
export function waysOf(
  { nodes, into }: FlatGraph,
  shapes: ReadonlyMap<string, readonly number[]>,
  { dt, unit }: Timing,
  named: (wanted: string) => string,
  ledger: Ledger,
): Ways {
  const relays = new Map<string, Relay>();
  const joined = new Map<string, Entry>();
  const sent = new Map<string, readonly Entry[]>();
  const open: string[] = [];

  const refuse = (path: string, value: string): never => raise('ERR_NIR_FORMAT', { path, value });

  function relay(wanted: string, entries: readonly Entry[], shape: readonly number[] | undefined, delays?: readonly number[]): Entry {
    const key = JSON.stringify([entries, delays]);
    const existing = joined.get(key);
    if (existing !== undefined) return existing;
    const name = named(wanted);
    relays.set(name, { name, shape, entries, ...(delays && { delays }) });
    const entry = { population: name, delay: 0 };
    joined.set(key, entry);
    return entry;
  }

  /** What comes in, with nothing that weighs on the way. */
  const plain = (path: string): readonly Entry[] => {
    const entries = entriesOf(path);
    if (entries.every(({ by }) => by === undefined)) return entries;
    return [
      relay(
        `${entries.find(({ by }) => by !== undefined)!.by}-out`,
        entries,
        shapes.get(into.get(path)!.find((sender) => shapes.has(sender))!),
      ),
    ];
  };

  function ticksOf(path: string): number | readonly number[] {
    const field = required(path, nodes.get(path)!, 'delay');
    const ticks = Array.from(field.values, (value) => {
      const exactly = (value * unit) / dt;
      if (!(exactly >= 0 && exactly <= MOST_TICKS))
        ledger.refuse(`${path}.delay`, `a delay of ${value}, ${exactly} ticks,`, `give 0 to ${MOST_TICKS} ticks: see --time-unit and --dt`);
      const whole = Math.round(exactly);
      if (Math.abs(exactly - whole) > 1e-4) ledger.lose(`${path}.delay`, `a delay of ${exactly} ticks`, `it takes ${whole}`);
      return whole;
    });
    const one = common(ticks);
    if (one !== undefined) return one;
    if (ticks.length === 0) return refuse(`${path}.delay`, 'a delay is required');
    const shape = shapes.get(path) ?? [ticks.length];
    return [...broadcast(path, 'delay', { shape: field.shape, values: Float64Array.from(ticks) }, shape, ledger)];
  }

  function sentBy(path: string): readonly Entry[] {
    const { type } = nodes.get(path)!;
    if (populationTypes.has(type)) return [{ population: path, delay: 0 }];
    const known = sent.get(path);
    if (known !== undefined) return known;
    if (open.includes(path))
      refuse(open.slice(open.indexOf(path)).join(' → '), 'it goes in a circle in which no time passes: there must be a neuron in it');
    if (into.get(path)!.length === 0) refuse(path, `this ${type} receives nothing; an edge to it is missing`);
    open.push(path);
    let result: readonly Entry[];
    if (weightedTypes.has(type)) result = plain(path).map((entry) => ({ ...entry, by: path }));
    else if (type !== 'Delay') result = entriesOf(path);
    else {
      const ticks = ticksOf(path);
      result =
        typeof ticks === 'number'
          ? entriesOf(path).map((entry) => ({ ...entry, delay: entry.delay + ticks }))
          : [relay(path, plain(path), [ticks.length], ticks)];
    }
    open.pop();
    sent.set(path, result);
    return result;
  }

  function entriesOf(path: string): readonly Entry[] {
    const entries = into.get(path)!.flatMap(sentBy);
    return entries.length <= MOST_ENTRIES ? entries : refuse(path, `it is reached in more than ${MOST_ENTRIES} ways`);
  }

  for (const [path, { type }] of nodes) {
    const receives = into.get(path)!.length > 0;
    if (type === 'Input' ? receives : !receives)
      refuse(path, receives ? 'an Input receives something' : `this ${type} receives nothing; an edge to it is missing`);
    if (!populationTypes.has(type) && !weightedTypes.has(type) && !passingTypes.has(type))
      ledger.refuse(
        path,
        `a node of type '${type}'`,
        `leave it out: what has a form are ${[...populationTypes, ...weightedTypes, ...passingTypes].filter((known) => known !== 'Joint').join(', ')}`,
      );
  }
  const entries = new Map<string, readonly Entry[]>();
  for (const [path, { type }] of nodes) {
    if (populationTypes.has(type)) entries.set(path, entriesOf(path));
    if (type !== 'Output') continue;
    const arriving = entriesOf(path);
    if (arriving.some(({ by }) => by !== undefined)) relay(path, arriving, shapes.get(path));
  }
  for (const [name, { shape, entries: arriving }] of relays) {
    entries.set(name, arriving);
    if (shape !== undefined && product(shape) === 0) refuse(name, 'its shape has a side of 0');
  }
  return { entries: (path) => entries.get(path)!, relays };
}
