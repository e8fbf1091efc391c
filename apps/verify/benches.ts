import { oracle } from './oracle.ts';

/** A small network and a trial on which the compiled program is held against the oracle. */
export interface Bench {
  readonly network: 'F1' | 'dense';
  readonly neuron: 'LIF' | 'ALIF' | 'LIF+ALIF';
  readonly model: oracle.Model;
  readonly trial: oracle.Trial;
}

/** The last ticks of the parts of a trial within which a label holds. */
export const labelTicks = [19, 39, 59] as const;

/** F1, whose recurrence is a list, and a dense network unlike it in every convention; each with LIF, ALIF and both. */
export function benches(): readonly Bench[] {
  return [
    { network: 'F1', neuron: 'LIF', ...oracle.f1With(0) },
    { network: 'F1', neuron: 'ALIF', ...oracle.f1With(0.05) },
    { network: 'F1', neuron: 'LIF+ALIF', ...oracle.f1() },
    { network: 'dense', neuron: 'LIF', ...dense(() => 0) },
    { network: 'dense', neuron: 'ALIF', ...dense(() => 0.1) },
    { network: 'dense', neuron: 'LIF+ALIF', ...dense((j) => (j % 2 === 0 ? 0.1 : 0)) },
  ];
}

const table = (rows: number, columns: number, entry: (row: number, column: number) => number): Float64Array =>
  Float64Array.from({ length: rows * columns }, (_, s) => entry(Math.floor(s / columns), s % columns));

/**
 * Every synapse but those of a neuron onto itself, c_in = 1 − α, readout gain 1, three classes with cross-entropy, graded inputs, an
 * importance of each tick; closed form throughout.
 */
function dense(beta: (neuron: number) => number): { model: oracle.Model; trial: oracle.Trial } {
  const [inputs, neurons, outputs, ticks] = [4, 18, 3, 60];
  const alpha = Math.exp(-1 / 12);
  const model: oracle.Model = {
    inputs,
    neurons,
    outputs,
    weights: {
      wIn: table(inputs, neurons, (i, j) => 2.6 + 2 * Math.sin(1.9 * j + 2.3 * i + 0.4)),
      wRec: table(neurons, neurons, (i, j) => (i === j ? 0 : 1.4 * Math.cos(1.3 * j + 2.9 * i + 0.7))),
      wOut: table(neurons, outputs, (j, k) => 0.4 * Math.sin(1.7 * j + 2.6 * k + 1.1)),
    },
    feedback: table(outputs, neurons, (k, j) => Math.cos(2.1 * j + 0.9 * k)),
    connected: Uint8Array.from(table(neurons, neurons, (i, j) => (i === j ? 0 : 1))),
    alpha,
    kappa: Math.exp(-1 / 8),
    rho: Math.exp(-1 / 40),
    threshold: 0.8,
    beta: Float64Array.from({ length: neurons }, (_, j) => beta(j)),
    surrogate: { height: 0.4, width: 'threshold' },
    inputScale: 1 - alpha,
    readoutGain: 1,
    refractory: 2,
    loss: 'crossEntropy',
  };
  const trial: oracle.Trial = {
    ticks,
    inputs: table(ticks, inputs, (t, i) => ((t * (i + 3) + 2 * i) % 5 === 0 ? 1 + 0.25 * i : 0)),
    targets: table(ticks, outputs, (t, k) => (k === Math.floor(t / 20) ? 1 : 0)),
    importance: table(ticks, 1, (t) => (t < 8 ? 0 : 0.5 + t / 60)),
  };
  return { model, trial };
}

/** Ticks `from` to `to` of a trial. */
export function window(
  { inputs: i, outputs: m }: oracle.Model,
  { inputs, targets, importance }: oracle.Trial,
  from: number,
  to: number,
): oracle.Trial {
  return {
    ticks: to - from,
    inputs: inputs.subarray(from * i, to * i),
    targets: targets.subarray(from * m, to * m),
    ...(importance && { importance: importance.subarray(from, to) }),
  };
}

/** The trial with the target of each label at every tick that it is about. */
export function held({ outputs: m }: oracle.Model, trial: oracle.Trial): oracle.Trial {
  return {
    ...trial,
    targets: trial.targets.map((_, s) => trial.targets[labelTicks.find((tick) => tick >= Math.floor(s / m))! * m + (s % m)]),
  };
}
