import test from 'ava';
import { DescriptionError } from '../../../runtime/errors.ts';
import { checkModel, checkTrial, f1, forward } from '../../../runtime/oracle/index.ts';

test('a model or a trial of the wrong shape is refused by name', (t) => {
  const { model, trial } = f1();
  t.notThrows(() => checkModel(model));
  t.notThrows(() => checkTrial(model, trial));
  const path = (run: () => unknown) => t.throws(run, { instanceOf: DescriptionError })?.path;
  const short = new Float64Array(3);
  t.is(
    path(() => checkModel({ ...model, weights: { ...model.weights, wIn: short } })),
    'weights.wIn',
  );
  t.is(
    path(() => checkModel({ ...model, weights: { ...model.weights, wRec: short } })),
    'weights.wRec',
  );
  t.is(
    path(() => checkModel({ ...model, weights: { ...model.weights, wOut: short } })),
    'weights.wOut',
  );
  t.is(
    path(() => checkModel({ ...model, feedback: short })),
    'feedback',
  );
  t.is(
    path(() => checkModel({ ...model, connected: new Uint8Array(3) })),
    'connected',
  );
  t.is(
    path(() => checkModel({ ...model, beta: short })),
    'beta',
  );
  t.is(
    path(() => checkTrial(model, { ...trial, inputs: short })),
    'inputs',
  );
  t.is(
    path(() => forward(model, { ...trial, targets: short })),
    'targets',
  );
  t.is(
    path(() => forward(model, { ...trial, importance: short })),
    'importance',
  );
});

test('an absent synapse with a weight is refused', (t) => {
  const { model } = f1();
  const wRec = model.weights.wRec.slice();
  wRec[0] = 0.1;
  t.throws(() => checkModel({ ...model, weights: { ...model.weights, wRec } }), { code: 'ERR_OUT_OF_RANGE' });
});
