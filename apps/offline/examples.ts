import { type Network, raise } from '../../runtime/index.ts';

/** One recorded example: what the sources saw and the readouts should have said, tick by tick. Every example starts at rest. */
export interface Example {
  /** by source population: (ticks, size), row by row; sources that are left out are silent */
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
  /** by population with a loss that teaches: (ticks, size), row by row */
  readonly targets: Readonly<Record<string, ArrayLike<number>>>;
  /** by the same: the weight of each tick; default 1 */
  readonly importance?: Readonly<Record<string, ArrayLike<number>>>;
}

/** A tape of the program and how many values it has a tick. */
export interface Track {
  /** name of the region */
  readonly tape: string;
  readonly columns: number;
  readonly from: 'inputs' | 'targets' | 'importance';
  readonly population: string;
}

/** Examples in shared memory: of each the first value and the ticks, its tracks one after the other. */
export interface Packed {
  readonly tracks: readonly Track[];
  readonly values: Float32Array;
  readonly places: readonly { readonly at: number; readonly ticks: number }[];
}

const shared = (floats: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * floats));

/** The tapes that an example fills: of every source, and of every population whose error teaches. */
function tracksOf(network: Network, taught: readonly string[]): Track[] {
  const sources = Object.entries(network.populations).filter(([, { neuron }]) => neuron.kind === 'source');
  return [
    ...sources.map(([population, { size }]): Track => ({ tape: `${population}.input`, columns: size, from: 'inputs', population })),
    ...taught.flatMap((population): Track[] => [
      { tape: `${population}.target`, columns: network.populations[population]!.size, from: 'targets', population },
      { tape: `${population}.importance`, columns: 1, from: 'importance', population },
    ]),
  ];
}

/** Checks every example against the network, and copies it to where all threads see it. `taught`: the populations whose error teaches. */
export function pack(network: Network, taught: readonly string[], examples: readonly Example[]): Packed {
  if (examples.length === 0)
    raise('ERR_SHAPE', { what: 'a list', expected: 'at least 1', path: 'examples', value: 0, remedy: 'give recorded examples' });
  const tracks = tracksOf(network, taught);
  const width = tracks.reduce((sum, { columns }) => sum + columns, 0);
  const lengths = examples.map((example, index) => ticksOf(example, `examples[${index}]`, tracks));
  const values = shared(lengths.reduce((sum, ticks) => sum + ticks * width, 0));
  let at = 0;
  const places = examples.map((example, index) => {
    const place = { at, ticks: lengths[index]! };
    for (const { columns, from, population } of tracks) {
      const track = values.subarray(at, at + place.ticks * columns);
      const given = example[from]?.[population];
      if (given !== undefined) {
        // What is no number would be taken for one: null for 0, [1] for 1.
        const strange = Array.isArray(given) ? given.findIndex((value) => typeof value !== 'number') : -1;
        if (strange >= 0)
          raise('ERR_WRONG_TYPE', {
            path: `examples[${index}].${from}.${population}[${strange}]`,
            expected: 'a number',
            value: String((given as readonly unknown[])[strange]),
          });
        track.set(given);
      } else if (from === 'importance') track.fill(1);
      const wrong = track.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) raise('ERR_NOT_FINITE', { path: `examples[${index}].${from}.${population}[${wrong}]`, value: track[wrong] });
      at += track.length;
    }
    return place;
  });
  return { tracks, values, places };
}

function demandObject<T>(path: string, value: T, expected: string): asserts value is NonNullable<T> {
  if (typeof value !== 'object' || value === null) raise('ERR_NOT_AN_OBJECT', { path, value: String(value), expected });
}

/** The ticks of an example, which all its arrays have; names that the network does not know are refused. */
function ticksOf(example: Example, path: string, tracks: readonly Track[]): number {
  let ticks: number | undefined;
  demandObject(path, example, '{ inputs, targets, importance }');
  for (const from of ['inputs', 'targets', 'importance'] as const) {
    const given = example[from];
    if (given === undefined && from === 'importance') continue;
    demandObject(`${path}.${from}`, given, '{ population: values }');
    const known = tracks.filter((track) => track.from === from);
    for (const [population, values] of Object.entries(given)) {
      const track = known.find((candidate) => candidate.population === population);
      const place = `${path}.${from}.${population}`;
      if (track === undefined)
        return raise('ERR_UNKNOWN_NAME', {
          path: place,
          value: `'${population}'`,
          known: known.map((other) => other.population).join(', '),
        });
      const whole = ((values as ArrayLike<number> | null)?.length ?? Number.NaN) / track.columns;
      ticks ??= whole;
      if (whole !== ticks || !Number.isInteger(whole) || whole === 0)
        raise('ERR_SHAPE', {
          what: 'an array',
          expected: Number.isInteger(ticks) && ticks > 0 ? ticks * track.columns : `a multiple of ${track.columns}`,
          path: place,
          value: (values as ArrayLike<number> | null)?.length,
          remedy: `give ${track.columns} value${track.columns === 1 ? '' : 's'} a tick, row by row, for as many ticks as the others have`,
        });
    }
    const missing = from === 'targets' ? known.find(({ population }) => !Object.hasOwn(given, population)) : undefined;
    if (missing !== undefined)
      raise('ERR_MISSING_FIELD', { path: `${path}.targets.${missing.population}`, expected: 'the target of every tick' });
  }
  return ticks!;
}
