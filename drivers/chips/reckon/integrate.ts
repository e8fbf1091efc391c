import { type Core, lastVisited } from './core.ts';

/** Clock cycles that index i will take in `integrate`: one, and two a pair of neurons for an event or a spike. */
export function integrateCycles({ registers, events, spiked }: Core, i: number): number {
  if (events[i] === 0 && spiked[i] === 0) return 1;
  return 1 + 2 * ((registers.NUM_REC_NEUR >> 1) + 1) + (hasExtra(registers, events[i]!, i) ? 2 : 0);
}

/** An input beyond the recurrent neurons gets its trace in two cycles of its own. */
const hasExtra = ({ NUM_REC_NEUR, DO_EPROP, FORCE_TRACES }: Core['registers'], event: number, i: number): boolean =>
  event === 1 && i > NUM_REC_NEUR && ((DO_EPROP & 1) === 1 || FORCE_TRACES === 1);

const saturated = (t: number, more: number, largest: number): number => {
  const sum = t + more;
  return sum > largest ? largest : sum;
};

/**
 * Index i of a tick's integration: where neuron i spiked, y_k ← sat(y_k + w_ik 2^FP); for every j of the pairs in use,
 *
 *   w = w_in,ij 2^FP · event_i + w_rec,ij 2^FP · z_i,   u_j ← sat(u_j + w + noise)
 *
 * where only the signs of u and w tell an overflow; then the traces of i grow, saturating, and both bits of i are cleared.
 * Noise is drawn a pair, for every event. An odd number of neurons has one neuron more in its last pair, which integrates as well.
 */
export function integrate(core: Core, i: number): void {
  const { registers, events, spiked } = core;
  const [event, spike] = [events[i]!, spiked[i]!];
  if (event === 0 && spike === 0) return;
  if (spike === 1) addOutputs(core, i);
  const pairs = (registers.NUM_REC_NEUR >> 1) + 1;
  wake(core, 2 * pairs);
  if (registers.NOISE_EN === 1) addNoisy(core, i, event, spike, pairs);
  else {
    if (spike === 0) addRow(core.u, core.inputWeights, i << 8, registers.FP_LOC_WINP, 2 * pairs);
    else if (event === 0) addRow(core.u, core.recurrentWeights, i << 8, registers.FP_LOC_WREC, 2 * pairs);
    else addBoth(core, i << 8, 2 * pairs);
  }
  const force = registers.FORCE_TRACES === 1;
  if (i < 2 * pairs) {
    if (event === 1 && (force || (registers.DO_EPROP & 1) !== 0)) bumpInput(core, i);
    if (spike === 1 && (force || (registers.DO_EPROP & 2) !== 0))
      core.recurrentTrace[i] = saturated(core.recurrentTrace[i]!, 8 << registers.FP_LOC_TREC, 0xfff);
    if (spike === 1 && (force || (registers.DO_EPROP & 4) !== 0))
      core.outputTrace[i] = saturated(core.outputTrace[i]!, 2 << registers.FP_LOC_TOUT, 0x3ff);
  }
  // In the last pair of an odd number of neurons, this is the second time.
  if (hasExtra(registers, event, i)) {
    wakeTraces(core, i >> 1);
    bumpInput(core, i);
  }
  events[i] = 0;
  spiked[i] = 0;
}

/** Last index of `integrate`. */
export const lastIntegrated = ({ registers }: Core): number => lastVisited(registers);

function bumpInput({ registers, inputTrace }: Core, i: number): void {
  inputTrace[i] = saturated(inputTrace[i]!, 8 << registers.FP_LOC_TINP, 0xfff);
}

/** The first event of a sample writes all that counted as 0. */
function wake({ u, inputTrace, recurrentTrace, outputTrace, dirty }: Core, end: number): void {
  for (let j = 0; j < end; j++) {
    if (dirty[j] === 1) continue;
    dirty[j] = 1;
    u[j] = 0;
    inputTrace[j] = 0;
    recurrentTrace[j] = 0;
    outputTrace[j] = 0;
  }
}

/** The extra cycle of an input writes traces only: a membrane beyond the recurrent neurons comes back as it was. */
function wakeTraces({ inputTrace, recurrentTrace, outputTrace, dirty }: Core, p: number): void {
  for (let j = 2 * p; j < 2 * p + 2; j++) {
    if (dirty[j] === 1) continue;
    dirty[j] = 1;
    inputTrace[j] = 0;
    recurrentTrace[j] = 0;
    outputTrace[j] = 0;
  }
}

function addOutputs({ registers, y, outputWeights }: Core, i: number): void {
  for (let k = 0; k <= registers.NUM_OUT_NEUR; k++) {
    const next = y[k]! + (outputWeights[i * 16 + k]! << registers.FP_LOC_WOUT);
    y[k] = next > 0x7fff ? 0x7fff : next < -0x8000 ? -0x8000 : next;
  }
}

function addRow(u: Int16Array, weights: Int8Array, row: number, shift: number, end: number): void {
  for (let j = 0; j < end; j++) {
    const next = u[j]! + (weights[row + j]! << shift);
    u[j] = next > 0x7fff ? 0x7fff : next < -0x8000 ? -0x8000 : next;
  }
}

function addBoth({ registers, u, inputWeights, recurrentWeights }: Core, row: number, end: number): void {
  const [winp, wrec] = [registers.FP_LOC_WINP, registers.FP_LOC_WREC];
  for (let j = 0; j < end; j++) {
    // Two weights of eight bits, shifted by seven at most: their sum has 16 bits.
    const next = u[j]! + (inputWeights[row + j]! << winp) + (recurrentWeights[row + j]! << wrec);
    u[j] = next > 0x7fff ? 0x7fff : next < -0x8000 ? -0x8000 : next;
  }
}

function addNoisy(
  { registers, u, inputWeights, recurrentWeights, noise }: Core,
  i: number,
  event: number,
  spike: number,
  pairs: number,
): void {
  const [winp, wrec, strength] = [registers.FP_LOC_WINP, registers.FP_LOC_WREC, registers.NOISE_STR];
  for (let p = 0; p < pairs; p++) {
    const random = noise.bits[noise.draw()]!;
    for (let n = 0; n < 2; n++) {
      const j = 2 * p + n;
      const at = (i << 8) + j;
      const before = u[j]!;
      const w = (event === 1 ? inputWeights[at]! << winp : 0) + (spike === 1 ? recurrentWeights[at]! << wrec : 0);
      const drawn = (n === 0 ? (random << 16) >> 16 : random >> 16) >> strength;
      const sum = ((before + w + drawn) << 16) >> 16;
      u[j] = before >= 0 && w >= 0 && sum < 0 ? 0x7fff : before < 0 && w < 0 && sum >= 0 ? -0x8000 : sum;
    }
  }
}
