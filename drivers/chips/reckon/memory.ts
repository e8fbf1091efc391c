import type { Core } from './core.ts';
import { latchPair } from './step.ts';

/** Targets of an SPI frame. */
export const target = { registers: 0, neurons: 1, outputs: 2, inputWeights: 3, recurrentWeights: 4, outputWeights: 5 } as const;

/** Fields of the upper half of a neuron word begin this many bits later. */
const UPPER = 50;

/**
 * Neuron word p, 128 bits in four chunks, lowest first: bits 15:0 u, 27:16 input trace, 39:28 recurrent trace, 49:40 output trace of neuron 2p; the same
 * from bit 50 on of 2p + 1; 115:100 threshold; 127:116 the low 12 bits of α.
 */
export function packNeurons(core: Core, p: number, into: Uint32Array): void {
  into.fill(0);
  for (let n = 0; n < 2; n++) {
    const [j, at] = [2 * p + n, UPPER * n];
    deposit(into, at, core.u[j]! & 0xffff);
    deposit(into, at + 16, core.inputTrace[j]!);
    deposit(into, at + 28, core.recurrentTrace[j]!);
    deposit(into, at + 40, core.outputTrace[j]!);
  }
  deposit(into, 100, core.threshold[p]! & 0xffff);
  deposit(into, 116, core.alphaLow[p]!);
}

export function unpackNeurons(core: Core, p: number, from: Uint32Array): void {
  for (let n = 0; n < 2; n++) {
    const [j, at] = [2 * p + n, UPPER * n];
    core.u[j] = extract(from, at, 16);
    core.inputTrace[j] = extract(from, at + 16, 12);
    core.recurrentTrace[j] = extract(from, at + 28, 12);
    core.outputTrace[j] = extract(from, at + 40, 10);
  }
  core.threshold[p] = extract(from, 100, 16);
  core.alphaLow[p] = extract(from, 116, 12);
}

/** ORs a value of at most 16 bits into a word, from bit `at` on. */
function deposit(words: Uint32Array, at: number, value: number): void {
  const [word, bit] = [at >> 5, at & 31];
  words[word] = words[word]! | (value << bit);
  if (bit > 16) words[word + 1] = words[word + 1]! | (value >>> (32 - bit));
}

/** `bits` ≤ 16 bits of a word, from bit `at` on. */
function extract(words: Uint32Array, at: number, bits: number): number {
  const [word, bit] = [at >> 5, at & 31];
  const low = words[word]! >>> bit;
  return (bit > 16 ? low | (words[word + 1]! << (32 - bit)) : low) & (2 ** bits - 1);
}

/** The 32 bits at byte 4·chunk of a weight memory. */
const bytesAt = (weights: Int8Array, chunk: number): number => {
  const at = 4 * chunk;
  return (
    ((weights[at]! & 0xff) | ((weights[at + 1]! & 0xff) << 8) | ((weights[at + 2]! & 0xff) << 16) | ((weights[at + 3]! & 0xff) << 24)) >>> 0
  );
};

function setBytes(weights: Int8Array, chunk: number, value: number): void {
  for (let k = 0; k < 4; k++) weights[4 * chunk + k] = value >> (8 * k);
}

/** The weight memory of a target, and the chunks that it has. */
function weightsOf(core: Core, of: number): Int8Array | undefined {
  if (of === target.inputWeights) return core.inputWeights;
  if (of === target.recurrentWeights) return core.recurrentWeights;
  return of === target.outputWeights ? core.outputWeights : undefined;
}

const scratch = new Uint32Array(4);

/** What a read through SPI finds at an address; undefined where the readback register stays as it is. */
export function readMemory(core: Core, of: number, address: number): number | undefined {
  if (of === target.neurons) {
    const p = (address >> 2) & 0x7f;
    packNeurons(core, p, scratch);
    latchPair(core, p);
    return scratch[address & 3]!;
  }
  if (of === target.outputs) return core.y[address & 15]! & 0xffff;
  const weights = weightsOf(core, of);
  return weights === undefined ? undefined : bytesAt(weights, address & (weights.length / 4 - 1));
}

/**
 * What a write through SPI does. A word of the neuron memory makes its neurons dirty: they start the next sample as written. With bit 9 of
 * the address, data bits 0 and 1 set the spike and the dirty bit of neuron `address & 255` besides.
 */
export function writeMemory(core: Core, of: number, address: number, data: number): void {
  if (of === target.neurons) {
    const p = (address >> 2) & 0x7f;
    latchPair(core, p);
    packNeurons(core, p, scratch);
    scratch[address & 3] = data;
    unpackNeurons(core, p, scratch);
    core.dirty[2 * p] = 1;
    core.dirty[2 * p + 1] = 1;
    if ((address & 0x200) !== 0) {
      core.spiked[address & 0xff] = data & 1;
      core.dirty[address & 0xff] = (data >> 1) & 1;
    }
    return;
  }
  if (of === target.outputs) {
    core.y[address & 15] = data;
    return;
  }
  const weights = weightsOf(core, of);
  if (weights !== undefined) setBytes(weights, address & (weights.length / 4 - 1), data);
}
