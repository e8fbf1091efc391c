import { type EpropOptions, eprop } from './eprop.ts';
import type { TrainingFixture } from './fixtures/fixture.ts';
import { type Activity, forward } from './forward.ts';
import { type Gradient, meanGradient } from './gradient.ts';
import type { Model, Trial } from './model.ts';
import { optimizer } from './optimizers.ts';

/** What one training iteration saw and did. */
export interface Iteration {
  /** mean loss of the batch, before the update */
  readonly loss: number;
  /** spikes of all neurons in the batch */
  readonly spikes: number;
  /** mean gradient of the batch */
  readonly gradient: Gradient;
}

/** The places where a test may put a different network or a different rule. Defaults: rest, forward, e-prop. */
export interface TrainingVariation {
  readonly run?: (model: Model, trial: Trial) => Activity;
  readonly gradient?: (model: Model, activity: Activity, options: EpropOptions) => Gradient;
}

/**
 * Trains a fixture: for each batch, run every trial from rest, average the gradients of e-prop, update once. Lazily: an iteration
 * is computed when it is asked for. (sheet 1.3, steps 11 and 12)
 */
export function* train(fixture: TrainingFixture, variation: TrainingVariation = {}): Generator<Iteration, void, undefined> {
  const { run = forward, gradient: rule = eprop } = variation;
  const update = optimizer(fixture.optimizer);
  let model = fixture.model;
  for (const trials of fixture.batches) {
    const activities = trials.map((trial) => run(model, trial));
    const gradient = meanGradient(activities.map((activity) => rule(model, activity, fixture.eprop)));
    yield {
      loss: activities.reduce((sum, { loss }) => sum + loss, 0) / trials.length,
      spikes: activities.reduce((sum, { spikeCounts }) => sum + spikeCounts.reduce((all, count) => all + count, 0), 0),
      gradient,
    };
    model = { ...model, weights: update(model.weights, gradient) };
  }
}

/** The losses of the first iterations (all by default). */
export function goldenLosses(fixture: TrainingFixture, iterations = fixture.batches.length, variation: TrainingVariation = {}): number[] {
  const losses: number[] = [];
  for (const { loss } of train({ ...fixture, batches: fixture.batches.slice(0, iterations) }, variation)) losses.push(loss);
  return losses;
}
