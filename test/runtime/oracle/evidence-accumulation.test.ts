import test from 'ava';
import {
  type Activity,
  againstPrinted,
  type EpropOptions,
  type EpropTraces,
  eprop,
  evidenceAccumulation,
  forward,
  type Gradient,
  goldenLosses,
  listError,
  type Model,
  norm,
  type OptimizerSettings,
  pseudoDerivative,
  type State,
  type Trial,
  train,
  zeroTraces,
} from '../../../runtime/oracle/index.ts';
import { assertMutation, earlyTrace, type Mutation, withModel, withRule } from './mutations.ts';

const fixture = evidenceAccumulation(1);
const { model, published } = fixture;
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, x) => total + x, 0);

function prints(value: number, text: string): boolean {
  const { relativeError, tolerance } = againstPrinted(value, text);
  return relativeError <= tolerance;
}

test('gold B is rebuilt from its seed: sums of the weights and spikes of the first inputs', (t) => {
  t.true(prints(sum(model.weights.wIn), '7.52117196'));
  t.true(prints(sum(model.weights.wRec), '8.32974548'));
  t.true(prints(sum(model.weights.wOut), '3.42677643'));
  t.true(prints(sum(model.feedback), '-20.9971583'));
  t.deepEqual(
    fixture.batches.slice(0, 2).map(([trial]) => sum(trial.inputs)),
    [597, 562],
  );
});

test('gold B: five iterations give the losses of NEST to 1e-11 and the spikes and gradient norms of the sheet', (t) => {
  const iterations = [...train(fixture)];
  t.true(
    listError(
      iterations.map(({ loss }) => loss),
      published.losses.map(Number),
    ) < 1e-11,
  );
  t.deepEqual(
    iterations.map(({ spikes }) => spikes),
    [...published.spikes!],
  );
  const { gradient } = iterations[0];
  for (const name of ['wIn', 'wRec', 'wOut'] as const) t.true(prints(norm(gradient[name]), published.norms![name]), name);
});

test('gold B: five iterations with a batch of two give the losses of NEST to 1e-11', (t) => {
  const pair = evidenceAccumulation(2);
  t.true(listError(goldenLosses(pair), pair.published.losses.map(Number)) < 1e-11);
  t.true(listError(goldenLosses(fixture, 2), pair.published.losses.slice(0, 2).map(Number)) > 1e-3, 'the batch is visible');
});

test('gold B: the losses agree with the float32 program of the authors to 1e-6', (t) => {
  t.true(listError(goldenLosses(fixture), published.float32Losses!.map(Number)) < 1e-6);
});

const adam = (change: object): typeof fixture => ({ ...fixture, optimizer: { ...fixture.optimizer, ...change } as OptimizerSettings });

/** A run whose pseudo-derivative does not know the refractory period. */
function unmasked(network: Model, trial: Trial): Activity {
  const activity = forward(network, trial);
  return { ...activity, psi: activity.v.map((v, s) => pseudoDerivative(network, v, activity.A[s])) };
}

/** Runs that each start where the last one ended. */
function continuing(): (network: Model, trial: Trial) => Activity {
  let state: State | undefined;
  return (network, trial) => {
    const activity = forward(network, trial, state ? { state } : {});
    state = activity.after;
    return activity;
  };
}

/**
 * e-prop that advances ε_a before e is read: e^t = ψ (pre − β ε_a^{t+1}) with ε_a^{t+1} = (ρ − βψ) ε_a^t + ψ pre. The rows of LIF
 * neurons are right; those of ALIF neurons are computed here, synapse by synapse, and put in their place.
 */
function eagerAdaptation(network: Model, activity: Activity, options: EpropOptions): Gradient {
  const { inputs, neurons: n, outputs, beta, alpha, rho, kappa, readoutGain, feedback, connected } = network;
  const { trial, z, psi, error, spikeCounts } = activity;
  const gradient = eprop(network, activity, options);
  const pre = new Float64Array((inputs + n) * trial.ticks);
  for (let t = 0; t < trial.ticks; t++) {
    for (let i = 0; i < inputs + n; i++) {
      const arriving = i < inputs ? trial.inputs[t * inputs + i] : t > 0 ? z[(t - 1) * n + i - inputs] : 0;
      pre[t * (inputs + n) + i] = arriving + (t > 0 ? alpha * pre[(t - 1) * (inputs + n) + i] : 0);
    }
  }
  for (let j = 0; j < n; j++) {
    if (beta[j] === 0) continue;
    const b = beta[j];
    const pull = (options.regularization!.strength * (spikeCounts[j] / trial.ticks - options.regularization!.target)) / trial.ticks;
    for (let i = 0; i < inputs + n; i++) {
      let [adaptation, filtered, total] = [0, 0, 0];
      for (let t = 0; t < trial.ticks; t++) {
        const p = psi[t * n + j];
        const voltage = pre[t * (inputs + n) + i];
        adaptation = (rho - b * p) * adaptation + p * voltage;
        const e = p * (voltage - b * adaptation);
        filtered = kappa * filtered + readoutGain * e;
        let signal = 0;
        for (let k = 0; k < outputs; k++) signal += error[t * outputs + k] * feedback[k * n + j];
        total += signal * filtered + pull * e;
      }
      if (i < inputs) gradient.wIn[i * n + j] = total;
      else if (connected[(i - inputs) * n + j] === 1) gradient.wRec[(i - inputs) * n + j] = total;
    }
  }
  return gradient;
}

const mutations: readonly Mutation[] = [
  { name: 'ψ not masked in the refractory period', losses: [undefined, '.742000', '.664405'], fixture, variation: { run: unmasked } },
  {
    name: 'the width of ψ follows the adaptive threshold',
    losses: [undefined, '.743159', '.666364'],
    fixture: withModel(fixture, { surrogate: { ...model.surrogate, width: 'adaptive' } }),
  },
  {
    name: 'no adaptation term in the eligibility',
    losses: [undefined, '.731586', '.670850'],
    fixture: withRule(fixture, { adaptation: 'dropped' }),
  },
  { name: 'ε_a updated before e is read', losses: [undefined, '.745126', '.664103'], fixture, variation: { gradient: eagerAdaptation } },
  { name: 'ε_a decaying by ρ alone', losses: [undefined, '.739093', '.662482'], fixture: withRule(fixture, { adaptation: 'leakOnly' }) },
  {
    name: 'adaptation normalized by 1 − ρ',
    losses: ['.813535'],
    fixture: withModel(fixture, { beta: model.beta.map((beta) => beta * (1 - model.rho)) }),
  },
  { name: 'one extra refractory tick', losses: ['.722385'], fixture: withModel(fixture, { refractory: 6 }) },
  { name: 'the recurrent trace one tick off', losses: [undefined, '.738325', '.666954'], fixture, variation: { gradient: earlyTrace } },
  { name: 'no κ filter on e', losses: [undefined, '.727400', '.666893'], fixture: withRule(fixture, { filter: 'none' }) },
  { name: "Adam's ε in Kingma's form", losses: [undefined, '.738501', '.664304'], fixture: adam({ form: 'kingma' }) },
  { name: "Adam's ε 1e-7", losses: [undefined, '.738102', '.654003'], fixture: adam({ epsilon: 1e-7 }) },
  { name: 'symmetric feedback', losses: [undefined, '.703406', '.726341'], fixture: withRule(fixture, { feedback: 'symmetric' }) },
  { name: 'the state carried over between trials', losses: [undefined, '.744062', '.664367'], fixture, variation: { run: continuing() } },
];

for (const mutation of mutations) test(`gold B notices: ${mutation.name}`, (t) => assertMutation(t, mutation));

test('gold B notices: traces carried over between trials', (t) => {
  let traces: EpropTraces | undefined;
  const gradient = (network: Model, activity: Activity, options: EpropOptions) => {
    traces ??= zeroTraces(network);
    return eprop(network, activity, { ...options, traces });
  };
  t.true(listError(goldenLosses(fixture, 3, { gradient }), published.losses.slice(0, 3).map(Number)) > 1e-5);
});
