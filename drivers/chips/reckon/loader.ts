import { raise } from '../../../runtime/index.ts';
import { NEURONS, OUTPUTS } from './core.ts';
import { target } from './memory.ts';
import type { RegisterName } from './registers.ts';
import type { SpiMaster } from './spi-master.ts';

/** What is to stand in the chip: registers, and memories as words of 32 bits. */
export interface Image {
  readonly registers: ReadonlyMap<RegisterName, number>;
  /** four words a pair; of a pair, only threshold and leak are checked */
  readonly neurons: Uint32Array;
  readonly inputWeights: Uint32Array;
  readonly recurrentWeights: Uint32Array;
  readonly outputWeights: Uint32Array;
}

/** Words of a memory in a row, and which of their bits are to be what was written. */
export interface Line {
  readonly of: number;
  readonly start: number;
  readonly count: number;
  readonly mask: number;
}

/** Words that are read at once. */
const LINE = 4;
/** Chunk 3 of a neuron word from bit 4 on: threshold, and the low bits of the leak. */
const CONSTANTS = 0xfffffff0;
const ROW = NEURONS / 4;

export const createImage = (): Image & { readonly registers: Map<RegisterName, number> } => ({
  registers: new Map(),
  neurons: new Uint32Array(2 * NEURONS),
  inputWeights: new Uint32Array(NEURONS * ROW),
  recurrentWeights: new Uint32Array(NEURONS * ROW),
  outputWeights: new Uint32Array((NEURONS * OUTPUTS) / 4),
});

/** Thresholds and leaks as neuron words, at rest, and as the registers of the leaks' top bits. */
export function setNeurons(
  image: Image & { readonly registers: Map<RegisterName, number> },
  threshold: ArrayLike<number>,
  alpha: ArrayLike<number>,
): void {
  const high = new Uint32Array(4);
  for (let p = 0; p < NEURONS / 2; p++) {
    const leak = alpha[p] ?? 0;
    image.neurons.fill(0, 4 * p, 4 * p + 4);
    image.neurons[4 * p + 3] = (((threshold[p] ?? 0) & 0xffff) << 4) | ((leak & 0xfff) << 20);
    if (leak >= 0x8000) high[p >> 5] = high[p >> 5]! | (1 << (p & 31));
  }
  (['ALPHA_CONF_0', 'ALPHA_CONF_1', 'ALPHA_CONF_2', 'ALPHA_CONF_3'] as const).forEach((name, k) => {
    image.registers.set(name, high[k]!);
  });
}

/** The words that a network of these sizes uses. */
export function linesOf({
  inputs,
  neurons,
  outputs,
}: {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
}): Line[] {
  const lines: Line[] = [];
  const rows = (of: number, count: number, stride: number, columns: number): void => {
    for (let i = 0; i < count; i++) {
      for (let at = 0; at < Math.ceil(columns / 4); at += LINE)
        lines.push({ of, start: i * stride + at, count: Math.min(LINE, Math.ceil(columns / 4) - at), mask: 0xffffffff });
    }
  };
  rows(target.inputWeights, inputs, ROW, neurons);
  rows(target.recurrentWeights, neurons, ROW, neurons);
  rows(target.outputWeights, neurons, OUTPUTS / 4, outputs);
  for (let p = 0; p < NEURONS / 2; p++) lines.push({ of: target.neurons, start: 4 * p + 3, count: 1, mask: CONSTANTS });
  return lines;
}

/** The words of a memory in an image. */
export function wordsOf(image: Image, of: number): Uint32Array {
  if (of === target.neurons) return image.neurons;
  if (of === target.inputWeights) return image.inputWeights;
  return of === target.recurrentWeights ? image.recurrentWeights : image.outputWeights;
}

export const memoryNames: Readonly<Record<number, string>> = {
  [target.neurons]: 'neuron memory',
  [target.inputWeights]: 'input weights',
  [target.recurrentWeights]: 'recurrent weights',
  [target.outputWeights]: 'output weights',
};

/** The first word of a line that the chip does not hold; −1: it holds all. */
export function mismatchIn(spi: SpiMaster, image: Image, { of, start, count, mask }: Line): number {
  const expected = wordsOf(image, of);
  const found = spi.read(of, start, count);
  for (let k = 0; k < count; k++) if (((found[k]! ^ expected[start + k]!) & mask) !== 0) return start + k;
  return -1;
}

/** Loads an image into a chip that was reset, and reads all of it back. */
export function load(spi: SpiMaster, image: Image, lines: readonly Line[], board: string): void {
  for (const [name, value] of image.registers) spi.writeRegister(name, value);
  spi.write(target.neurons, 0, image.neurons);
  for (const { of, start, count } of lines)
    if (of !== target.neurons) spi.write(of, start, wordsOf(image, of).subarray(start, start + count));
  for (const line of lines) {
    const at = mismatchIn(spi, image, line);
    if (at >= 0) raise('ERR_CHIP_READBACK', { board, memory: memoryNames[line.of], address: at });
  }
}

/** Words of the output weights that no network uses. */
const SCRATCH = 1024;

/** Writes a pattern into memory that nobody uses, and reads it back; whether it came back. */
export function patternHolds(spi: SpiMaster): boolean {
  const pattern = Uint32Array.from({ length: 16 }, (_, k) => Math.imul(k + 1, 0x9e3779b1) ^ (k % 2 === 0 ? 0 : 0xffffffff));
  spi.writeRegister('EN_CONF', 1);
  // The request for a target would be ORed into what is read.
  spi.writeRegister('GET_TAR_REQ_OUT', 0);
  spi.write(target.outputWeights, SCRATCH, pattern);
  const found = spi.read(target.outputWeights, SCRATCH, pattern.length);
  return found.every((word, k) => word === pattern[k]);
}
