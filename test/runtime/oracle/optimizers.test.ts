import test from 'ava';
import { againstPrinted, eprop, f1, f1Published, forward, optimizer, type Weights } from '../../../runtime/oracle/index.ts';

const of = (...values: number[]): Weights => ({ wIn: Float64Array.from(values), wRec: new Float64Array(1), wOut: new Float64Array(1) });

test('SGD walks down the gradient', (t) => {
  t.deepEqual([...optimizer({ kind: 'sgd', rate: 0.5 })(of(1, 2), of(2, -4)).wIn], [0, 4]);
});

test("two steps of Adam are those of the formula, with ε as TensorFlow and as Kingma's Algorithm 1 place it", (t) => {
  const settings = { kind: 'adam', rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 0.01 } as const;
  for (const form of ['tensorflow', 'kingma'] as const) {
    const update = optimizer({ ...settings, form });
    const first = update(of(1), of(2));
    const second = update(first, of(-1));
    let [w, m, v] = [1, 0, 0];
    const expected = [2, -1].map((g, step) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      const [c1, c2] = [1 - 0.9 ** (step + 1), 1 - 0.99 ** (step + 1)];
      w -=
        form === 'tensorflow' ? (((0.1 * Math.sqrt(c2)) / c1) * m) / (Math.sqrt(v) + 0.01) : (0.1 * (m / c1)) / (Math.sqrt(v / c2) + 0.01);
      return w;
    });
    t.true(Math.abs(first.wIn[0] - expected[0]) < 1e-14);
    t.true(Math.abs(second.wIn[0] - expected[1]) < 1e-14);
  }
  const one = (form: 'tensorflow' | 'kingma') => optimizer({ ...settings, form })(of(1), of(2)).wIn[0];
  t.true(Math.abs(one('tensorflow') - one('kingma')) > 1e-3, 'the forms differ in the first step');
});

test('one step of Adam on F1 is the published one', (t) => {
  const { model, trial } = f1();
  const update = optimizer({ kind: 'adam', rate: 5e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const after = update(model.weights, eprop(model, forward(model, trial)));
  const { relativeError, tolerance } = againstPrinted(after.wRec[1] - model.weights.wRec[1], f1Published.adamStep);
  t.true(relativeError <= tolerance);
});

test('a weight without gradient stays', (t) => {
  const update = optimizer({ kind: 'adam', rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  t.is(update(update(of(3), of(0)), of(0)).wIn[0], 3);
});
