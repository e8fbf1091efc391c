import type { exact } from '../../../../runtime/index.ts';

/** Biases and weights of a Boltzmann machine, log p = Σ b_i z_i + Σ_{i<j} w_ij z_i z_j; weights [i][j], symmetric. */
export interface Target {
  readonly biases: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

export function targetOf(random: exact.RandomStream, units: number, std: { readonly bias: number; readonly weight: number }): Target {
  const weights = Array.from({ length: units }, () => new Array<number>(units).fill(0));
  for (let i = 0; i < units; i++) for (let j = 0; j < i; j++) weights[i]![j] = weights[j]![i] = std.weight * random.normal(units * i + j);
  return { biases: Array.from({ length: units }, (_, i) => std.bias * random.normal(100 + i)), weights };
}

/** p of each state, a bit a unit. */
export function probabilities({ biases, weights }: Target): number[] {
  const energies = Array.from({ length: 2 ** biases.length }, (_, state) => {
    const on = (i: number): number => (state >> i) & 1;
    return biases.reduce((sum, b, i) => sum + on(i) * (b + weights[i]!.reduce((inner, w, j) => inner + (j < i ? w * on(j) : 0), 0)), 0);
  });
  const total = energies.reduce((sum, energy) => sum + Math.exp(energy), 0);
  return energies.map((energy) => Math.exp(energy) / total);
}

/** Σ q log(q/p) of counted states, natural logarithm */
export function divergenceOf(counted: readonly number[], p: readonly number[]): number {
  const total = counted.reduce((sum, count) => sum + count, 0);
  return counted.reduce((sum, count, state) => (count === 0 ? sum : sum + (count / total) * Math.log(count / total / p[state]!)), 0);
}
