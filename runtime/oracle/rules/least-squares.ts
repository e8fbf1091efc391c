/** What a linear readout sees and is asked for: values [sample][input], targets [sample][output], and a weight a sample (default 1). */
export interface Samples {
  readonly inputs: number;
  readonly outputs: number;
  readonly values: Float64Array;
  readonly targets: Float64Array;
  readonly importance?: Float64Array;
}

/** Weights [input][output] and P [input][input], the inverse of ridge + Σ m x xᵀ. */
export interface LeastSquares {
  readonly weights: Float64Array;
  readonly P: Float64Array;
}

export interface LeastSquaresVariation {
  /** false: the step is P x as it was before the sample, without 1/(1 + m xᵀPx), as public code has it; default true */
  readonly gain?: boolean;
  /** rounds each entry of P and of what is made of it; default none */
  readonly round?: (x: number) => number;
}

/** c = P x, g = 1/(1 + m xᵀc), w ← w − g c (m e)ᵀ, P ← P − m g c cᵀ, from w = 0 and P = 1/ridge (Sussillo & Abbott 2009, eq. 4–5; sheet 6.18). */
export function recursiveLeastSquares(
  samples: Samples,
  ridge: number,
  { gain = true, round = (x) => x }: LeastSquaresVariation = {},
): LeastSquares {
  const { inputs: n, outputs, values, targets, importance } = samples;
  const weights = new Float64Array(n * outputs);
  const P = new Float64Array(n * n);
  for (let i = 0; i < n; i++) P[i * n + i] = round(1 / ridge);
  const c = new Float64Array(n);
  for (let t = 0; t < values.length / n; t++) {
    const x = values.subarray(t * n, (t + 1) * n);
    const m = importance?.[t] ?? 1;
    let spread = 0;
    for (let i = 0; i < n; i++) {
      c[i] = 0;
      for (let j = 0; j < n; j++) c[i] = round(c[i] + round(P[i * n + j] * x[j]));
      spread += x[i] * c[i];
    }
    const g = round(1 / (1 + m * spread));
    for (let k = 0; k < outputs; k++) {
      let error = -targets[t * outputs + k];
      for (let i = 0; i < n; i++) error += x[i] * weights[i * outputs + k];
      for (let i = 0; i < n; i++) weights[i * outputs + k] -= (gain ? g : 1) * c[i] * m * error;
    }
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) P[i * n + j] = round(P[i * n + j] - round(round(m * g * c[i]) * c[j]));
  }
  return { weights, P };
}

/** The same at once: w = (ridge + Σ m x xᵀ)⁻¹ Σ m x y*ᵀ, by elimination. */
export function ridgeRegression({ inputs: n, outputs, values, targets, importance }: Samples, ridge: number): Float64Array {
  const width = n + outputs;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(width);
    row[i] = ridge;
    for (let t = 0; t < values.length / n; t++) {
      const share = (importance?.[t] ?? 1) * values[t * n + i];
      for (let j = 0; j < n; j++) row[j] += share * values[t * n + j];
      for (let k = 0; k < outputs; k++) row[n + k] += share * targets[t * outputs + k];
    }
    return row;
  });
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      if (i === j) continue;
      const factor = rows[i][j] / rows[j][j];
      for (let k = j; k < width; k++) rows[i][k] -= factor * rows[j][k];
    }
  }
  return Float64Array.from(
    { length: n * outputs },
    (_, s) => rows[Math.floor(s / outputs)][n + (s % outputs)] / rows[Math.floor(s / outputs)][Math.floor(s / outputs)],
  );
}

/** Directions in which a symmetric matrix is not positive: pivots of its LDLᵀ that are not above 0, or NaN. */
export function notPositive(P: Float64Array): number {
  const n = Math.round(Math.sqrt(P.length));
  const A = Float64Array.from({ length: n * n }, (_, s) => (P[s] + P[(s % n) * n + Math.floor(s / n)]) / 2);
  let count = 0;
  for (let j = 0; j < n; j++) {
    const pivot = A[j * n + j];
    if (!(pivot > 0)) count++;
    for (let i = j + 1; i < n; i++) for (let k = j + 1; k < n; k++) A[i * n + k] -= (A[i * n + j] * A[j * n + k]) / pivot;
  }
  return count;
}
