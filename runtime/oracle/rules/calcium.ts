import type { Spike } from './stdp.ts';

/** Constants of calcium-based STDP; times in ms, a tick is 1 ms. */
export interface CalciumRule {
  readonly tau: number;
  readonly pre: number;
  readonly post: number;
  readonly tauWeight: number;
  readonly most: number;
  readonly potentiation: { readonly threshold: number; readonly rate: number };
  readonly depression: { readonly threshold: number; readonly rate: number };
}

/** c(t) by its definition, the spikes of t counted in: Σ_{s ≤ t} C size e^(−(t−s)/τ) over the spikes of both sides. */
function calciumAt(t: number, { tau, ...brings }: CalciumRule, pre: readonly Spike[], post: readonly Spike[]): number {
  const brought = (C: number, spikes: readonly Spike[]): number =>
    spikes.reduce((sum, [s, size]) => (s <= t ? sum + C * size * Math.exp(-(t - s) / tau) : sum), 0);
  return brought(brings.pre, pre) + brought(brings.post, post);
}

/** What a tick moves a synapse of weight w by: (dt/τ_w)(γ_p (W − w) [c > θ_p] − γ_d w [c > θ_d]) (Graupner & Brunel 2012, eq. 1, without double well and noise) */
function stepOf(c: number, w: number, { tauWeight, most, potentiation, depression }: CalciumRule): number {
  const up = c > potentiation.threshold ? potentiation.rate * (most - w) : 0;
  const down = c > depression.threshold ? depression.rate * w : 0;
  return (up - down) / tauWeight;
}

/** The steps of a synapse whose weight stays, tick by tick. */
export const calciumSteps = (
  pre: readonly Spike[],
  post: readonly Spike[],
  rule: CalciumRule,
  weight: number,
  ticks: number,
): readonly { readonly at: number; readonly step: number }[] =>
  Array.from({ length: ticks }, (_, at) => ({ at, step: stepOf(calciumAt(at, rule, pre, post), weight, rule) }));

/** The weight behind so many ticks, moved at each of them. */
export function calciumWeight(pre: readonly Spike[], post: readonly Spike[], rule: CalciumRule, weight: number, ticks: number): number {
  let w = weight;
  for (let t = 0; t < ticks; t++) w += stepOf(calciumAt(t, rule, pre, post), w, rule);
  return w;
}
