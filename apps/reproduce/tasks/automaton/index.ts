import { type Backend, countEvents, estimateEnergy, type Network } from '../../../../runtime/index.ts';
import { type Chance, chance } from '../../chance.ts';
import { player } from '../../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { type Machine, merged, parity, pathOf, randomMachine, transitionWords, type Word } from './machine.ts';
import { type Built, type Events, pairs, rows } from './units.ts';

/** States of the automata: of parity, and of random ones. */
const STATES = [2, 8, 16, 32, 64] as const;
/** Random words beside those that take every transition; of up to as many symbols as twice the states, so that they come back to all of them. */
const RANDOM_WORDS = 200;
/** Ticks of a run. */
const RUN = 5;

interface AutomatonArm extends ArmSheet {
  readonly build: (machine: Machine) => Built;
  /** the network that is played in the place of the automaton's own */
  readonly instead?: (machine: Machine, random: Chance) => Network;
}

const wrong: Figure = { name: 'automata that tell a word wrong, of 5', digits: 0 };
const apart: Figure = { name: 'automata whose events are not as derived', digits: 0 };
const time: Figure = { name: 'ticks a symbol', digits: 0 };
const measures = ['neurons', 'synapses', 'peak active neurons', 'spikes a symbol', 'deliveries a symbol', 'synaptic pJ a symbol'] as const;
type Measure = (typeof measures)[number];
const figureOf = (states: number, measure: Measure): string => `${states} states: ${measure}`;

const simulation = 'Šíma 2014, Neural Computation 26:953, abstract: m states in Θ(√m) neurons with energy O(e) for e = Ω(log s)';

/** What is measured of each size; of the largest, what it is to be at most. */
const sizes = (largest: Partial<Record<Measure, Pick<Figure, 'asked' | 'published'>>>): Figure[] =>
  STATES.flatMap((states) =>
    measures.map((measure) => ({
      name: figureOf(states, measure),
      digits: measure.endsWith('symbol') ? 2 : 0,
      ...(states === STATES.at(-1) && largest[measure]),
    })),
  );

const exactly: readonly Figure[] = [
  { ...wrong, asked: { of: 'mean', atMost: 0 } },
  { ...apart, asked: { of: 'mean', atMost: 0 } },
];
const caught: readonly Figure[] = [
  { ...wrong, asked: { of: 'mean', atLeast: STATES.length } },
  { ...apart, asked: { of: 'mean', atLeast: STATES.length } },
];
const asMost = (atMost: number, published?: Figure['published']) =>
  ({ asked: { of: 'mean', atMost }, ...(published && { published }) }) as const;

const designs: readonly AutomatonArm[] = [
  {
    name: 'a unit a transition',
    kind: 'rule',
    figures: [...exactly, time, ...sizes({ neurons: asMost(2 * 64 + 1), 'peak active neurons': asMost(2) })],
    build: pairs,
  },
  {
    name: 'rows and columns',
    kind: 'rule',
    figures: [
      ...exactly,
      time,
      ...sizes({
        neurons: asMost(2 * 2 ** 4 + 7 * 2 ** 2 + 1, { value: 'Θ(√m)', source: simulation }),
        'peak active neurons': asMost(7, { value: 'O(log s)', source: simulation }),
      }),
    ],
    build: rows,
  },
  {
    name: 'a unit a transition, two states as one',
    kind: 'control',
    figures: caught,
    build: pairs,
    instead: (machine, { below }) => pairs(merged(machine, machine.next.length - 1, below(machine.next.length - 1))).network,
  },
  {
    name: 'rows and columns, one weight changed',
    kind: 'control',
    figures: caught,
    build: rows,
    instead: (machine, random) => oneWeightLess(rows(machine).network, random),
  },
];

/** One bit of one transition is lost. */
function oneWeightLess(network: Network, { below }: Chance): Network {
  const { matrix } = network.projections;
  if (matrix?.weight.kind !== 'inline') throw new TypeError("a projection 'matrix' with inline weights required");
  const values = [...matrix.weight.values];
  values[below(values.length)] = 0;
  return { ...network, projections: { ...network.projections, matrix: { ...matrix, weight: { kind: 'inline', values } } } };
}

const randomWords = (states: number, { below }: Chance): Word[] =>
  Array.from({ length: RANDOM_WORDS }, () => Array.from({ length: below(2 * states + 1) }, () => below(2)));

interface Told {
  readonly wrong: number;
  readonly counted: Events;
  readonly symbols: number;
  readonly picojoules: number;
}

/** Plays every word, one after the other, in runs so short that spikes are on their way from run to run; nothing is reset. */
function tell(backend: Backend, network: Network, { period, events }: Built, machine: Machine, words: readonly Word[]): Told {
  const { executable, dispose, write } = player(backend, network, RUN);
  const counter = countEvents(executable);
  const answers = executable.arena.words.subarray(executable.program.regions.get('out.spikeCount')!.offset);
  let [mistaken, symbols] = [0, 0];
  for (const word of words) {
    const { ticks } = events(word);
    const asked = 1 + period * word.length;
    for (let from = 0; from < ticks; from += RUN) {
      const rows = Math.min(RUN, ticks - from);
      for (let row = 0; row < rows; row++) {
        const symbol = word[(from + row - 1) / period];
        write('start.input', row, [from + row === 0 ? 1 : 0]);
        write('symbol.input', row, [symbol === 0 ? 1 : 0, symbol === 1 ? 1 : 0]);
      }
      counter.executable.run(rows);
      if (asked < from || asked >= from + rows) continue;
      if ((answers[asked - from] === 1) !== machine.accepting[pathOf(machine, word).at(-1)!]) mistaken++;
    }
    symbols += word.length;
  }
  const counts = counter.counts();
  dispose();
  const { ticks, inputs, spikes, deliveries, products } = counts.inference;
  return {
    wrong: mistaken,
    counted: { ticks, inputs, spikes, deliveries, products, peak: counts.active.peak },
    symbols,
    picojoules: 1e12 * estimateEnergy(counts).joules.synapses,
  };
}

const derived = ({ events }: Built, words: readonly Word[]): Events => {
  const all = words.map(events);
  const total = (kind: keyof Events): number => all.reduce((sum, one) => sum + one[kind], 0);
  return {
    ticks: total('ticks'),
    inputs: total('inputs'),
    spikes: total('spikes'),
    deliveries: total('deliveries'),
    products: total('products'),
    peak: Math.max(...all.map(({ peak }) => peak)),
  };
};

function run({ build, instead }: AutomatonArm, { backend, seed, progress }: Setting): Outcome {
  const random = chance(seed, 'automaton');
  const figures: Record<string, number> = { [wrong.name]: 0, [apart.name]: 0 };
  const neurons = STATES.map((states, at) => {
    const machine = states === 2 ? parity : randomMachine(states, random);
    const words = [...transitionWords(machine), ...randomWords(states, random)];
    const built = build(machine);
    const network = instead?.(machine, random) ?? built.network;
    const told = tell(backend, network, built, machine, words);
    const expected = derived(built, words);
    figures[time.name] = built.period;
    if (told.wrong > 0) figures[wrong.name]!++;
    if ((Object.keys(expected) as (keyof Events)[]).some((kind) => expected[kind] !== told.counted[kind])) figures[apart.name]!++;
    const size = Object.values(network.populations).reduce((sum, { size: own, neuron }) => sum + (neuron.kind === 'lif' ? own : 0), 0);
    const measured: Record<Measure, number> = {
      neurons: size,
      synapses: Object.values(network.projections).reduce(
        (sum, { connectivity: { kind, ...ends } }) => sum + ('pre' in ends ? ends.pre.length : 0),
        0,
      ),
      'peak active neurons': told.counted.peak,
      'spikes a symbol': told.counted.spikes / told.symbols,
      'deliveries a symbol': told.counted.deliveries / told.symbols,
      'synaptic pJ a symbol': told.picojoules / told.symbols,
    };
    for (const measure of measures) figures[figureOf(states, measure)] = measured[measure];
    progress((at + 1) / STATES.length);
    return size;
  });
  return { figures, curve: { x: STATES, y: neurons } };
}

/**
 * Finite automata in threshold units: exactly their languages, and what that takes in neurons, time and energy (Šíma 2014; sheet 6.28, T22). Every transition is taken and
 * its end told from all other states, and random words beside; what happens is counted, and must be what follows from the automaton alone.
 */
export const automaton: Task = {
  name: 'automaton',
  summary: 'finite automata in threshold units: size, time and energy',
  curve: { x: 'states', y: 'neurons', scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
