/** Units with symmetric weights and no self-connection, one number a pair: w_ij, i < j, row by row. */
export interface SymmetricNetwork {
  readonly size: number;
  readonly weights: Float64Array;
  /** I_j */
  readonly inputs: Float64Array;
  /** what units are to be; undefined where nobody says */
  readonly targets: readonly (number | undefined)[];
}

/** Place of w_ij, i < j. */
export const pairAt = (size: number, i: number, j: number): number => (i * (2 * size - i - 1)) / 2 + j - i - 1;

/** Visits every pair i < j with its place. */
export function eachPair(size: number, visit: (i: number, j: number, k: number) => void): void {
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) visit(i, j, pairAt(size, i, j));
}

/** Step of the descent, and the change at which it has come to rest. */
const [STEP, REST, MOST] = [0.25, 1e-16, 100_000] as const;

/**
 * V̇ = −V + tanh(W V + I − γ (V − d)) by Euler steps from `start` until nothing moves; γ = 0 is the free phase. It descends E + F, since W is symmetric.
 * `steps`: at most so many.
 */
export function settle(network: SymmetricNetwork, gain: number, start: Float64Array, steps: number = MOST): Float64Array {
  const { size, weights, inputs, targets } = network;
  const V = start.slice();
  // A strong teacher makes the equation stiff.
  const step = STEP / (1 + Math.abs(gain));
  for (let count = 0; count < steps; count++) {
    const u = inputs.map((I, j) => I - gain * (targets[j] === undefined ? 0 : V[j] - targets[j]));
    eachPair(size, (i, j, k) => {
      u[i] += weights[k] * V[j];
      u[j] += weights[k] * V[i];
    });
    let moved = 0;
    for (let j = 0; j < size; j++) {
      const change = step * (Math.tanh(u[j]) - V[j]);
      V[j] += change;
      moved = Math.max(moved, Math.abs(change));
    }
    if (moved <= REST) break;
  }
  return V;
}

/** E = −½ VᵀW V + Σ ∫₀^V tanh⁻¹ − IᵀV */
export function energy({ size, weights, inputs }: SymmetricNetwork, V: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += V[j] * Math.atanh(V[j]) + 0.5 * Math.log1p(-V[j] * V[j]) - inputs[j] * V[j];
  eachPair(size, (i, j, k) => {
    sum -= weights[k] * V[i] * V[j];
  });
  return sum;
}

/** C = ½ Σ (V − d)²; the teacher's term is F = γ C. */
export const teacherCost = ({ targets }: SymmetricNetwork, V: Float64Array): number =>
  targets.reduce<number>((sum, d, j) => sum + (d === undefined ? 0 : (V[j] - d) ** 2 / 2), 0);

export interface ContrastVariation {
  /** where the free phase begins; default 0 */
  readonly freeFrom?: Float64Array;
  /** where the teacher's phase begins; default where the free phase came to rest */
  readonly teacherFrom?: Float64Array;
  /** steps of each phase; default until it rests */
  readonly steps?: number;
}

/** J = E*(teacher) − E*(free), F in the teacher's, and ∂J/∂w_ij = −(V_i V_j)^teacher + (V_i V_j)^free. (Baldi & Pineda 1991; sheet 6.23) */
export function contrast(
  network: SymmetricNetwork,
  gain: number,
  { freeFrom, teacherFrom, steps }: ContrastVariation = {},
): { readonly J: number; readonly gradient: Float64Array } {
  const free = settle(network, 0, freeFrom ?? new Float64Array(network.size), steps);
  const taught = settle(network, gain, teacherFrom ?? free, steps);
  const gradient = new Float64Array(network.weights.length);
  eachPair(network.size, (i, j, k) => {
    gradient[k] = free[i] * free[j] - taught[i] * taught[j];
  });
  return { J: energy(network, taught) + gain * teacherCost(network, taught) - energy(network, free), gradient };
}
