import { NEURONS } from './core.ts';
import { ReckonDevice } from './device.ts';
import { type GoldenVector, parseGolden, type Weights } from './golden-format.ts';
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

/** Configures a chip as a vector has it, and loads its weights. */
export function loadGolden(spi: SpiMaster, { registers, alpha, threshold, weights }: GoldenVector): void {
  spi.writeRegister('EN_CONF', 1);
  for (const [name, value] of registers) spi.writeRegister(name, value);
  const high = new Uint32Array(4);
  for (const [p, value] of alpha.entries()) if (value >= 0x8000) high[p >> 5] = high[p >> 5]! | (1 << (p & 31));
  (['ALPHA_CONF_0', 'ALPHA_CONF_1', 'ALPHA_CONF_2', 'ALPHA_CONF_3'] as const).forEach((name, k) => {
    spi.writeRegister(name, high[k]!);
  });
  const words = new Uint32Array(2 * NEURONS);
  // Bits 115:100 and 127:116 of the word: the top chunk from bit 4 on. Words beyond the neurons leak, and could spike, as soon as there are more inputs.
  for (let p = 0; p < NEURONS / 2; p++) words[4 * p + 3] = ((threshold & 0xffff) << 4) | (((alpha[p] ?? 0) & 0xfff) << 20);
  spi.write(target.neurons, 0, words);
  loadWeights(spi, target.inputWeights, weights.input, NEURONS);
  loadWeights(spi, target.recurrentWeights, weights.recurrent, NEURONS);
  loadWeights(spi, target.outputWeights, weights.output, 16);
}

function loadWeights(spi: SpiMaster, of: number, rows: Weights['input'], stride: number): void {
  for (const [i, row] of rows.entries())
    spi.write(
      of,
      (i * stride) / 4,
      new Uint32Array(Int8Array.from({ length: 4 * Math.ceil(row.length / 4) }, (_, j) => row[j] ?? 0).buffer),
    );
}

function replay(vector: GoldenVector): GoldenReport {
  const device = new ReckonDevice();
  const spi = new SpiMaster(device);
  loadGolden(spi, vector);
  spi.writeRegister('EN_CONF', 0);
  let [ticks, spikesCompared, mismatches, neuronWordsCompared, weightsCompared] = [0, 0, 0, 0, 0];
  const neurons = vector.registers.get('NUM_REC_NEUR')! + 1;
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
    [target.outputWeights, vector.end.output, 16],
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
