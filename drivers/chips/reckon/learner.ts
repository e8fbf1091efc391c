import { raise } from '../../../runtime/index.ts';
import { INPUTS, NEURONS, OUTPUTS } from './core.ts';
import { ReckonDevice } from './device.ts';
import { createImage, linesOf, load, patternHolds, setNeurons } from './loader.ts';
import { target } from './memory.ts';
import { type RegisterName, type Registers, registerBounds } from './registers.ts';
import { SpiMaster } from './spi-master.ts';

/** A network that learns on the chip; weights are counts of eight bits, dense, [pre][post]. */
export interface ReckonNetwork {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  /** of all neurons, in counts of the membrane */
  readonly threshold: number;
  /** leak of all neurons, 1 integer and 15 fraction bits: 0x7000 to 0x8fff */
  readonly alpha: number;
  readonly inputWeights: Int8Array;
  readonly recurrentWeights: Int8Array;
  readonly outputWeights: Int8Array;
  /** registers beside the sizes; what is not named has its value after a reset, or 0 */
  readonly registers: Partial<Registers>;
}

/** Events of a sample, tick after tick: of tick t, `addresses[starts[t] … starts[t + 1])`. */
export interface ReckonSample {
  readonly ticks: number;
  readonly addresses: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
  /** outputs are counted, and targets given where it learns, from this tick on */
  readonly from: number;
}

/** What the chip made of a sample. */
export interface ReckonAnswer {
  /** the output that was largest in most ticks */
  readonly winner: number;
  /** spikes of a tick, on average */
  readonly spikes: number;
  /** CLK cycles in all */
  readonly cycles: number;
}

/**
 * Learning on the chip, as a declared mode of its own: the host only gives events, labels and settings, over the AER and SPI buses; traces, errors and
 * updates are the chip's. Weights can be read back at any time between two samples.
 *
 * Throws a CapabilityError for sizes and values that the chip does not have, and ERR_CHIP_READBACK where it does not hold what was loaded.
 */
export class ReckonLearner {
  readonly device = new ReckonDevice();
  readonly #spi = new SpiMaster(this.device);
  readonly #network: ReckonNetwork;

  constructor(network: ReckonNetwork) {
    this.#network = network;
    const { inputs, neurons, outputs, threshold, alpha, registers } = network;
    requireSizes(network);
    const image = createImage();
    image.registers.set('EN_CONF', 1).set('GET_TAR_REQ_OUT', 0);
    for (const [name, value] of Object.entries(registers) as [RegisterName, number][]) image.registers.set(name, value);
    image.registers
      .set('NUM_INP_NEUR', inputs - 1)
      .set('NUM_REC_NEUR', neurons - 1)
      .set('NUM_OUT_NEUR', outputs - 1);
    setNeurons(image, new Int16Array(NEURONS / 2).fill(threshold), new Uint16Array(NEURONS / 2).fill(alpha));
    const place = (words: Uint32Array, weights: Int8Array, columns: number, stride: number): void => {
      const bytes = new Int8Array(words.buffer);
      for (let i = 0; i * columns < weights.length; i++) bytes.set(weights.subarray(i * columns, (i + 1) * columns), i * stride);
    };
    place(image.inputWeights, network.inputWeights, neurons, NEURONS);
    place(image.recurrentWeights, network.recurrentWeights, neurons, NEURONS);
    place(image.outputWeights, network.outputWeights, outputs, OUTPUTS);
    this.device.reset();
    if (!patternHolds(this.#spi)) raise('ERR_CHIP_SILENT', { board: 'ReckOn', from: this.#spi.divider, to: this.#spi.divider });
    load(this.#spi, image, linesOf(network), 'ReckOn');
    this.#spi.writeRegister('EN_CONF', 0);
  }

  /** Writes a register between two samples: learning rates, which weights learn, regularization. */
  set(name: RegisterName, value: number): void {
    requireValue(name, value);
    this.#spi.writeRegister(name, value);
  }

  /** Plays a sample; with a label, the chip learns from it. */
  play({ ticks, addresses, starts, from }: ReckonSample, label?: number): ReckonAnswer {
    const { machine } = this.device;
    const began = machine.clock;
    let spikes = 0;
    machine.sample = true;
    for (let t = 0; t < ticks; t++) {
      for (let k = starts[t]!; k < starts[t + 1]!; k++) machine.event(addresses[k]!, false);
      this.#tick(t >= from, label !== undefined && t >= from);
      spikes += machine.spikeCount;
      // A label is taken only once a sample has begun.
      if (t === 0 && label !== undefined) machine.event(label, true);
    }
    machine.sample = false;
    this.#tick(false, false);
    return { winner: machine.sent[0]!, spikes: spikes / ticks, cycles: machine.clock - began };
  }

  /** The weights as they are now, read back through SPI. */
  weights(): { readonly input: Int8Array; readonly recurrent: Int8Array; readonly output: Int8Array } {
    const { inputs, neurons, outputs } = this.#network;
    this.#spi.writeRegister('EN_CONF', 1);
    const read = (of: number, rows: number, columns: number, stride: number): Int8Array => {
      const found = new Int8Array(rows * columns);
      for (let i = 0; i < rows; i++) {
        const words = this.#spi.read(of, (i * stride) / 4, Math.ceil(columns / 4));
        found.set(new Int8Array(words.buffer).subarray(0, columns), i * columns);
      }
      return found;
    };
    const weights = {
      input: read(target.inputWeights, inputs, neurons, NEURONS),
      recurrent: read(target.recurrentWeights, neurons, neurons, NEURONS),
      output: read(target.outputWeights, neurons, outputs, OUTPUTS),
    };
    this.#spi.writeRegister('EN_CONF', 0);
    return weights;
  }

  #tick(counted: boolean, taught: boolean): void {
    const { machine } = this.device;
    machine.inferAcc = counted;
    machine.targetValid = taught;
    machine.tick();
    machine.settle();
  }
}

function requireValue(name: RegisterName, value: number): void {
  const [least, most] = registerBounds(name);
  if (Number.isInteger(value) && value >= least && value <= most) return;
  raise('ERR_OUT_OF_RANGE', {
    path: `registers.${name}`,
    value,
    bound: `a whole number from ${least} to ${most}`,
    remedy: 'correct the value',
  });
}

function requireSizes(network: ReckonNetwork): void {
  const { inputs, neurons, outputs, registers, alpha } = network;
  const short: string[] = [];
  const within = (what: string, asked: number, most: number): void => {
    if (!(Number.isInteger(asked) && asked >= 1 && asked <= most)) short.push(`${what}: ${asked} asked, 1 to ${most} offered`);
  };
  within('inputs', inputs, INPUTS);
  within('neurons', neurons, NEURONS);
  within('outputs', outputs, OUTPUTS);
  if (!(alpha >= 0x7000 && alpha <= 0x8fff)) short.push(`alpha: ${alpha} asked, ${0x7000} to ${0x8fff} offered`);
  if (short.length > 0) raise('ERR_BOARD_TOO_SMALL', { board: 'ReckOn', shortfalls: short.join('; ') });
  for (const [name, value] of Object.entries(registers) as [RegisterName, number][]) requireValue(name, value);
  for (const [name, rows, columns] of [
    ['inputWeights', inputs, neurons],
    ['recurrentWeights', neurons, neurons],
    ['outputWeights', neurons, outputs],
  ] as const)
    if (network[name].length !== rows * columns)
      raise('ERR_SHAPE', {
        path: name,
        what: 'weights',
        expected: rows * columns,
        value: network[name].length,
        remedy: 'give them dense, [pre][post]',
      });
}
