import { type Capabilities, type Executable, raise } from '../../../runtime/index.ts';
import { WeightError } from '../../quantize.ts';
import type { Chip } from '../chip.ts';
import { type ChipBoard, chipBoard } from '../chip-board.ts';
import { Counts } from '../counts.ts';
import { INPUTS, NEURONS, OUTPUTS } from './core.ts';
import { ReckonDevice } from './device.ts';
import { createImage, type Image, type Line, linesOf, load, memoryNames, mismatchIn, patternHolds, setNeurons, wordsOf } from './loader.ts';
import { type Matrix, mapOntoReckon, type ReckonMapping, shiftOf, stepOf } from './mapping.ts';
import { target } from './memory.ts';
import { SAFE_DIVIDER, type SpiLine, SpiMaster } from './spi-master.ts';

/** The longest tick of the largest network without learning, all inputs and neurons active, input bus and scrub included, in CLK cycles. */
const LONGEST_TICK = 75_000;
const MHZ = 100;

const offered: Capabilities = {
  model: 'ReckOn',
  protocol: 1,
  inputs: INPUTS,
  neurons: NEURONS,
  outputs: OUTPUTS,
  synapses: INPUTS * NEURONS + NEURONS * NEURONS + NEURONS * OUTPUTS,
  neuronKinds: ['source', 'lif', 'integrator'],
  maxDelay: 1,
  weightBits: 8,
  maxGrade: 1,
  tickUs: LONGEST_TICK / MHZ,
  learns: true,
};

/** Loads of a network before the driver gives up, and the slowest SCK that it tries: CLK over this. */
const TRIES = 3;
const SLOWEST = 64;
/** All of the memory in use is read within this. */
const SCRUB_MS = 10_000;
const REGISTERS: Readonly<Record<Matrix, 'FP_LOC_WINP' | 'FP_LOC_WREC' | 'FP_LOC_WOUT'>> = {
  input: 'FP_LOC_WINP',
  recurrent: 'FP_LOC_WREC',
  output: 'FP_LOC_WOUT',
};
const MEMORIES: Readonly<Record<Matrix, number>> = {
  input: target.inputWeights,
  recurrent: target.recurrentWeights,
  output: target.outputWeights,
};
const matrices = ['input', 'recurrent', 'output'] as const;

export interface ReckonBoardOptions {
  /** what the board is to offer, where it differs from the default */
  readonly capabilities?: Partial<Omit<Capabilities, 'protocol' | 'learns' | 'weightBits' | 'tickUs'>>;
  /** CLK; default 100 MHz */
  readonly clockMhz?: number;
  /** SCK is CLK over this; default 8, the fastest at which reads are right. The self-test makes it slower where they are not. */
  readonly divider?: number;
  /** stands between the SPI master and the chip */
  readonly line?: (chip: SpiLine) => SpiLine;
  /** what a changed word of the memory leads to: it is written again (default), or a fault */
  readonly onFlip?: 'repair' | 'fault';
}

/** Counters since the board was made. */
export interface ReckonReport {
  /** SCK is CLK over this */
  readonly divider: number;
  /** times that registers and memories were loaded whole */
  readonly generation: number;
  /** loads that were read back wrong, and done again */
  readonly reloads: number;
  /** words read to see whether they still hold, and those that did not and were written again */
  readonly scrubbed: number;
  readonly repaired: number;
  /** CLK cycles of the longest tick, until the chip was ready */
  readonly longestTick: number;
}

export interface ReckonChip extends Chip {
  /** the chip behind its pins */
  readonly device: ReckonDevice;
  /** how the program that runs was mapped */
  readonly mapping: ReckonMapping | undefined;
  report(): ReckonReport;
}

interface Loaded {
  readonly mapping: ReckonMapping;
  readonly image: ReturnType<typeof createImage>;
  readonly counts: readonly Counts[];
  readonly lines: readonly Line[];
  /** CLK cycles of a tick of the program */
  readonly period: number;
  readonly linesPerTick: number;
}

class Driver implements ReckonChip {
  readonly kind = 'reckon';
  readonly capabilities: Capabilities;
  readonly device = new ReckonDevice();
  readonly spikes: Uint32Array;
  readonly #spi: SpiMaster;
  readonly #clockMhz: number;
  readonly #fatalFlips: boolean;
  readonly #error = new WeightError();
  readonly #counters = { generation: 0, reloads: 0, scrubbed: 0, repaired: 0, longestTick: 0 };
  #loaded: Loaded | undefined;
  #scrubAt = 0;

  constructor({ capabilities = {}, clockMhz = MHZ, divider = SAFE_DIVIDER, line = (chip) => chip, onFlip = 'repair' }: ReckonBoardOptions) {
    this.capabilities = { ...offered, ...capabilities, tickUs: Math.ceil(LONGEST_TICK / clockMhz) };
    this.spikes = new Uint32Array(NEURONS);
    this.#spi = new SpiMaster(line(this.device.spi), divider);
    this.#clockMhz = clockMhz;
    this.#fatalFlips = onFlip === 'fault';
  }

  get mapping(): ReckonMapping | undefined {
    return this.#loaded?.mapping;
  }

  report(): ReckonReport {
    return { ...this.#counters, divider: this.#spi.divider };
  }

  /** The self-test: each speed of SCK gets two tries, since one lost edge is no reason to go slower. */
  connect(): void {
    const asked = this.#spi.divider;
    for (let divider = asked; divider <= SLOWEST; divider *= 2) {
      this.#spi.divider = divider;
      for (let attempt = 0; attempt < 2; attempt++) {
        this.#reset();
        if (patternHolds(this.#spi)) return;
      }
    }
    this.#spi.divider = asked;
    raise('ERR_CHIP_SILENT', { board: this.capabilities.model, from: asked, to: SLOWEST });
  }

  deploy(executable: Executable) {
    const mapping = mapOntoReckon(executable.program, executable.arena.floats, this.capabilities);
    const { sizes, threshold, alpha, kappa, resetToZero, layout } = mapping;
    const image = createImage();
    const { registers } = image;
    registers.set('EN_CONF', 1).set('GET_TAR_REQ_OUT', 0);
    registers
      .set('RST_MODE', resetToZero ? 1 : 0)
      .set('DO_EPROP', 0)
      .set('EN_STOCH_ROUND', 1)
      .set('KAPPA', kappa);
    registers.set('NUM_INP_NEUR', Math.max(0, sizes.inputs - 1)).set('NUM_REC_NEUR', Math.max(0, sizes.neurons - 1));
    registers.set('NUM_OUT_NEUR', Math.max(0, sizes.outputs - 1));
    setNeurons(image, threshold, alpha);
    const tickUs = executable.program.network.dt * 1000;
    const lines = linesOf(sizes);
    const linesPerTick = Math.ceil((lines.length * tickUs) / (SCRUB_MS * 1000));
    const counts = layout.projections.map((projection) => new Counts(projection.layout));
    const loaded = { mapping, image, counts, lines, linesPerTick, period: Math.floor(tickUs * this.#clockMhz) };
    this.#take(loaded, executable, undefined);
    const from = this.#spi.bytes;
    this.#loadWhole(image, lines);
    this.#loaded = loaded;
    this.#scrubAt = 0;
    return { bytes: this.#spi.bytes - from, weightError: { max: this.#error.max, rms: this.#error.rms } };
  }

  /** Written between two ticks, the state stays as it is; every word is read back. */
  sync(executable: Executable, projection?: string) {
    const loaded = this.#required();
    const { image } = loaded;
    const before = matrices.map((matrix) => wordsOf(image, MEMORIES[matrix]).slice());
    const shifts = matrices.map((matrix) => image.registers.get(REGISTERS[matrix]));
    const written = this.#take(loaded, executable, projection);
    if (written > 0) {
      this.#spi.writeRegister('EN_CONF', 1);
      matrices.forEach((matrix, m) => {
        const shift = image.registers.get(REGISTERS[matrix])!;
        if (shift !== shifts[m]) this.#spi.writeRegister(REGISTERS[matrix], shift);
        const words = wordsOf(image, MEMORIES[matrix]);
        for (const line of loaded.lines) {
          if (line.of !== MEMORIES[matrix]) continue;
          const end = line.start + line.count;
          if (words.subarray(line.start, end).every((word, k) => word === before[m]![line.start + k])) continue;
          this.#spi.write(line.of, line.start, words.subarray(line.start, end));
          const at = mismatchIn(this.#spi, image, line);
          if (at >= 0) raise('ERR_CHIP_READBACK', { board: this.capabilities.model, memory: memoryNames[line.of], address: at });
        }
      });
      this.#spi.writeRegister('EN_CONF', 0);
    }
    return { written, errorMax: this.#error.max };
  }

  step(addresses: Uint32Array, count: number): number {
    const { mapping, period } = this.#required();
    const { machine } = this.device;
    const from = machine.clock;
    machine.sample = true;
    for (let k = 0; k < count; k++) machine.event(addresses[k]!, false);
    machine.tick();
    machine.run(3);
    // A chip that took the tick is busy now; one that is ready has halted.
    if (machine.timingErrorReady) this.#late(period);
    machine.settle(period - (machine.clock - from));
    if (!machine.timingErrorReady) this.#late(period);
    const used = machine.clock - from;
    if (used > this.#counters.longestTick) this.#counters.longestTick = used;
    this.#scrub();
    if (machine.clock - from < period) machine.run(period - (machine.clock - from));
    return this.#collect(mapping);
  }

  rest(): void {
    const { machine } = this.device;
    if (machine.state === 'idle') return;
    machine.sample = false;
    machine.tick();
    machine.settle();
  }

  membranes(population: string, into: Float64Array): void {
    const { mapping } = this.#required();
    const {
      population: { neuron, size },
      first,
      perUnit,
    } = mapping.populations.find((mapped) => mapped.population.name === population)!;
    const { u, y } = this.device.machine.core;
    const from = neuron.kind === 'integrator' ? y : u;
    for (let j = 0; j < size; j++) into[j] = from[first + j]! / perUnit;
  }

  weights(projection: string, into: Float64Array): void {
    const { mapping, counts } = this.#required();
    counts[mapping.layout.projections.findIndex(({ name }) => name === projection)]!.read(into);
  }

  #required(): Loaded {
    return this.#loaded ?? raise('ERR_BOARD_NOT_READY', { call: 'a step', state: 'deployed', first: 'deploy()' });
  }

  #late(cycles: number): never {
    this.#loaded = undefined;
    return raise('ERR_CHIP_TIMING', { board: this.capabilities.model, cycles });
  }

  #reset(): void {
    this.device.machine.sample = false;
    this.device.reset();
    this.#spi.shadow.clear();
  }

  /** Nothing runs that was not read back: a load that fails is done again from a reset. */
  #loadWhole(image: Image, lines: readonly Line[]): void {
    for (let attempt = 1; ; attempt++) {
      this.#reset();
      this.#counters.generation++;
      try {
        load(this.#spi, image, lines, this.capabilities.model);
        this.#spi.writeRegister('EN_CONF', 0);
        return;
      } catch (error) {
        this.#loaded = undefined;
        if (attempt === TRIES) throw error;
        this.#counters.reloads++;
      }
    }
  }

  /** Takes the host's weights into the image; returns how many counts changed. */
  #take({ mapping, image, counts }: Loaded, { arena }: Executable, only: string | undefined): number {
    this.#error.clear();
    let written = 0;
    for (const matrix of matrices) {
      const shift = shiftOf(mapping, arena.floats, matrix);
      const changes = image.registers.get(REGISTERS[matrix]) !== shift;
      image.registers.set(REGISTERS[matrix], shift);
      mapping.layout.projections.forEach(({ name, pre, post, layout }, p) => {
        // All share the shift of their matrix.
        if (mapping.matrices[p] !== matrix || (only !== undefined && only !== name && !changes)) return;
        const [from, to] = [mapping.populations[pre]!, mapping.populations[post]!];
        written += counts[p]!.take(arena.floats, stepOf(to, shift), this.capabilities.weightBits, this.#error);
        const bytes = new Int8Array(wordsOf(image, MEMORIES[matrix]).buffer);
        const stride = matrix === 'output' ? OUTPUTS : NEURONS;
        for (let i = 0; i < layout.rows; i++)
          bytes.set(counts[p]!.counts.subarray(i * layout.columns, (i + 1) * layout.columns), (from.first + i) * stride + to.first);
      });
    }
    return written;
  }

  /** Reads some of the memory while the chip waits for the next tick. */
  #scrub(): void {
    const { image, lines, linesPerTick } = this.#required();
    this.#spi.writeRegister('EN_CONF', 1);
    for (let k = 0; k < linesPerTick; k++) {
      const line = lines[this.#scrubAt]!;
      this.#scrubAt = (this.#scrubAt + 1) % lines.length;
      this.#counters.scrubbed += line.count;
      const at = mismatchIn(this.#spi, image, line);
      if (at >= 0) this.#mend(image, line, at);
    }
    this.#spi.writeRegister('EN_CONF', 0);
  }

  #mend(image: Image, line: Line, at: number): void {
    const { of, start, count } = line;
    const refuse = (): never => {
      this.#loaded = undefined;
      return raise('ERR_CHIP_MEMORY', { board: this.capabilities.model, memory: memoryNames[of], address: at });
    };
    // The state of its neurons shares words with the constants: only a whole load mends them.
    if (this.#fatalFlips || of === target.neurons) refuse();
    this.#spi.write(of, start, wordsOf(image, of).subarray(start, start + count));
    // Also what a line that has lost an edge leads to: nothing is right any more.
    if (mismatchIn(this.#spi, image, line) >= 0) refuse();
    this.#counters.repaired++;
  }

  /**
   * The chip spikes at the next step where u ≥ ϑ now: u, ϑ and the order of events make that the host's spike of this tick. There is no port for it; a
   * host of the chip in silicon reads u through SPI before the next tick, here it is looked at.
   */
  #collect({ populations }: ReckonMapping): number {
    const { u, threshold } = this.device.machine.core;
    let to = 0;
    for (let g = 0; g < populations.length; g++) {
      const { population, first } = populations[g]!;
      if (population.neuron.kind !== 'lif') continue;
      for (let j = 0; j < population.size; j++) if (u[first + j]! >= threshold[(first + j) >> 1]!) this.spikes[to++] = population.first + j;
    }
    return to;
  }
}

/**
 * ReckOn, in process and in lockstep, driven over its own SPI and AER buses in CLK cycles of its own.
 *
 * | neurons | weights | state | leak | events in and out | learning | tick |
 * | --- | --- | --- | --- | --- | --- | --- |
 * | 256 + 16, 256 inputs | 8 bits, a shift a matrix | 16 bits | ×α, 15 bits of fraction | 8-bit AER; none for spikes | e-prop, ±1 count (`ReckonLearner`) | pin |
 *
 * Takes LIF and readouts. Refuses, by name: adaptation, refractory ticks, synaptic currents, leaks below 0.875, several resets, delays other than 0 from inputs and 1 between
 * neurons, several leaks of readouts. A readout of delay 0 lags by a tick. Leaks are rounded stochastically, so that they are right on average.
 *
 * Everything that is loaded is read back; the memory in use is read again within 10 s. A tick that comes before the last one is done, a changed word
 * that cannot be mended and a line that has lost its place are typed faults: connect and deploy again.
 */
export const reckonBoard = (options: ReckonBoardOptions = {}): ChipBoard<ReckonChip> => chipBoard<ReckonChip>(new Driver(options));
