import { type Backend, epropTrace } from '../../runtime/index.ts';
import type { Wiring } from './describe.ts';
import { oracle } from './oracle.ts';
import { load, lossOf, play } from './play.ts';

/** What float32 may cost a loss in five iterations, relative. (sheet 4) */
const LOSS = 1e-3;

/** A published experiment as a user writes it down: its rule, its optimizer, and state that an episode's end puts at rest. */
export function wiringOf({ eprop, optimizer }: oracle.TrainingFixture): Wiring {
  const { feedback = 'symmetric', filter, regularization } = eprop;
  if (optimizer.kind !== 'sgd' && optimizer.kind !== 'adam') throw new RangeError(`SGD or Adam required, got ${optimizer.kind}`);
  if (filter === 'unitGain' || regularization?.trace === 'filtered')
    throw new RangeError(`a filter of readout or none and an unfiltered regularization required, got ${JSON.stringify(eprop)}`);
  return {
    feedback,
    ...(filter && { filter }),
    ...(regularization && { rate: { strength: regularization.strength, target: regularization.target, average: 'episode' } }),
    optimizer:
      optimizer.kind === 'sgd'
        ? { kind: 'sgd', rate: optimizer.rate }
        : { kind: 'adam', rate: optimizer.rate, beta1: optimizer.beta1, beta2: optimizer.beta2, epsilon: optimizer.epsilon },
    learning: { update: 'episode', episode: 'reset' },
  };
}

/** Loss of each iteration, before its update, and the spikes of all neurons in it; one trial an iteration. */
export function train(
  backend: Backend,
  fixture: oracle.TrainingFixture,
  iterations = fixture.batches.length,
  broken: Partial<Wiring> = {},
): { losses: number[]; spikes: number[] } {
  const executable = load(backend, fixture.model, { ...wiringOf(fixture), ...broken });
  const [losses, spikes]: [number[], number[]] = [[], []];
  for (const [trial] of fixture.batches.slice(0, iterations)) {
    const played = play(executable, trial, { ends: true });
    losses.push(lossOf(fixture.model, trial, played));
    spikes.push(played.spikes.reduce((sum, count) => sum + count, 0));
  }
  executable.dispose();
  return { losses, spikes };
}

function goldenRows(
  backend: Backend,
  neuron: string,
  fixture: oracle.TrainingFixture,
  controls: readonly (readonly [claim: string, broken: Partial<Wiring>])[],
): oracle.VerifyRow[] {
  const about = (claim: string, judge = 'NEST, float64'): oracle.Subject => ({
    rule: `e-prop on ${backend.name}`,
    neuron,
    feedback: 'random',
    claim: `${fixture.name}: ${claim}`,
    oracle: judge,
  });
  const { losses, spikes = [] } = fixture.published;
  const lossError = (found: readonly number[]) => oracle.listError(found, losses.slice(0, found.length).map(Number));
  const spikeError = (found: readonly number[]) => oracle.listError(found, spikes.slice(0, found.length));
  const own = train(backend, fixture);
  return [
    oracle.agree(about('gives the losses of five iterations'), lossError(own.losses), LOSS),
    oracle.agree(about('spikes as often in five iterations', 'NumPy, float64'), spikeError(own.spikes), LOSS),
    // A broken rule shows in the loss and the spikes after its first update.
    ...controls.flatMap(([claim, broken]) => {
      const run = train(backend, fixture, 2, broken);
      return [
        oracle.differ(about(claim), lossError(run.losses), LOSS),
        oracle.differ(about(claim, 'NumPy, float64'), spikeError(run.spikes), LOSS),
      ];
    }),
  ];
}

/** Five iterations of pattern generation: forward, e-prop, rate regularization and SGD together. (sheet 5.1) */
export function patternRows(backend: Backend): oracle.VerifyRow[] {
  return goldenRows(backend, 'LIF', oracle.patternGeneration(), [
    ['without the filter it does not', { filter: 'none' }],
    ['with synapses of a neuron onto itself it does not', { autapses: true }],
  ]);
}

/** Five iterations of evidence accumulation: adaptive neurons, cross-entropy in a window and Adam. (sheet 5.2) */
export function evidenceRows(backend: Backend): oracle.VerifyRow[] {
  return goldenRows(backend, 'LIF+ALIF', oracle.evidenceAccumulation(1), [
    ['with the adaptation not kept it does not', { keep: { ...epropTrace.keep, adaptation: false } }],
  ]);
}
