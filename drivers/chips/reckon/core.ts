import { seed7, seed15, WordGenerator } from './generators.ts';
import { createRegisters, type Registers } from './registers.ts';

/** Largest network: virtual inputs, recurrent neurons, outputs. */
export const INPUTS = 256;
export const NEURONS = 256;
export const OUTPUTS = 16;

/** States of the generators of stochastic rounding; of two, the first is of even neurons. */
export interface Rounding {
  readonly u: Uint16Array;
  readonly y: Uint16Array;
  readonly input: Uint16Array;
  readonly recurrent: Uint16Array;
  readonly output: Uint16Array;
}

/** E-prop, of the 16 neurons of a block. */
export interface Block {
  /** L_j · h_j */
  readonly signal: Int32Array;
  /** what regularization makes of g_j */
  readonly scale: Uint8Array;
  readonly inputPull: Int32Array;
  readonly recurrentPull: Int32Array;
  /** neurons whose weights may move at all: signal or a pull is not 0 */
  readonly lanes: Uint8Array;
  laneCount: number;
  /** e_k of the outputs */
  readonly error: Int32Array;
}

/**
 * Everything that ReckOn remembers. The neuron memory is kept field by field; the layout of its words is in memory.ts.
 * u: signed 16 bit; input and recurrent traces: 12 bit, output traces: 10 bit; weights: signed 8 bit, [pre][post].
 */
export interface Core {
  readonly registers: Registers;
  readonly u: Int16Array;
  readonly inputTrace: Uint16Array;
  readonly recurrentTrace: Uint16Array;
  readonly outputTrace: Uint16Array;
  /** shared by neurons 2p and 2p + 1 */
  readonly threshold: Int16Array;
  readonly alphaLow: Uint16Array;
  readonly inputWeights: Int8Array;
  readonly recurrentWeights: Int8Array;
  readonly outputWeights: Int8Array;
  readonly y: Int16Array;
  /** what the neuron memory put out last, u and traces of a pair: e-prop goes on using it where it does not read */
  readonly latch: {
    readonly u: Int16Array;
    readonly inputTrace: Uint16Array;
    readonly recurrentTrace: Uint16Array;
    readonly outputTrace: Uint16Array;
  };
  /** not dirty: u and traces count as 0, whatever the memory holds */
  readonly dirty: Uint8Array;
  readonly spiked: Uint8Array;
  /** input events of this tick, and those that came since */
  readonly events: Uint8Array;
  readonly nextEvents: Uint8Array;
  /** targets of a regression, two bytes each */
  readonly targets: Int16Array;
  label: number;
  gotLabel: boolean;
  readonly block: Block;
  readonly rounding: Rounding;
  readonly inputRandom: WordGenerator;
  readonly recurrentRandom: WordGenerator;
  readonly outputRandom: WordGenerator;
  readonly noise: WordGenerator;
}

/** Seeds of the generators after a reset; of two, the even neurons' and the odd ones'. */
const resetSeeds = {
  u: [0x1234, 0x70f0],
  y: [0x7aba],
  input: [0x1348, 0x7fcf],
  recurrent: [0x4321, 0x7bea],
  output: [0x3ff3, 0x7ef0],
  inputWeights: 1,
  recurrentWeights: 0x424242,
  outputWeights: 1,
  noise: 0x1f0f1,
} as const;

export function createCore(): Core {
  const pair = () => new Uint16Array(2);
  const core: Core = {
    registers: createRegisters(),
    u: new Int16Array(NEURONS),
    inputTrace: new Uint16Array(NEURONS),
    recurrentTrace: new Uint16Array(NEURONS),
    outputTrace: new Uint16Array(NEURONS),
    threshold: new Int16Array(NEURONS / 2),
    alphaLow: new Uint16Array(NEURONS / 2),
    inputWeights: new Int8Array(INPUTS * NEURONS),
    recurrentWeights: new Int8Array(NEURONS * NEURONS),
    // Half of this memory is never used.
    outputWeights: new Int8Array(2 * NEURONS * OUTPUTS),
    y: new Int16Array(OUTPUTS),
    latch: { u: new Int16Array(2), inputTrace: pair(), recurrentTrace: pair(), outputTrace: pair() },
    dirty: new Uint8Array(NEURONS),
    spiked: new Uint8Array(NEURONS),
    events: new Uint8Array(INPUTS),
    nextEvents: new Uint8Array(INPUTS),
    targets: new Int16Array(OUTPUTS),
    label: 0,
    gotLabel: false,
    block: {
      signal: new Int32Array(16),
      scale: new Uint8Array(16).fill(16),
      inputPull: new Int32Array(16),
      recurrentPull: new Int32Array(16),
      lanes: new Uint8Array(16),
      laneCount: 0,
      error: new Int32Array(OUTPUTS),
    },
    rounding: { u: pair(), y: new Uint16Array(1), input: pair(), recurrent: pair(), output: pair() },
    inputRandom: new WordGenerator(3, 25, 16, 3, resetSeeds.inputWeights),
    recurrentRandom: new WordGenerator(3, 25, 16, 3, resetSeeds.recurrentWeights),
    outputRandom: new WordGenerator(1, 22, 14, 1, resetSeeds.outputWeights),
    noise: new WordGenerator(3, 17, 1, 3, resetSeeds.noise),
  };
  resetCore(core);
  return core;
}

/** What the reset pin does to all but registers and memories: those keep what they hold. */
export function resetCore(core: Core): void {
  const { rounding } = core;
  rest(core);
  core.label = 0;
  core.gotLabel = false;
  rounding.u.set(resetSeeds.u.map(seed15));
  rounding.y.set(resetSeeds.y.map(seed7));
  rounding.input.set(resetSeeds.input.map(seed15));
  rounding.recurrent.set(resetSeeds.recurrent.map(seed15));
  rounding.output.set(resetSeeds.output.map(seed7));
  core.inputRandom.seed(resetSeeds.inputWeights);
  core.recurrentRandom.seed(resetSeeds.recurrentWeights);
  core.outputRandom.seed(resetSeeds.outputWeights);
  core.noise.seed(resetSeeds.noise);
}

/** What going idle does: nothing is erased in the neuron memory, but all counts as 0. */
export function rest(core: Core): void {
  core.dirty.fill(0);
  core.spiked.fill(0);
  core.events.fill(0);
  core.nextEvents.fill(0);
  core.y.fill(0);
}

/** Restarts the generator whose seed stands in a register; other registers do nothing. */
export function reseed(core: Core, name: keyof Registers): void {
  const { rounding, registers } = core;
  const seed = registers[name];
  const halves = [seed & 0x7fff, seed >> 15];
  if (name === 'SEED_INP') core.inputRandom.seed(seed);
  else if (name === 'SEED_REC') core.recurrentRandom.seed(seed);
  else if (name === 'SEED_OUT') core.outputRandom.seed(seed);
  else if (name === 'SEED_NOISE_NEUR') core.noise.seed(seed);
  else if (name === 'SEED_STRND_NEUR') rounding.u.set(halves.map(seed15));
  else if (name === 'SEED_STRND_ONEUR') rounding.y[0] = seed7(seed);
  else if (name === 'SEED_STRND_TINP') rounding.input.set(halves.map(seed15));
  else if (name === 'SEED_STRND_TREC') rounding.recurrent.set(halves.map(seed15));
  else if (name === 'SEED_STRND_TOUT') rounding.output.set(halves.map(seed7));
}

/** Last index that `step` counts to, and last that `integrate` and e-prop visit. */
export const lastStepped = ({ NUM_INP_NEUR, NUM_REC_NEUR, NUM_OUT_NEUR }: Registers): number =>
  Math.max(NUM_INP_NEUR, NUM_REC_NEUR, NUM_OUT_NEUR);
export const lastVisited = ({ NUM_INP_NEUR, NUM_REC_NEUR }: Registers): number => Math.max(NUM_INP_NEUR, NUM_REC_NEUR);
