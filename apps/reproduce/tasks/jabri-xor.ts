import { emulatedBoard, lsbOf, weightPerturbation } from '../../../drivers/index.ts';
import { compile, type Executable, exact, integrator, lif, type Network, referenceBackend, source } from '../../../runtime/index.ts';
import { median } from '../results.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';
import { patterns, wished } from '../xor.ts';

/** Ticks that a pattern is shown, from rest. */
const TICKS = 24;
const HIDDEN = 2;
/** Largest value of the noise that a hidden neuron lives in, one excites and one inhibits; and the weight of both. */
const NOISE = { largest: 2, weight: 0.5, sources: 2 * HIDDEN } as const;
/** Steps of the board's weights while none is beyond BOUND: 127 of them are 1.98 thresholds. */
const STEP = 1 / 64;
const BOUND = 1.9;
/** A weight moves by four steps. */
const SIGMA = 0.0625;
/** What the output is to be where exactly one input is on, in units of the readout. */
const ON = 16;
/** E at which XOR is learned, and noises in which it must then be told right. */
const LEARNED = 0.05;
const TESTS = 5;
/** The output is on the right side of this, in shares of ON. */
const HALF = 0.5;
/** Losses asked in one training, of four patterns each. */
const EVALUATIONS = 3000;
/** Losses between two points of the curve. */
const POINT = 100;
/** Trainings of a seed, each from weights and on a board of its own. */
const STARTS = 4;

interface XorArm extends ArmSheet {
  readonly together: 'one' | 'neuron' | 'all';
  /** nobody holds more of a weight than the board's 8 bits */
  readonly eightBits: boolean;
  /** whether a difference of losses is told as it is, or with a sign by chance */
  readonly heard: boolean;
}

const share: Figure = {
  name: 'share of trainings that learn XOR',
  digits: 2,
  asked: { of: 'mean', atLeast: 0.5 },
  published: {
    value: 'learned',
    source: 'Jabri & Flower 1992, IEEE Trans. Neural Netw. 3:154, abstract: XOR on a discrete-level analogue chip',
  },
};
const losses: Figure = { name: 'losses asked until it is learned', digits: 0 };
const learns = [share, losses];

const rates = { one: 0.2, neuron: 0.06, all: 0.05 } as const;
const rule = { kind: 'rule', figures: learns, eightBits: false, heard: true } as const;
const designs: readonly XorArm[] = [
  { ...rule, name: 'serial', together: 'one' },
  { ...rule, name: 'serial, nobody holds more than 8 bits', together: 'one', eightBits: true },
  { ...rule, name: 'semi-parallel, random signs', together: 'neuron' },
  { ...rule, name: 'parallel, random signs', together: 'all' },
  {
    ...rule,
    name: 'serial, sign of every difference by chance',
    kind: 'control',
    figures: [{ ...share, asked: { of: 'mean', atMost: 0.1 } }],
    together: 'one',
    heard: false,
  },
];

/** 2 → 2 → 1 with biases: spiking neurons in a noise, whose mean rate is a sigmoid of their input, and a leaky readout. */
function network(seed: number): Network {
  const dense = { connectivity: { kind: 'dense' }, delay: 0 } as const;
  const drawn = { kind: 'normal', gain: 0.25 } as const;
  const sources = Array.from({ length: NOISE.sources }, (_, k) => k);
  return {
    dt: 1,
    seed,
    populations: {
      in: { size: 2, neuron: source() },
      one: { size: 1, neuron: source() },
      noise: { size: NOISE.sources, neuron: source() },
      hidden: { size: HIDDEN, neuron: lif({ tauMem: 5 }) },
      out: { size: 1, neuron: integrator({ tau: 20 }) },
    },
    projections: {
      background: {
        pre: 'noise',
        post: 'hidden',
        connectivity: { kind: 'list', pre: sources, post: sources.map((k) => k >> 1) },
        weight: { kind: 'inline', values: sources.map((k) => (k % 2 === 0 ? NOISE.weight : -NOISE.weight)) },
        delay: 0,
      },
      first: { pre: 'in', post: 'hidden', ...dense, weight: drawn },
      firstBias: { pre: 'one', post: 'hidden', ...dense, weight: { kind: 'constant', value: 0.3 } },
      second: { pre: 'hidden', post: 'out', ...dense, weight: drawn },
      secondBias: { pre: 'one', post: 'out', ...dense, weight: { kind: 'constant', value: 0 } },
    },
  };
}

/** An emulated board of 8-bit weights with the network on it: all that is heard of it comes over the wire. */
async function chip(executable: Executable, seed: number) {
  const board = emulatedBoard({ seed });
  await board.connect();
  await board.deploy(executable);
  const { populations } = executable.program.network;
  const readout = Object.keys(populations).indexOf('out');
  const noise = exact.randomStream(seed, 'noise of hidden neurons');
  const values = new Uint32Array(patterns.length * TICKS * NOISE.sources);
  const addresses = new Uint32Array(3 + NOISE.sources);
  const graded = new Uint32Array(addresses.length);
  let [drawn, tick] = [0, 0];
  return {
    board,
    /** Another noise; between two calls it is the same for all weights. */
    fresh(): void {
      for (let k = 0; k < values.length; k++) values[k] = Math.floor((NOISE.largest + 1) * noise.uniform(drawn++));
    },
    /** The output after each pattern, in shares of ON. */
    async answers(): Promise<number[]> {
      const found: number[] = [];
      for (const [p, [a, b]] of patterns.entries()) {
        if (tick > 0) board.endEpisode(tick - 1);
        for (let t = 0; t < TICKS; t++) {
          const at = (p * TICKS + t) * NOISE.sources;
          let count = 0;
          for (const [address, value] of [a, b, 1, ...values.subarray(at, at + NOISE.sources)].entries()) {
            if (value === 0) continue;
            addresses[count] = address;
            graded[count++] = value;
          }
          board.inputs(tick++, addresses, count, graded);
        }
        board.poll();
        found.push(((await board.states(readout, 1))![0]! * lsbOf(1)) / ON);
      }
      return found;
    },
  };
}

const lossOf = (answers: readonly number[]): number => answers.reduce((sum, y, p) => sum + (y - wished[p]!) ** 2 / 2, 0);

interface Training {
  /** E, at each point of the curve that it came to */
  readonly curve: readonly number[];
  readonly learned: boolean;
  readonly losses: number;
}

/** One training: until E is small and all patterns are told right in noises never met before. */
async function train({ together, eightBits, heard }: XorArm, seed: number): Promise<Training> {
  const executable = referenceBackend.load(compile(network(seed)));
  const { board, fresh, answers } = await chip(executable, seed);
  const lie = exact.randomStream(seed, 'signs of what is heard');
  let [asked, lies, still] = [0, 0, Number.NaN];
  const step = weightPerturbation({
    ...{ board, executable, sigma: SIGMA, rate: rates[together], seed, together, bound: BOUND, against: 'unperturbed' },
    ...(eightBits && { grid: STEP }),
    projections: ['first', 'firstBias', 'second', 'secondBias'],
    async loss() {
      asked++;
      const loss = lossOf(await answers());
      // The first loss of a step is the one that the others are compared with.
      if (Number.isNaN(still)) still = loss;
      return heard || lie.uniform(lies++) < 0.5 ? loss : 2 * still - loss;
    },
  });
  const right = async (): Promise<boolean> => {
    for (let test = 0; test < TESTS; test++) {
      fresh();
      if ((await answers()).some((y, p) => y > HALF !== (wished[p] === 1))) return false;
    }
    return true;
  };
  const curve: number[] = [];
  let learned = false;
  while (!learned && asked < EVALUATIONS) {
    fresh();
    still = Number.NaN;
    const loss = await step();
    while (curve.length * POINT <= asked) curve.push(loss);
    learned = loss < LEARNED && (await right());
  }
  await board.shutdown();
  executable.dispose();
  return { curve, learned, losses: asked };
}

async function run(arm: XorArm, { seed, progress }: Setting): Promise<Outcome> {
  const trainings: Training[] = [];
  for (let start = 0; start < STARTS; start++) {
    trainings.push(await train(arm, seed * STARTS + start));
    progress((start + 1) / STARTS);
  }
  const learned = trainings.filter((training) => training.learned);
  const x = Array.from({ length: EVALUATIONS / POINT }, (_, point) => point * POINT);
  return {
    figures: {
      [share.name]: learned.length / STARTS,
      [losses.name]: median(learned.map((training) => training.losses)),
    },
    // What has learned stays as it is.
    curve: { x, y: x.map((_, point) => trainings.reduce((sum, { curve }) => sum + (curve[point] ?? curve.at(-1)!) / STARTS, 0)) },
  };
}

/** XOR 2-2-1 on a board of 8-bit weights, from nothing but its answers over the wire (Jabri & Flower 1992; sheet 6.20, T17). */
export const jabriXor: Task = {
  name: 'jabri-xor',
  summary: 'XOR on a board of 8-bit weights, by perturbing them over the wire',
  curve: { x: 'losses asked', y: 'E, mean of four trainings', scale: 'log' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
