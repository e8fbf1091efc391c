/**
 * What a learning tick of the emulated ReckOn costs at 40-100-2: `node [--expose-gc --max-semi-space-size=512] …/measure.js` prints one line of JSON. Every
 * tick but the first has a target, and every input arrives over the AER bus. Time is this process's own: others may be at work.
 */
import { ReckonLearner } from '../../../../drivers/index.ts';
import { random } from '../../support.ts';

const [INPUTS, NEURONS, OUTPUTS] = [40, 100, 2];
const TICKS = 100;
const SAMPLES = 200;

const draw = random(7);
const weights = (length: number, size: number): Int8Array => Int8Array.from({ length }, () => Math.round((draw() - 0.5) * size));
const learner = new ReckonLearner({
  inputs: INPUTS,
  neurons: NEURONS,
  outputs: OUTPUTS,
  threshold: 614,
  alpha: 32740,
  inputWeights: weights(INPUTS * NEURONS, 60),
  recurrentWeights: weights(NEURONS * NEURONS, 40),
  outputWeights: weights(NEURONS * OUTPUTS, 40),
  registers: {
    ...{ EN_STOCH_ROUND: 1, FP_LOC_WINP: 3, FP_LOC_WREC: 3, FP_LOC_WOUT: 3, FP_LOC_TINP: 3, FP_LOC_TREC: 4, FP_LOC_TOUT: 6 },
    ...{ LEARN_SIG_SCALE: 5, REGUL_MODE: 2, REGUL_W: 3, REGUL_F0: 160, REGUL_K_INP_P: 10, REGUL_K_REC_P: 10, KAPPA: 121 },
    ...{ THR_H_0: 205, THR_H_1: 205, THR_H_2: 205, THR_H_3: 205, H_4: 1, LR_P_WINP: 8, LR_P_WREC: 8, LR_P_WOUT: 14 },
  },
});
const addresses: number[] = [];
const starts = [0];
for (let t = 0; t < TICKS; t++) {
  for (let i = 0; i < INPUTS; i++) if (draw() < 0.04) addresses.push(i);
  starts.push(addresses.length);
}
const sample = { ticks: TICKS, addresses, starts, from: 0 };
const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
for (let k = 0; k < 40; k++) learner.play(sample, k & 1);
const us: number[] = [];
let cycles = 0;
collect();
const before = process.memoryUsage().heapUsed;
for (let k = 0; k < SAMPLES; k++) {
  const began = process.cpuUsage();
  cycles += learner.play(sample, k & 1).cycles;
  us.push(process.cpuUsage(began).user / TICKS);
}
const bytes = (process.memoryUsage().heapUsed - before) / (SAMPLES * TICKS);
us.sort((a, b) => a - b);
process.stdout.write(JSON.stringify({ best: us[0], median: us[SAMPLES / 2], bytes, cycles: cycles / (SAMPLES * TICKS) }));
