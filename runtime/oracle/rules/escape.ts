/** The generator of the draws as it is published with the ops, in whole numbers of any size: 32 bits of (seed, tick, group, index). */
function drawn(...counters: readonly [seed: number, tick: number, group: number, index: number]): number {
  const WORD = 0xffffffffn;
  const [seed, tick, group, index] = counters.map(BigInt) as [bigint, bigint, bigint, bigint];
  let x = (seed ^ ((tick + 1n) * 0x9e3779b1n) ^ ((group + 1n) * 0x85ebca77n) ^ ((index + 1n) * 0xc2b2ae3dn)) & WORD;
  for (const factor of [0x7feb352dn, 0x846ca68bn, 0x9e3779b1n]) {
    x = ((x ^ (x >> 16n)) * factor) & WORD;
    x ^= x >> 15n;
  }
  return Number(x ^ (x >> 16n));
}

export interface EscapeNetwork {
  readonly seed: number;
  readonly group: number;
  /** α */
  readonly decay: number;
  readonly threshold: number;
  readonly width: number;
  /** ticks of which the first is that of the spike and in the others a neuron is silent */
  readonly refractory: number;
  /** [pre][post], a tick late */
  readonly recurrent: readonly (readonly number[])[];
  /** current into each neuron in each tick */
  readonly drive: readonly (readonly number[])[];
}

/**
 * Spikes, (ticks, neurons), of neurons with escape noise that nothing resets: v ← α v + I + Σ_i w_ij z_i(t−1), and who has been silent for `refractory` ticks spikes where
 * u < σ((v − threshold)/width), u = (draw + ½)·2⁻³² (Gerstner & Kistler 2002, section 5.3).
 */
export function escapeSpikes({ seed, group, decay, threshold, width, refractory, recurrent, drive }: EscapeNetwork): number[][] {
  const n = recurrent.length;
  const v = new Float64Array(n);
  const last = new Array<number>(n).fill(Number.NEGATIVE_INFINITY);
  let z = new Array<number>(n).fill(0);
  return drive.map((I, t) => {
    for (let j = 0; j < n; j++) v[j] = decay * v[j]! + I[j]! + z.reduce((sum, spike, i) => sum + spike * recurrent[i]![j]!, 0);
    z = z.map((_, j) => {
      const p = 1 / (1 + Math.exp(-(v[j]! - threshold) / width));
      const spikes = t - last[j]! >= refractory && (drawn(seed, t, group, j) + 0.5) / 2 ** 32 < p;
      if (spikes) last[j] = t;
      return spikes ? 1 : 0;
    });
    return z;
  });
}
