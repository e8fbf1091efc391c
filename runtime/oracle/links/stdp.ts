import { f8, f8Published } from '../fixtures/f8.ts';
import { agree, agreePrinted, differ, differPrinted, type VerifyRow } from '../rows.ts';
import { rewardedStdp, type Spike, type SpikePairing, stdpSteps, type TimingVariation } from '../rules/stdp.ts';

const ALGEBRA = 1e-12;

/** N spikes with a period P, and N others that follow each by Δ, ms. */
const [N, P, LAG] = [12, 25, 7] as const;
const train = (first: number): readonly Spike[] => Array.from({ length: N }, (_, k) => [first + k * P, 1]);

const pairs: Omit<SpikePairing, 'pairing'> = { potentiation: { tau: 20, pair: 0.01 }, depression: { tau: 40, pair: 0.004 } };

/** Σ STDP of two periodic trains of pairs: geometric sums over how many periods a spike looks back. */
function periodic(pairing: SpikePairing['pairing']): number {
  const { potentiation, depression } = pairs;
  const [q, d] = [Math.exp(-P / potentiation.tau), Math.exp(-P / depression.tau)];
  // Σ_{n=0}^{N−1} (N − n) q^n
  const sum = (ratio: number) => N / (1 - ratio) - (ratio * (1 - ratio ** N)) / (1 - ratio) ** 2;
  const [up, down] = pairing === 'all' ? [sum(q), sum(d) - N] : [N, (N - 1) * d];
  return potentiation.pair * Math.exp(-LAG / potentiation.tau) * up - depression.pair * Math.exp(LAG / depression.tau) * down;
}

/** STDP of pairs and triplets against F8 and closed forms; what a reward makes of it. */
export function stdpRows(): VerifyRow[] {
  const subject = { rule: 'STDP', neuron: 'LIF', feedback: '-' };
  const weights = (rule: SpikePairing = f8.rule, variation: TimingVariation = {}) => {
    const steps = stdpSteps(f8.pre, f8.post, rule, variation);
    return f8Published.map(
      ([at, printed]) => [steps.reduce<number>((w, { at: when, step }) => (when <= at ? w + step : w), f8.weight), printed] as const,
    );
  };
  const print = 'F8 as printed';
  const total = (pairing: SpikePairing['pairing']): number =>
    stdpSteps(train(0), train(LAG), { ...pairs, pairing }).reduce((sum, { step }) => sum + step, 0);
  const against = (found: number, wanted: number): number => Math.abs(found / wanted - 1);
  const closed = 'geometric sums over pairs';
  const [tau, rate] = [500, 0.2];
  const rewards = [
    { at: 100, reward: 1 },
    { at: 400, reward: 3 },
  ];
  const one = stdpSteps([[20, 1]], [[20 + LAG, 1]], { ...pairs, pairing: 'all' });
  const c = (at: number, decay = tau): number =>
    pairs.potentiation.pair * Math.exp(-LAG / pairs.potentiation.tau - (at - 20 - LAG) / decay);
  const judged = c(100) + (3 - rate) * c(400);
  const rewarded = { ...subject, rule: 'reward-modulated STDP', oracle: 'the closed form of one pair' };
  return [
    agreePrinted({ ...subject, claim: 'nine weights of triplets', oracle: print }, weights()),
    differPrinted(
      { ...subject, claim: 'paired with the nearest spike: others', oracle: print },
      weights({ ...f8.rule, pairing: 'nearest' }),
    ),
    differPrinted(
      { ...subject, claim: 'read with the spike itself counted in: others', oracle: print },
      weights(f8.rule, { read: 'after' }),
    ),
    ...(['all', 'nearest'] as const).map((pairing) =>
      agree({ ...subject, claim: `periodic pairs, ${pairing}`, oracle: closed }, against(total(pairing), periodic(pairing)), ALGEBRA),
    ),
    differ(
      { ...subject, claim: 'periodic pairs: all are not the nearest', oracle: closed },
      against(total('all'), periodic('nearest')),
      ALGEBRA,
    ),
    agree({ ...rewarded, claim: 'two rewards, above their mean' }, against(rewardedStdp(one, rewards, { tau, rate }), judged), ALGEBRA),
    differ({ ...rewarded, claim: 'without the mean: another' }, against(rewardedStdp(one, rewards, { tau, rate: 0 }), judged), ALGEBRA),
    differ(
      { ...rewarded, claim: 'an eligibility that fades twice as fast: another' },
      against(rewardedStdp(one, rewards, { tau: tau / 2, rate }), judged),
      ALGEBRA,
    ),
  ];
}
