import test from 'ava';
import { type Core, createCore, reseed } from '../../../../drivers/chips/reckon/core.ts';
import { eprop, lastBlock } from '../../../../drivers/chips/reckon/eprop.ts';
import { random } from '../../support.ts';
import { type PlainState, plainEprop } from './plain.ts';

const seeds = { input: 0x1abcdef, recurrent: 0x0f0f1, output: 0x2bad5 };

/** A chip in any state, its numbers over the whole of their ranges more often than a run would have them. */
function anyCore(seed: number, [inputs, neurons, outputs]: readonly [number, number, number]): Core {
  const draw = random(seed);
  const whole = (least: number, most: number): number => least + Math.floor(draw() * (most - least + 1));
  const core = createCore();
  const mode = whole(0, 3);
  Object.assign(core.registers, {
    NUM_INP_NEUR: inputs - 1,
    NUM_REC_NEUR: neurons - 1,
    NUM_OUT_NEUR: outputs - 1,
    LEARN_SIG_SCALE: whole(0, 15),
    FP_LOC_TINP: whole(0, 7),
    FP_LOC_TREC: whole(0, 7),
    FP_LOC_TOUT: whole(0, 7),
    REGUL_MODE: mode,
    REGUL_W: 3,
    REGUL_F0: whole(0, 1000),
    REGUL_K_INP_P: whole(0, 31),
    REGUL_K_INP_R: whole(0, 31),
    REGUL_K_REC_P: whole(0, 31),
    REGUL_K_REC_R: whole(0, 31),
    REGUL_K_MUL: whole(0, 10),
    REGRESSION: whole(0, 1),
    NO_OUT_ACT: whole(0, 1),
    ...Object.fromEntries([0, 1, 2, 3].map((k) => [`THR_H_${k}`, whole(-20000, 20000)])),
    ...Object.fromEntries([0, 1, 2, 3, 4].map((k) => [`H_${k}`, whole(-16, 15)])),
    ...Object.fromEntries(
      ['WINP', 'WREC', 'WOUT'].flatMap((name) => [
        [`LR_P_${name}`, whole(0, 31)],
        [`LR_R_${name}`, whole(0, 6)],
      ]),
    ),
    SEED_INP: seeds.input,
    SEED_REC: seeds.recurrent,
    SEED_OUT: seeds.output,
  });
  for (const name of ['SEED_INP', 'SEED_REC', 'SEED_OUT'] as const) reseed(core, name);
  const sparse = (most: number): number => (draw() < 0.3 ? 0 : whole(0, most));
  // Beyond the network everything is as after a reset.
  for (let j = 0; j < Math.max(inputs, neurons); j++) {
    core.dirty[j] = 1;
    core.inputTrace[j] = sparse(4095);
    if (j >= neurons) continue;
    core.u[j] = whole(-32768, 32767);
    core.recurrentTrace[j] = sparse(4095);
    core.outputTrace[j] = sparse(1023);
  }
  core.dirty.fill(1);
  const weights = (of: Int8Array, rows: number, columns: number, stride: number): void => {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) of[i * stride + j] = draw() < 0.1 ? whole(0, 1) * 255 - 128 : whole(-128, 127);
  };
  weights(core.inputWeights, inputs, neurons, 256);
  weights(core.recurrentWeights, neurons, neurons, 256);
  weights(core.outputWeights, neurons, outputs, 16);
  for (let k = 0; k < outputs; k++) {
    core.y[k] = draw() < 0.5 ? whole(-3000, 3000) : whole(-32768, 32767);
    core.targets[k] = whole(-32768, 32767);
  }
  core.label = whole(0, outputs - 1);
  return core;
}

const rowsOf = (of: Int8Array, rows: number, columns: number, stride: number): number[][] =>
  Array.from({ length: rows }, (_, i) => [...of.subarray(i * stride, i * stride + columns)]);

const plainOf = (core: Core, [inputs, neurons, outputs]: readonly [number, number, number]): PlainState => ({
  registers: { ...core.registers },
  u: [...core.u.subarray(0, neurons)],
  inputTrace: [...core.inputTrace],
  recurrentTrace: [...core.recurrentTrace],
  outputTrace: [...core.outputTrace],
  y: [...core.y],
  label: core.label,
  targets: [...core.targets],
  input: rowsOf(core.inputWeights, inputs, neurons, 256),
  recurrent: rowsOf(core.recurrentWeights, neurons, neurons, 256),
  output: rowsOf(core.outputWeights, neurons, outputs, 16),
});

test('e-prop in lanes of 32 bits is that of BigInt, synapse by synapse, at the ends of every range', (t) => {
  let changed = 0;
  const sizes = [
    [12, 20, 3],
    [31, 20, 3],
    [20, 32, 16],
    [1, 2, 1],
    [16, 17, 2],
    [30, 19, 2],
  ] as const;
  for (let run = 0; run < 90; run++) {
    const size = sizes[run % sizes.length]!;
    const core = anyCore(run, size);
    const plain = plainOf(core, size);
    const before = JSON.stringify([plain.input, plain.recurrent, plain.output]);
    plainEprop(plain, seeds);
    for (let block = 0; block <= lastBlock(core); block++) eprop(core, block, true);
    const after = plainOf(core, size);
    const found = JSON.stringify([after.input, after.recurrent, after.output]);
    if (found !== before) changed++;
    t.is(found, JSON.stringify([plain.input, plain.recurrent, plain.output]), `run ${run}, ${size.join('-')}`);
  }
  t.true(changed > 60, `${changed} runs moved weights`);
});

test('every part of it counts: with one number changed, weights differ', (t) => {
  const size = [31, 20, 3] as const;
  const names = [
    'LEARN_SIG_SCALE',
    'FP_LOC_TINP',
    'FP_LOC_TREC',
    'FP_LOC_TOUT',
    'LR_P_WINP',
    'LR_P_WREC',
    'LR_P_WOUT',
    'REGUL_MODE',
    'REGUL_F0',
  ] as const;
  for (const name of names) {
    // Some state shows each of them.
    const seen = Array.from({ length: 40 }, (_, run) => run).some((run) => {
      const core = anyCore(run, size);
      const plain = plainOf(core, size);
      plain.registers[name] ^= 1;
      plainEprop(plain, seeds);
      for (let block = 0; block <= lastBlock(core); block++) eprop(core, block, true);
      const after = plainOf(core, size);
      return JSON.stringify([after.input, after.recurrent, after.output]) !== JSON.stringify([plain.input, plain.recurrent, plain.output]);
    });
    t.true(seen, name);
  }
});
