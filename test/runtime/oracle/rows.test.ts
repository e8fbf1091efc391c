import test from 'ava';
import { againstPrinted, agree, differ, listError, readPrinted, worst } from '../../../runtime/oracle/index.ts';
import { best, outside } from '../../../runtime/oracle/rows.ts';

const subject = { rule: 'rule', neuron: 'LIF', feedback: 'random', claim: 'claim', oracle: 'oracle' };

test('a link passes within its tolerance, a control outside of it, and NaN fails both', (t) => {
  t.true(agree(subject, 1e-13, 1e-12).pass);
  t.false(agree(subject, 1e-11, 1e-12).pass);
  t.false(agree(subject, Number.NaN, 1e-12).pass);
  t.true(differ(subject, 1e-11, 1e-12).pass);
  t.false(differ(subject, 1e-13, 1e-12).pass);
  t.false(differ(subject, Number.NaN, 1e-12).pass);
  t.is(agree(subject, 0, 0).control, undefined);
  t.true(differ(subject, 1, 0).control);
});

test('a printed number is trusted to half a unit of its last digit', (t) => {
  t.deepEqual(readPrinted('-.25'), { value: -0.25, halfUnit: 0.005 });
  t.deepEqual(readPrinted('42'), { value: 42, halfUnit: 0.5 });
  const holds = (value: number) => {
    const { relativeError, tolerance } = againstPrinted(value, '2.00');
    return relativeError <= tolerance;
  };
  t.true(holds(2.0049) && holds(1.9951));
  t.false(holds(2.0051) || holds(1.9949) || holds(Number.NaN));
});

test('worst and best are judged in units of the tolerance, and NaN is worst', (t) => {
  const loose = { relativeError: 1e-3, tolerance: 1e-2 };
  const tight = { relativeError: 1e-9, tolerance: 1e-10 };
  const broken = { relativeError: Number.NaN, tolerance: 1 };
  t.is(worst([loose, tight]), tight);
  t.is(best([loose, tight]), loose);
  t.is(worst([loose, broken, tight]), broken);
  t.is(worst([broken, tight]), broken);
});

test('a list that ends early is infinitely wrong', (t) => {
  t.is(listError([1], [1, 2]), Number.POSITIVE_INFINITY);
  t.is(listError([1, 3], [1, 2]), 0.5);
  t.true(Number.isNaN(listError([1, Number.NaN], [1, 2])));
});

test('a count is measured from the bound that it crosses', (t) => {
  t.is(outside(5, 1, 19), 0);
  t.is(outside(0, 1, 19), 1);
  t.is(outside(38, 1, 19), 1);
});
