import { NEURONS, OUTPUTS } from './core.ts';
import { ReckonDevice } from './device.ts';
import { type GoldenVector, parseGolden, type Weights } from './golden-format.ts';
import { createImage, type Image, linesOf, load, setNeurons } from './loader.ts';
import { target } from './memory.ts';
import { SpiMaster } from './spi-master.ts';

/** What was compared, and how much of it differed. */
export interface GoldenReport {
  readonly vectors: number;
  readonly ticks: number;
  /** (neuron, tick) at which it was asked whether it spiked */
  readonly spikesCompared: number;
  readonly weightsCompared: number;
  readonly neuronWordsCompared: number;
  /** ticks whose count of CLK cycles was compared; one that differs is a mismatch */
  readonly cyclesCompared: number;
  /** spikes, weights, words and counts that differ */
  readonly mismatches: number;
}

const nothing: GoldenReport = {
  vectors: 0,
  ticks: 0,
  spikesCompared: 0,
  weightsCompared: 0,
  neuronWordsCompared: 0,
  cyclesCompared: 0,
  mismatches: 0,
};

const sum = (a: GoldenReport, b: GoldenReport): GoldenReport =>
  Object.fromEntries(Object.entries(a).map(([name, count]) => [name, count + b[name as keyof GoldenReport]])) as unknown as GoldenReport;

/** Plays recorded runs on the emulated chip, through its own pins and its SPI port, and counts what differs. */
export function compareReckonVectors(files: readonly { readonly path: string; readonly json: unknown }[]): GoldenReport {
  // All are read before the first is played.
  const vectors = files.map(({ path, json }) => parseGolden(json, path));
  return vectors.map(replay).reduce(sum, nothing);
}

/** What a vector starts from, as the image that is loaded. */
function imageOf({ registers, alpha, threshold, weights }: GoldenVector): Image {
  const image = createImage();
  image.registers.set('EN_CONF', 1);
  for (const [name, value] of registers) image.registers.set(name, value);
  // Words beyond the neurons leak, and could spike, as soon as there are more inputs.
  setNeurons(image, new Int16Array(NEURONS / 2).fill(threshold), alpha);
  const rows = (words: Uint32Array, matrix: Weights['input'], stride: number): void => {
    const bytes = new Int8Array(words.buffer);
    for (const [i, row] of matrix.entries()) bytes.set(row, i * stride);
  };
  rows(image.inputWeights, weights.input, NEURONS);
  rows(image.recurrentWeights, weights.recurrent, NEURONS);
  rows(image.outputWeights, weights.output, OUTPUTS);
  return image;
}

function replay(vector: GoldenVector): GoldenReport {
  const device = new ReckonDevice();
  const spi = new SpiMaster(device);
  const neurons = vector.registers.get('NUM_REC_NEUR')! + 1;
  const sizes = { inputs: vector.registers.get('NUM_INP_NEUR')! + 1, neurons, outputs: vector.registers.get('NUM_OUT_NEUR')! + 1 };
  load(spi, imageOf(vector), linesOf(sizes), 'ReckOn');
  spi.writeRegister('EN_CONF', 0);
  let [ticks, spikesCompared, mismatches, neuronWordsCompared, weightsCompared] = [0, 0, 0, 0, 0];
  const { machine } = device;
  for (const { label, targetFromTick, ticks: played, pairs } of vector.samples) {
    machine.sample = true;
    for (const [t, { events, spikes, cycles }] of played.entries()) {
      for (const address of events) machine.event(address, false);
      machine.targetValid = t >= targetFromTick;
      machine.tick();
      const took = machine.settle();
      // A label is taken only after a sample has begun.
      if (t === 0) machine.event(label, true);
      ticks++;
      if (took !== cycles) mismatches++;
      spikesCompared += neurons;
      mismatches += differences(spikes, machine.spikes.subarray(0, machine.spikeCount));
    }
    spi.writeRegister('EN_CONF', 1);
    for (const [p, expected] of pairs.entries()) {
      neuronWordsCompared++;
      const chunks = spi.read(target.neurons, 4 * p, 4);
      const word = [...chunks]
        .reverse()
        .map((chunk) => chunk.toString(16).padStart(8, '0'))
        .join('');
      if (word !== expected) mismatches++;
    }
    spi.writeRegister('EN_CONF', 0);
    machine.targetValid = false;
    machine.sample = false;
    machine.tick();
    machine.settle();
  }
  spi.writeRegister('EN_CONF', 1);
  for (const [of, rows, stride] of [
    [target.inputWeights, vector.end.input, NEURONS],
    [target.recurrentWeights, vector.end.recurrent, NEURONS],
    [target.outputWeights, vector.end.output, OUTPUTS],
  ] as const) {
    for (const [i, row] of rows.entries()) {
      const found = new Int8Array(spi.read(of, (i * stride) / 4, Math.ceil(row.length / 4)).buffer);
      weightsCompared += row.length;
      mismatches += row.reduce((count, w, j) => count + (found[j] === w ? 0 : 1), 0);
    }
  }
  return { vectors: 1, ticks, spikesCompared, weightsCompared, neuronWordsCompared, cyclesCompared: ticks, mismatches };
}

/** Indices that are in one of two ascending lists only. */
function differences(a: readonly number[], b: Uint32Array): number {
  let common = 0;
  for (const index of a) if (b.includes(index)) common++;
  return a.length + b.length - 2 * common;
}
