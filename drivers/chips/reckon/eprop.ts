import { type Block, type Core, lastVisited } from './core.ts';
import { latchPair } from './step.ts';

const MIN32 = -0x80000000;
/** An output of a classification is between 0 and this. */
const FULL = 2048;

/** Neurons that e-prop handles side by side. */
export const BLOCK = 16;
/** Blocks of the largest network. */
export const BLOCKS = 16;

/** Only output weights learn: rows of recurrent and input weights are not visited. */
const outputOnly = ({ DO_EPROP }: Core['registers']): boolean => DO_EPROP === 4;

/** Last block that is visited before e-prop is done. */
export const lastBlock = ({ registers }: Core): number => registers.NUM_REC_NEUR >> 4;

/** Clock cycles of a block: two a neuron, and two an index of a row. */
export function blockCycles({ registers }: Core, block: number): number {
  if (!outputOnly(registers)) return 2 * BLOCK + 2 * (lastVisited(registers) + 1);
  return block === registers.NUM_REC_NEUR >> 4 ? 2 * ((registers.NUM_REC_NEUR & 15) + 1) : 2 * BLOCK;
}

/** REGUL_MODE asks for updates at every tick, target or not. */
export const alwaysRegularizes = ({ REGUL_MODE }: Core['registers']): boolean => (REGUL_MODE & 6) === 6;

/**
 * E-prop of the 16 neurons of a block; `valid`: TARGET_VALID. With outputs σ(y) (a hard sigmoid, or y itself with NO_OUT_ACT):
 *
 *   e_k = sat16(target_k − σ(y_k))
 *   L_j = sat16(⌊Σ_k e_k w_out,jk · 2^(LEARN_SIG_SCALE − 12)⌋), with the weights before their update
 *   output weights:  p_jk = e_k · output trace_j
 *   others:          p_ij = L_j · trace_i · h(u_j), less for regularization by g_j = max(0, recurrent trace_j − F0)
 *
 * A weight moves by one in the direction of p when min(|p| 2^P, all ones) >> R is at least its random word. Traces are shifted right by their
 * FP_LOC. Rows whose trace is 0 while all g are 0 are skipped, and draw no random words.
 *
 * Without a target (regularization at every tick) the neuron memory is not read: the controller takes what it put out last, in `step`
 * or to SPI, for every neuron. That, regression and NO_OUT_ACT were read from the hardware description, but never compared with it.
 */
export function eprop(core: Core, block: number, valid: boolean): void {
  if (valid) errors(core);
  const { registers } = core;
  const end = outputOnly(registers) && block === registers.NUM_REC_NEUR >> 4 ? registers.NUM_REC_NEUR & 15 : BLOCK - 1;
  let excess = 0;
  core.block.laneCount = 0;
  for (let n = 0; n <= end; n++) excess |= neuron(core, block * BLOCK + n, valid);
  if (outputOnly(registers)) return;
  const always = alwaysRegularizes(registers);
  const inputs = (registers.DO_EPROP & 1) !== 0 && (valid || (always && (registers.REGUL_W & 1) !== 0)) ? registers.NUM_INP_NEUR : -1;
  const recurrent = (registers.DO_EPROP & 2) !== 0 && (valid || (always && (registers.REGUL_W & 2) !== 0)) ? registers.NUM_REC_NEUR : -1;
  inputRows(core, block, valid, inputs, excess !== 0);
  recurrentRows(core, block, valid, recurrent, excess !== 0);
  // The controller goes through both at once; what it reads last is of the last index.
  if (valid) latchPair(core, lastVisited(registers) >> 1);
}

/** A trace as e-prop reads it: which neurons are dirty is asked of the first pair, and without a target nothing is read. */
const traceOf = (core: Core, traces: Uint16Array, latched: Uint16Array, valid: boolean, i: number): number =>
  core.dirty[i & 1] === 0 ? 0 : valid ? traces[i]! : latched[i & 1]!;

function inputRows(core: Core, block: number, valid: boolean, last: number, regularizes: boolean): void {
  const { registers, inputRandom, inputTrace, latch, inputWeights } = core;
  const { FP_LOC_TINP, LR_P_WINP, LR_R_WINP } = registers;
  for (let i = 0; i <= last; i++) {
    const trace = traceOf(core, inputTrace, latch.inputTrace, valid, i) >> FP_LOC_TINP;
    if (trace === 0 && !regularizes) continue;
    const at = inputRandom.draw();
    const row = (i << 8) + block * BLOCK;
    updateRow(core.block, inputWeights, row, -1, trace, core.block.inputPull, inputRandom.bits, at, LR_P_WINP, LR_R_WINP);
  }
}

function recurrentRows(core: Core, block: number, valid: boolean, last: number, regularizes: boolean): void {
  const { registers, recurrentRandom, recurrentTrace, latch, recurrentWeights } = core;
  const { FP_LOC_TREC, LR_P_WREC, LR_R_WREC } = registers;
  for (let i = 0; i <= last; i++) {
    const trace = traceOf(core, recurrentTrace, latch.recurrentTrace, valid, i) >> FP_LOC_TREC;
    if (trace === 0 && !regularizes) continue;
    const at = recurrentRandom.draw();
    const row = (i << 8) + block * BLOCK;
    const self = i >> 4 === block ? i & 15 : -1;
    updateRow(core.block, recurrentWeights, row, self, trace, core.block.recurrentPull, recurrentRandom.bits, at, LR_P_WREC, LR_R_WREC);
  }
}

function errors({ registers, y, targets, label, block }: Core): void {
  for (let k = 0; k <= registers.NUM_OUT_NEUR; k++) {
    const v = y[k]!;
    const out = registers.NO_OUT_ACT === 1 ? v : v > FULL - 1 ? FULL : v < -FULL ? 0 : (v + FULL) >> 1;
    const e = (registers.REGRESSION === 1 ? targets[k]! : k === label ? FULL : 0) - out;
    block.error[k] = e > 0x7fff ? 0x7fff : e < -0x8000 ? -0x8000 : e;
  }
}

/** Prepares neuron j of its block, and updates its output weights; returns its g. */
function neuron(core: Core, j: number, valid: boolean): number {
  const { registers, latch, dirty, block } = core;
  if (valid && (j & 1) === 0 && j <= lastVisited(registers)) latchPair(core, j >> 1);
  const n = j & 15;
  const known = dirty[j & 1]!;
  const h = staircase(registers, latch.u[j & 1]! * known);
  const recurrent = (latch.recurrentTrace[j & 1]! * known) >> registers.FP_LOC_TREC;
  let signal = 0;
  if (valid && j <= registers.NUM_REC_NEUR) {
    signal = learningSignal(core, j);
    const trace = (latch.outputTrace[j & 1]! * known) >> registers.FP_LOC_TOUT;
    if (trace !== 0 && (registers.DO_EPROP & 4) !== 0) updateOutputs(core, j, trace);
  }
  block.signal[n] = signal * h;
  const g = regularization(core, n, recurrent);
  if (signal * h !== 0 || block.inputPull[n] !== 0 || block.recurrentPull[n] !== 0) block.lanes[block.laneCount++] = n;
  return g;
}

function staircase({ THR_H_0, THR_H_1, THR_H_2, THR_H_3, H_0, H_1, H_2, H_3, H_4 }: Core['registers'], u: number): number {
  return u < THR_H_0 ? H_0 : u < THR_H_1 ? H_1 : u < THR_H_2 ? H_2 : u < THR_H_3 ? H_3 : H_4;
}

function learningSignal({ registers, outputWeights, block }: Core, j: number): number {
  if ((registers.DO_EPROP & 3) === 0) return 0;
  let sum = 0;
  for (let k = 0; k <= registers.NUM_OUT_NEUR; k++) sum += block.error[k]! * outputWeights[j * 16 + k]!;
  const shift = registers.LEARN_SIG_SCALE - 12;
  const scaled = shift <= 0 ? sum >> -shift : sum * (1 << shift);
  return scaled > 0x7fff ? 0x7fff : scaled < -0x8000 ? -0x8000 : scaled;
}

/** g of neuron n, and what it takes from p: `scale` sixteenths of a positive one stay (multiplicative), `pull` is subtracted (additive). */
function regularization({ registers, block }: Core, n: number, trace: number): number {
  const { REGUL_MODE, REGUL_W } = registers;
  if (REGUL_MODE === 0) {
    block.scale[n] = 16;
    block.inputPull[n] = 0;
    block.recurrentPull[n] = 0;
    return 0;
  }
  const g = trace > registers.REGUL_F0 ? trace - registers.REGUL_F0 : 0;
  const less = g >> registers.REGUL_K_MUL;
  block.scale[n] = (REGUL_MODE & 1) === 0 || REGUL_W === 0 ? 16 : less > 15 ? 0 : 16 - less;
  const additive = (REGUL_MODE & 2) !== 0;
  block.inputPull[n] = additive && (REGUL_W & 1) !== 0 ? (g << registers.REGUL_K_INP_P) >>> registers.REGUL_K_INP_R : 0;
  block.recurrentPull[n] = additive && (REGUL_W & 2) !== 0 ? (g << registers.REGUL_K_REC_P) >>> registers.REGUL_K_REC_R : 0;
  return g;
}

/** Updates the weights of one row onto the 16 neurons of a block; `self`: the lane of a weight of a neuron onto itself, which becomes 0. */
function updateRow(
  { signal, scale, lanes, laneCount }: Block,
  weights: Int8Array,
  row: number,
  self: number,
  trace: number,
  pull: Int32Array,
  random: Int32Array,
  at: number,
  left: number,
  right: number,
): void {
  // What would be shifted out on the left: with any of it there, the chance is all ones.
  const over = left === 0 ? 0 : MIN32 >> (left - 1);
  const most = -1 >>> right;
  for (let lane = 0; lane < laneCount; lane++) {
    const n = lanes[lane]!;
    let p = Math.imul(signal[n]!, trace);
    if (p > 0 && scale[n]! !== 16) p = Math.floor((p * scale[n]!) / 16);
    let moved = (p - pull[n]!) | 0;
    // Meant against an overflow, but it is bit 27 that is looked at.
    if (moved >= 0 && ((p >> 27) & 1) === 1) moved = MIN32;
    if (moved !== MIN32) {
      const size = moved < 0 ? -moved : moved;
      const chance = (size & over) !== 0 ? most : (size << left) >>> right;
      // As signed words, with their top bits turned, unsigned ones compare right.
      if (((chance | 0) ^ MIN32) < (random[at + n]! ^ MIN32) || moved === 0) continue;
    }
    const w = weights[row + n]!;
    if (n === self) weights[row + n] = 0;
    else if (moved < 0) weights[row + n] = w === -128 ? w : w - 1;
    else weights[row + n] = w === 127 ? w : w + 1;
  }
}

const MAX28 = 0xfffffff;

/** Updates the output weights of neuron j; random words have 28 bits, one after the other in 14 words of 32. */
function updateOutputs({ registers, outputWeights, outputRandom, block }: Core, j: number, trace: number): void {
  const at = outputRandom.draw();
  const { bits } = outputRandom;
  const { LR_P_WOUT: left, LR_R_WOUT: right } = registers;
  for (let k = 0; k <= registers.NUM_OUT_NEUR; k++) {
    const p = block.error[k]! * trace;
    if (p === 0) continue;
    const size = p < 0 ? -p : p;
    const shifted = size * 2 ** left;
    const chance = (shifted > MAX28 ? MAX28 : shifted) >>> right;
    const [word, bit] = [at + ((28 * k) >> 5), (28 * k) & 31];
    const random = (bit <= 4 ? bits[word]! >>> bit : (bits[word]! >>> bit) | (bits[word + 1]! << (32 - bit))) & MAX28;
    if (chance < random) continue;
    const w = outputWeights[j * 16 + k]!;
    if (p < 0) outputWeights[j * 16 + k] = w === -128 ? w : w - 1;
    else outputWeights[j * 16 + k] = w === 127 ? w : w + 1;
  }
}
