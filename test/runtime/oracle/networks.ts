import { type Loss, legacyRandom, type Model, type Trial } from '../../../runtime/oracle/index.ts';

/**
 * A dense random network unlike F1 in every convention: autapses, c_in = 1 − α, readout gain 1, three outputs, an importance of each
 * tick, a mixture of LIF and ALIF.
 */
export function denseNetwork(loss: Loss, seed = 3): { model: Model; trial: Trial } {
  const [inputs, neurons, outputs, ticks] = [4, 7, 3, 60];
  const random = legacyRandom(seed);
  const alpha = Math.exp(-1 / 12);
  const model: Model = {
    inputs,
    neurons,
    outputs,
    weights: {
      wIn: random.randn(inputs * neurons).map((x) => 4 + 3 * x),
      wRec: random.randn(neurons * neurons).map((x) => 2 * x),
      wOut: random.randn(neurons * outputs),
    },
    feedback: random.randn(outputs * neurons),
    connected: new Uint8Array(neurons * neurons).fill(1),
    alpha,
    kappa: Math.exp(-1 / 8),
    rho: Math.exp(-1 / 40),
    threshold: 0.8,
    beta: Float64Array.from({ length: neurons }, (_, j) => (j % 2 === 0 ? 0.1 : 0)),
    surrogate: { height: 0.4, width: 'threshold' },
    inputScale: 1 - alpha,
    readoutGain: 1,
    refractory: 2,
    loss,
  };
  const trial: Trial = {
    ticks,
    inputs: random.rand(ticks * inputs).map((x) => (x < 0.3 ? 1 : 0)),
    targets: Float64Array.from({ length: ticks * outputs }, (_, s) => (loss === 'squared' ? Math.sin(s) : s % outputs === 1 ? 1 : 0)),
    importance: Float64Array.from({ length: ticks }, (_, t) => (t < 10 ? 0 : 0.5 + 0.01 * t)),
  };
  return { model, trial };
}

/** The two halves of a trial. */
export function halves(model: Model, trial: Trial): [Trial, Trial] {
  const middle = Math.floor(trial.ticks / 2);
  const part = (from: number, to: number): Trial => ({
    ticks: to - from,
    inputs: trial.inputs.slice(from * model.inputs, to * model.inputs),
    targets: trial.targets.slice(from * model.outputs, to * model.outputs),
    ...(trial.importance && { importance: trial.importance.slice(from, to) }),
  });
  return [part(0, middle), part(middle, trial.ticks)];
}
