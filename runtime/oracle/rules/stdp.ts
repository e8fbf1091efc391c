/** Constants of one side of the rule: at a spike of its own, `pair` and what earlier spikes of its own add to it. Times in ms. */
export interface TimingSide {
  readonly tau: number;
  readonly pair: number;
  readonly triplet?: { readonly tau: number; readonly amount: number };
}

export interface SpikePairing {
  readonly pairing: 'all' | 'nearest';
  readonly potentiation: TimingSide;
  readonly depression: TimingSide;
}

/** A spike and how much it counts. */
export type Spike = readonly [at: number, size: number];

export interface TimingVariation {
  /** 'after': traces are read with the spikes of their own tick counted in; default 'before' */
  readonly read?: 'before' | 'after';
}

/** A trace at time t by its definition: Σ size e^(−(t−s)/τ) over the spikes s < t, or the last of them alone. */
function traceAt(t: number, tau: number, spikes: readonly Spike[], { pairing }: SpikePairing, { read }: TimingVariation): number {
  const earlier = spikes.filter(([s]) => s < t || (read === 'after' && s === t));
  const counted = pairing === 'all' ? earlier : earlier.slice(-1);
  return counted.reduce((sum, [s, size]) => sum + size * Math.exp(-(t - s) / tau), 0);
}

/**
 * STDP(t) at every spike, in order of time: z r (A₂⁺ + A₃⁺ o₂) at a postsynaptic one, −x o (A₂⁻ + A₃⁻ r₂) at a presynaptic one, each trace a sum over earlier spikes
 * (Pfister & Gerstner 2006; sheet 6.22). Spikes are given in order of time.
 */
export function stdpSteps(
  pre: readonly Spike[],
  post: readonly Spike[],
  rule: SpikePairing,
  variation: TimingVariation = {},
): readonly { readonly at: number; readonly step: number }[] {
  const side = (own: readonly Spike[], other: readonly Spike[], { tau, pair, triplet }: TimingSide, sign: number) =>
    own.map(([at, size]) => {
      const slow = triplet === undefined ? 0 : triplet.amount * traceAt(at, triplet.tau, own, rule, variation);
      return { at, step: sign * size * traceAt(at, tau, other, rule, variation) * (pair + slow) };
    });
  const steps = [...side(post, pre, rule.potentiation, 1), ...side(pre, post, rule.depression, -1)];
  return steps.sort((a, b) => a.at - b.at);
}

/** c(t) = Σ STDP(s) e^(−(t−s)/τ_c) over s ≤ t, the solution of c ← c e^(−dt/τ_c) + STDP (sheet 6.22) */
export const eligibilityAt = (t: number, tau: number, steps: ReturnType<typeof stdpSteps>): number =>
  steps.reduce((sum, { at, step }) => (at <= t ? sum + step * Math.exp(-(t - at) / tau) : sum), 0);

/** Σ (r − r̄) c(t) over rewards in order of time, r̄ ← r̄ + rate (r − r̄) from 0: Δw of reward-modulated STDP at η = 1 (Florian 2007; sheet 6.22) */
export function rewardedStdp(
  steps: ReturnType<typeof stdpSteps>,
  rewards: readonly { readonly at: number; readonly reward: number }[],
  { tau, rate }: { readonly tau: number; readonly rate: number },
): number {
  let [mean, sum] = [0, 0];
  for (const { at, reward } of rewards) {
    const M = reward - mean;
    mean += rate * M;
    sum += M * eligibilityAt(at, tau, steps);
  }
  return sum;
}
