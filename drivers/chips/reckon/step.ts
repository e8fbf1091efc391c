import { type Core, lastStepped, OUTPUTS } from './core.ts';
import { after7, draw7, draw15 } from './generators.ts';

/** Factors of exactly 1: nothing is cut off, so nothing is rounded. */
const ONE_ALPHA = 0x8000;
const ONE_KAPPA = 0x80;

/** The leak of the neurons of pair p: 1 integer and 15 fraction bits. */
export function alphaOf({ registers, alphaLow }: Core, p: number): number {
  const conf = p < 32 ? registers.ALPHA_CONF_0 : p < 64 ? registers.ALPHA_CONF_1 : p < 96 ? registers.ALPHA_CONF_2 : registers.ALPHA_CONF_3;
  return (((conf >>> (p & 31)) & 1) === 1 ? 0x8000 : 0x7000) | alphaLow[p]!;
}

/**
 * The step of a tick: outputs, membranes and traces leak; neurons at or above their threshold spike and are reset.
 *
 *   y_k ← ⌊y_k κ / 2⁷⌉,  z_j = [u_j ≥ ϑ],  u_j ← ⌊u_j α / 2¹⁵⌉ − z_j ϑ  (or 0 where z_j, RST_MODE 1),  traces ← ⌊trace · factor⌉
 *
 * Every field wraps at its width. ⌊·⌉ cuts the fraction off and, with stochastic rounding, adds 1 where the factor is not 1, the fraction is at
 * least the random word, and what is left is not 0: small positive values die out, and −1 can go to 0. Inputs, outputs and recurrent
 * neurons are counted together, so that pairs up to the largest size leak; if that is odd, the last pair does not.
 */
export function step(core: Core): void {
  const { registers, y, rounding } = core;
  const last = lastStepped(registers);
  const stochastic = registers.EN_STOCH_ROUND === 1;
  const kappa = registers.KAPPA;
  const roundsY = stochastic && kappa !== ONE_KAPPA;
  let state = rounding.y[0]!;
  for (let k = 0; k <= last && k < OUTPUTS; k++) {
    let random = 0;
    if (roundsY) {
      random = draw7(state);
      state = after7(state, random);
    }
    // The generator moves on beyond the active outputs too.
    if (k > registers.NUM_OUT_NEUR) continue;
    const product = y[k]! * kappa;
    const whole = ((product >> 7) << 16) >> 16;
    y[k] = roundsY && whole !== 0 && (product & 0x7f) >= random ? whole + 1 : whole;
  }
  rounding.y[0] = state;

  const pairs = (last + 1) >> 1;
  for (let p = 0; p < pairs; p++) stepPair(core, p, stochastic);
  if ((last & 1) === 0) {
    core.spiked[last] = 0;
    core.spiked[last | 1] = 0;
    latchPair(core, last >> 1);
  }
}

/** What the neuron memory puts out when it reads a pair. */
export function latchPair({ latch, u, inputTrace, recurrentTrace, outputTrace }: Core, p: number): void {
  for (let n = 0; n < 2; n++) {
    const j = 2 * p + n;
    latch.u[n] = u[j]!;
    latch.inputTrace[n] = inputTrace[j]!;
    latch.recurrentTrace[n] = recurrentTrace[j]!;
    latch.outputTrace[n] = outputTrace[j]!;
  }
}

function stepPair(core: Core, p: number, stochastic: boolean): void {
  const { registers, u, inputTrace, recurrentTrace, outputTrace, threshold, dirty, spiked, rounding } = core;
  const alpha = alphaOf(core, p);
  const kappa = registers.KAPPA;
  const theta = threshold[p]!;
  latchPair(core, p);
  for (let n = 0; n < 2; n++) {
    const j = 2 * p + n;
    let [randomU, randomInput, randomRecurrent, randomOutput] = [0, 0, 0, 0];
    if (stochastic) {
      if (alpha !== ONE_ALPHA) rounding.u[n] = randomU = draw15(rounding.u[n]!);
      rounding.input[n] = randomInput = draw15(rounding.input[n]!);
      rounding.recurrent[n] = randomRecurrent = draw15(rounding.recurrent[n]!);
      randomOutput = draw7(rounding.output[n]!);
      rounding.output[n] = after7(rounding.output[n]!, randomOutput);
    }
    if (dirty[j] === 0) {
      u[j] = 0;
      inputTrace[j] = 0;
      recurrentTrace[j] = 0;
      outputTrace[j] = 0;
      dirty[j] = 1;
    }
    const before = u[j]!;
    const roundsAlpha = stochastic && alpha !== ONE_ALPHA;
    const spikes = before >= theta ? 1 : 0;
    spiked[j] = spikes;
    const product = before * alpha;
    let leaked = ((product >> 15) << 16) >> 16;
    if (roundsAlpha && leaked !== 0 && (product & 0x7fff) >= randomU) leaked++;
    u[j] = spikes === 0 ? leaked : registers.RST_MODE === 1 ? 0 : leaked - theta;
    inputTrace[j] = faded(inputTrace[j]! * alpha, randomInput, roundsAlpha);
    recurrentTrace[j] = faded(recurrentTrace[j]! * alpha, randomRecurrent, roundsAlpha);
    const output = outputTrace[j]! * kappa;
    const whole = (output >> 7) & 0x3ff;
    outputTrace[j] = (stochastic && kappa !== ONE_KAPPA && whole !== 0 && (output & 0x7f) >= randomOutput ? whole + 1 : whole) & 0x3ff;
  }
}

/** A trace of 12 bits times α, of which 15 bits are cut off. */
function faded(product: number, random: number, rounds: boolean): number {
  const whole = (product >> 15) & 0xfff;
  return (rounds && whole !== 0 && (product & 0x7fff) >= random ? whole + 1 : whole) & 0xfff;
}
