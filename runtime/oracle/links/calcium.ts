import { calciumPair, calciumPairWeight, pairOf } from '../fixtures/calcium.ts';
import { agree, differ, listError, type VerifyRow } from '../rows.ts';
import { type CalciumRule, calciumWeight } from '../rules/calcium.ts';

const ALGEBRA = 1e-12;

/** Calcium-based STDP of a pair at seven lags against its closed form. */
export function calciumRows(): VerifyRow[] {
  const { rule, weight, ticks, lags } = calciumPair;
  const expected = lags.map((lag) => calciumPairWeight(lag));
  const off = (used: CalciumRule = rule, sign = 1): number =>
    listError(
      lags.map((lag) => calciumWeight(...pairOf(sign * lag), used, weight, ticks)),
      expected,
    );
  const subject = { rule: 'calcium-based STDP', neuron: 'LIF', feedback: '-', oracle: 'the closed form of one pair' };
  return [
    agree({ ...subject, claim: 'weights at seven lags' }, off(), ALGEBRA),
    differ({ ...subject, claim: 'the other spike first: others' }, off(rule, -1), ALGEBRA),
    differ(
      { ...subject, claim: 'depressed from 1.1 on: others' },
      off({ ...rule, depression: { ...rule.depression, threshold: 1.1 } }),
      ALGEBRA,
    ),
    differ({ ...subject, claim: 'calcium that stays a millisecond longer: others' }, off({ ...rule, tau: rule.tau + 1 }), ALGEBRA),
  ];
}
