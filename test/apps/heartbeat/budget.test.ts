import test from 'ava';
import { ganglion } from '../command.ts';

test('heartbeat keeps a budget of active neurons, and says what that costs beside the same run without one', async (t) => {
  const { status, out, err } = await ganglion('run heartbeat --fast --records 106,200 --seconds 1900 --energy-budget 1 --json');
  t.is(status, 0, err);
  const { energyBudget: budget, meanF1, events } = JSON.parse(out);
  t.is(budget.mean, events.active.mean);
  t.true(budget.held && budget.mean <= 1);
  // The control: without a budget more fire than it allows, so that there was something to hold.
  t.true(budget.without.mean > 1);
  t.is(budget.meanF1, meanF1);
  t.is(budget.cost, budget.without.meanF1 - meanF1);
});

test('a run for a person says whether a budget was held', async (t) => {
  const { status, out, err } = await ganglion('run heartbeat --fast --records 200 --seconds 20 --energy-budget 50');
  t.is(status, 0, err);
  t.regex(out, /budget of 50 active neurons: held/);
  t.regex(out, /estimated energy: .* to act, .* to learn/);
});
