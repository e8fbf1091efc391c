import type { RuleSheet } from '../../learning/sheet.ts';

/** One neuron of SuperSpike: what it sees and what it is asked for. */
export interface SuperSpikeBench {
  readonly ticks: number;
  readonly inputs: number;
  /** (ticks, inputs): spikes */
  readonly spikes: Float64Array;
  /** (inputs) */
  readonly weights: Float64Array;
  /** ticks at which it should spike */
  readonly target: readonly number[];
}

export interface SuperSpikeOptions {
  /** control: σ′ε and the error enter unfiltered */
  readonly filter?: 'double' | 'none';
}

export interface SuperSpikeResult {
  /** ticks of its spikes */
  readonly spikes: readonly number[];
  /** ½ Σ (α ∗ (Ŝ − S))² */
  readonly loss: number;
  /** (inputs): Σ_t e λ_i, along which the weights move */
  readonly ascent: Float64Array;
  /** Σ_t σ′ */
  readonly slopes: number;
}

const [RISE, DECAY] = [Math.exp(-1 / 5), Math.exp(-1 / 10)];
/** The continuous kernel e^{−t/10} − e^{−t/5} is greatest at t = 10 ln 2, where it is 1/4. */
const PEAK = 4;

/** Double exponential of `count` signals: q ← e^{−1/τ} q + x for τ = 5 and 10 ms, output 4 (q₁₀ − q₅). An impulse answers a tick late. */
function doubleExponential(count: number): (x: Float64Array) => Float64Array {
  const rise = new Float64Array(count);
  const decay = new Float64Array(count);
  return (x) =>
    x.map((value, s) => {
      rise[s] = RISE * rise[s] + value;
      decay[s] = DECAY * decay[s] + value;
      return PEAK * (decay[s] - rise[s]);
    });
}

/**
 * SuperSpike (Zenke & Ganguli 2018; sheet 6.16): ε_i = α ∗ S_i, u = Σ w_i ε_i + η, S = [u ≥ 1],
 *   σ′ = 1/(1 + 10|u − 1|)²,  λ_i = α ∗ (σ′ ε_i),  e = α ∗ (Ŝ − S),  Δw_i ∝ Σ_t e λ_i
 * η is multiplied by e^{−1/10} each tick; a spike takes 1 from it afterwards, so σ′ sees the membrane before its reset.
 */
export function superSpike({ ticks, inputs, spikes, weights, target }: SuperSpikeBench, options: SuperSpikeOptions = {}): SuperSpikeResult {
  const identity = (x: Float64Array) => x;
  const filter = (count: number) => (options.filter === 'none' ? identity : doubleExponential(count));
  const [synapses, traces, errors] = [doubleExponential(inputs), filter(inputs), filter(1)];
  const ascent = new Float64Array(inputs);
  const fired: number[] = [];
  let reset = 0;
  let loss = 0;
  let slopes = 0;
  for (let t = 0; t < ticks; t++) {
    const epsilon = synapses(spikes.subarray(t * inputs, (t + 1) * inputs));
    reset *= DECAY;
    const u = epsilon.reduce((sum, value, i) => sum + weights[i] * value, reset);
    const S = u >= 1 ? 1 : 0;
    if (S === 1) fired.push(t);
    reset -= S;
    const slope = 1 / (1 + 10 * Math.abs(u - 1)) ** 2;
    slopes += slope;
    const lambda = traces(epsilon.map((value) => slope * value));
    const [e] = errors(Float64Array.of((target.includes(t) ? 1 : 0) - S));
    loss += 0.5 * e * e;
    for (let i = 0; i < inputs; i++) ascent[i] += e * lambda[i];
  }
  return { spikes: fired, loss, ascent, slopes };
}

export const superSpikeOracleSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'superSpike',
  title: 'SuperSpike',
  approximates: 'The reset and the recurrent weights; the loss is a distance of filtered spike trains.',
  cells: 'LIF with double-exponential synapses',
  fits: 'Spike trains whose times matter.',
  source: 'Zenke & Ganguli 2018, Neural Computation 30:1514',
  examples: [],
};
