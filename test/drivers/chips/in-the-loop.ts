/** Tasks that a crossbar learns with itself in the loop, and their controls. */
import { Crossbar, type CrossbarOptions, crossbarBackend, crossbarBoard, weightPerturbation } from '../../../drivers/index.ts';
import {
  compile,
  copyWeights,
  deltaRule,
  type Executable,
  integrator,
  lif,
  type Network,
  type Optimizer,
  osttp,
  referenceBackend,
  setLearning,
  source,
} from '../../../runtime/index.ts';
import { random } from '../support.ts';

const TICKS = 30;
const READ_FROM = 10;
const CUE = 4;
const INPUTS = 2 * CUE + 2;

const adam = (rate: number, bound: number): Optimizer => ({
  kind: 'adam',
  rate,
  transforms: [{ kind: 'bounds', min: -bound, max: bound }],
});

/** 10 inputs → 40 neurons taught by OSTTP → 2 classes taught by the delta rule. Targets do not shrink, so weights are bounded. */
const exclusiveOr: Network = {
  dt: 1,
  seed: 4,
  populations: {
    input: { size: INPUTS, neuron: source() },
    hidden: { size: 40, neuron: lif({ tauMem: 10 }) },
    readout: { size: 2, neuron: integrator({ tau: 20, loss: 'crossEntropy' }) },
  },
  projections: {
    sensory: {
      ...{ pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 0.9 }, delay: 0 },
      plasticity: osttp({ from: 'readout', feedback: 'target', optimizer: adam(5e-3, 1), recurrence: 'none' }),
    },
    output: {
      ...{ pre: 'hidden', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 0.3 }, delay: 0 },
      plasticity: deltaRule({ from: 'readout', optimizer: adam(1e-2, 0.5) }),
    },
  },
  feedbacks: { target: { from: 'readout', to: 'hidden', weight: { kind: 'normal', std: 1 } } },
  learning: { update: { ticks: TICKS }, target: 'tick', episode: 'carry' },
};

/** Two cues, each there or not, and a noise; the class is whether exactly one was there. Returns whether it was told right. */
function trial({ arena, program, run }: Executable, draw: () => number): boolean {
  const [first, second] = [draw() < 0.5, draw() < 0.5];
  const odd = first !== second;
  const [input, target, importance] = ['input.input', 'readout.target', 'readout.importance'].map((name) => arena.view(name));
  const { offset } = program.regions.get('readout.output')!;
  let probability = 0;
  for (let tick = 0; tick < TICKS; tick++) {
    for (let i = 0; i < INPUTS; i++) {
      const rate = i >= 2 * CUE ? 0.3 : (i < CUE ? first : second) ? 0.5 : 0.02;
      input![i] = draw() < rate ? 1 : 0;
    }
    target!.set([odd ? 0 : 1, odd ? 1 : 0]);
    importance![0] = tick < READ_FROM ? 0 : 1 / (TICKS - READ_FROM);
    run(1);
    if (tick >= READ_FROM) probability += arena.floats[offset + 1]! / (TICKS - READ_FROM);
  }
  return probability > 0.5 === odd;
}

function accuracy(executable: Executable, trials = 400): number {
  const draw = random(9);
  let right = 0;
  for (let k = 0; k < trials; k++) right += trial(executable, draw) ? 1 : 0;
  return right / trials;
}

export interface Placed {
  readonly crossbar: Crossbar;
  readonly executable: Executable;
  accuracy(): number;
}

/** The network on a crossbar, some devices of which may be stuck from the start. Learning is off. */
export function onCrossbar(options: CrossbarOptions, stuck: number): Placed {
  const crossbar = new Crossbar(options);
  const executable = crossbarBackend(crossbar).load(compile(exclusiveOr, { maxTicks: 1 }));
  if (stuck > 0) crossbar.fault({ stuck });
  setLearning(executable, false);
  return { crossbar, executable, accuracy: () => accuracy(executable) };
}

/** Teaches an executable by OSTTP. */
export function teach(executable: Executable, trials: number): void {
  setLearning(executable, true);
  const draw = random(5);
  for (let k = 0; k < trials; k++) trial(executable, draw);
  setLearning(executable, false);
}

/** The control: the host learns on its own sums, the chip is programmed with what came out, and never read before. */
export function learnedWithoutReadings(
  options: CrossbarOptions,
  stuck: number,
  trials: number,
): { readonly host: number; readonly chip: number } {
  const host = referenceBackend.load(compile(exclusiveOr, { maxTicks: 1 }));
  teach(host, trials);
  const placed = onCrossbar(options, stuck);
  copyWeights(host, placed.executable, 'learning');
  placed.crossbar.write(placed.executable);
  return { host: accuracy(host), chip: placed.accuracy() };
}

const CLASSES = 3;
const PATTERN_TICKS = 20;
const PER_CLASS = 3;
const WISHED = 8;

/**
 * Three patterns, three neurons, of which the one of the pattern is to spike 8 times in 20 ticks and the others not; weight perturbation over the port of
 * boards. `heard: false` puts noise in the place of what the board answers. Returns the share of patterns told right before and after.
 */
export async function perturbed({ steps, heard, seed = 3 }: { readonly steps: number; readonly heard: boolean; readonly seed?: number }) {
  const inputs = CLASSES * PER_CLASS;
  const network: Network = {
    dt: 1,
    seed: 7,
    populations: { input: { size: inputs, neuron: source() }, out: { size: CLASSES, neuron: lif({ tauMem: 10 }) } },
    projections: {
      weights: { pre: 'input', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0.3 }, delay: 0 },
    },
  };
  const executable = referenceBackend.load(compile(network));
  const board = crossbarBoard({ seed });
  await board.connect();
  await board.deploy(executable);
  const counts = new Float64Array(CLASSES);
  board.events.subscribe((event) => {
    if (event.kind !== 'spikes') return;
    for (let s = event.start; s < event.start + event.count; s++) counts[event.addresses[s]!] = counts[event.addresses[s]!]! + 1;
  });
  const addresses = new Uint32Array(inputs);
  let tick = 0;
  const present = (pattern: number, draw: () => number): void => {
    counts.fill(0);
    board.endEpisode(tick);
    for (let t = 0; t < PATTERN_TICKS; t++) {
      let count = 0;
      for (let i = 0; i < inputs; i++) if (draw() < (Math.floor(i / PER_CLASS) === pattern ? 0.4 : 0.1)) addresses[count++] = i;
      board.inputs(tick++, addresses, count);
    }
  };
  const told = (): number => {
    const draw = random(99);
    let right = 0;
    for (let k = 0; k < 300; k++) {
      const pattern = Math.floor(draw() * CLASSES);
      present(pattern, draw);
      if (counts.every((count, j) => j === pattern || count < counts[pattern]!)) right++;
    }
    return right / 300;
  };
  const noise = random(55);
  let asked = 0;
  const step = weightPerturbation({
    ...{ board, executable, sigma: 0.1, rate: 0.02, seed },
    loss() {
      // Both signs are asked on the same inputs.
      const draw = random(1000 * seed + Math.floor(asked++ / 2));
      let loss = 0;
      for (let pattern = 0; pattern < CLASSES; pattern++) {
        present(pattern, draw);
        for (let j = 0; j < CLASSES; j++) loss += ((counts[j]! - (j === pattern ? WISHED : 0)) / WISHED) ** 2 / CLASSES;
      }
      return heard ? loss : noise() * 2;
    },
  });
  const before = told();
  for (let k = 0; k < steps; k++) await step();
  const after = told();
  await board.shutdown();
  return { before, after };
}

/** A chip of its own, after the same history of teaching for everybody who asks with the same numbers. */
export function taught(seed: number, stuck: number, trials: number): Placed {
  const placed = onCrossbar({ seed }, stuck);
  teach(placed.executable, trials);
  return placed;
}
