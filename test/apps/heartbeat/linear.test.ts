import test from 'ava';
import { createLinearModel, type LinearModel } from '../../../apps/heartbeat/linear.ts';

/** Shows the model one beat whose R peak is at `at`: a bump of the given height and width (ticks) around it; predicts when its window closes. */
function show(model: LinearModel, at: number, height: number, width: number): number {
  for (let tick = at - 60; tick <= at + 24; tick++) model.push(tick, height * Math.exp(-(((tick - at) / width) ** 2)));
  return model.predict(at + 24);
}

test('an untaught model is undecided, whatever it sees', (t) => {
  t.is(show(createLinearModel(), 100, 1, 3), 0.5);
});

test('one beat moves the decision towards its class by a step of logistic regression', (t) => {
  const model = createLinearModel();
  show(model, 100, 1, 3);
  model.learn(true);
  const after = model.predict(124);
  // w = η(1 − ½)x and b = η(1 − ½): the logit is ½η(|x|² + 1)
  const features = Array.from({ length: 28 }, (_, k) => 124 - 54 + 2 * k).map(
    (tick) => (Math.exp(-(((tick - 100) / 3) ** 2)) + Math.exp(-(((tick - 101) / 3) ** 2))) / 2,
  );
  const square = features.reduce((sum, value) => sum + value * value, 0);
  const logits = [1, 2, 4, 8].map((rate) => 0.5 * rate * (square + 1));
  t.true(
    logits.some((logit) => Math.abs(after - 1 / (1 + Math.exp(-logit))) < 1e-12),
    `${after}`,
  );
  model.learn(false);
  t.true(model.predict(124) < after);
});

test('it learns to tell wide inverted beats from narrow ones', (t) => {
  const model = createLinearModel();
  let wrong = 0;
  for (let beat = 0; beat < 200; beat++) {
    const isPvc = beat % 3 === 0;
    const found = show(model, 1000 * (beat + 1), isPvc ? -0.8 + 0.1 * Math.sin(beat) : 1 + 0.1 * Math.cos(beat), isPvc ? 6 : 3);
    if (beat >= 20 && found > 0.5 !== isPvc) wrong++;
    t.true(found >= 0 && found <= 1);
    model.learn(isPvc);
  }
  t.is(wrong, 0);
});

test('what lies before the first tick counts as 0, and ticks of long ago are forgotten', (t) => {
  const model = createLinearModel();
  for (let tick = 0; tick <= 30; tick++) model.push(tick, 1);
  t.true(Number.isFinite(model.predict(30)));
  const [a, b] = [createLinearModel(), createLinearModel()];
  for (let tick = 0; tick < 300; tick++) {
    a.push(tick, tick < 236 ? Math.sin(tick) : 0.5);
    b.push(tick, tick < 236 ? Math.cos(tick) : 0.5);
  }
  for (const model of [a, b]) {
    model.predict(299);
    model.learn(true);
  }
  t.is(a.predict(299), b.predict(299));
});
