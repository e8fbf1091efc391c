/** Lorenz 1963 with its usual parameters: σ 10, ρ 28, β 8/3. */
const [SIGMA, RHO, BETA] = [10, 28, 8 / 3] as const;
/** Means and sizes that bring its coordinates to about −1 to 1. */
const [HEIGHT, SIZE] = [25, [20, 25, 25]] as const;

const velocity = ([x, y, z]: readonly number[]): number[] => [SIGMA * (y! - x!), x! * (RHO - z!) - y!, x! * y! - BETA * z!];

/** `ticks` states, `step` of its time apart, by the fourth-order Runge–Kutta method, from a point on the attractor that `phase` chooses. */
export function lorenz(ticks: number, step: number, phase: number): Float32Array {
  const out = new Float32Array(3 * ticks);
  let state = [1 + phase, 1, RHO - 1];
  const along = (k: readonly number[], h: number): number[] => state.map((value, i) => value + h * k[i]!);
  const settle = Math.ceil(20 / step);
  for (let t = -settle; t < ticks; t++) {
    if (t >= 0)
      out.set(
        state.map((value, i) => (value - (i === 2 ? HEIGHT : 0)) / SIZE[i]!),
        3 * t,
      );
    const k1 = velocity(state);
    const k2 = velocity(along(k1, step / 2));
    const k3 = velocity(along(k2, step / 2));
    const k4 = velocity(along(k3, step));
    state = state.map((value, i) => value + (step / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  return out;
}
