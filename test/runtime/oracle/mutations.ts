import type { ExecutionContext } from 'ava';
import { early } from '../../../runtime/oracle/chain.ts';
import {
  type Activity,
  type EpropOptions,
  eprop,
  type Gradient,
  goldenLosses,
  type Model,
  type Printed,
  readPrinted,
  type TrainingFixture,
  type TrainingVariation,
} from '../../../runtime/oracle/index.ts';

/** A mistake in a published experiment, and the losses that it is known to lead to; undefined where none is listed. */
export interface Mutation {
  readonly name: string;
  readonly losses: readonly (Printed | undefined)[];
  readonly fixture: TrainingFixture;
  readonly variation?: TrainingVariation;
}

/** The mutated training gives the listed losses at their printed digits, and one of them is far from the golden one. */
export function assertMutation(t: ExecutionContext, { losses, fixture, variation }: Mutation): void {
  const found = goldenLosses(fixture, losses.length, variation);
  let moved = 0;
  for (const [iteration, text] of losses.entries()) {
    if (text === undefined) continue;
    const { value, halfUnit } = readPrinted(text);
    t.true(Math.abs(found[iteration] - value) <= halfUnit * (1 + 1e-6), `iteration ${iteration}: ${found[iteration]}, listed ${text}`);
    moved = Math.max(moved, Math.abs(found[iteration] / Number(fixture.published.losses[iteration]) - 1));
  }
  t.true(moved > 1e-4, `the loss moves by ${moved}`);
}

export function withRule(fixture: TrainingFixture, rule: EpropOptions): TrainingFixture {
  return { ...fixture, eprop: { ...fixture.eprop, ...rule } };
}

export function withModel(fixture: TrainingFixture, model: Partial<Model>): TrainingFixture {
  return { ...fixture, model: { ...fixture.model, ...model } };
}

/** e-prop whose recurrent trace takes z^t for z^{t−1}. */
export function earlyTrace(model: Model, activity: Activity, options: EpropOptions): Gradient {
  return { ...eprop(model, activity, options), wRec: eprop(model, early(model, activity), options).wRec };
}
