import { exact } from '../../runtime/index.ts';

/**
 * How a membrane is put on ticks. 'exact': α = e^(−dt/τ), the solution for a current that is constant over a tick (Rockpool, Nengo). 'euler':
 * α = 1 − dt/τ (snnTorch, Norse, Lava). The input has 1 − α either way. Networks here have α = e^(−dt/tauMem), so that 'euler' is another tauMem.
 */
export type Discretization = 'exact' | 'euler';

export interface Timing {
  /** length of a tick, ms */
  readonly dt: number;
  /** ms of one unit of time of the file */
  readonly unit: number;
  readonly discretization: Discretization;
}

/** Time constant of a description, ms, from that of a file. */
export function tauFrom(tau: number, { dt, unit, discretization }: Timing): number {
  const ms = tau * unit;
  return discretization === 'exact' ? ms : -dt / exact.log(1 - dt / ms);
}

/** The other way: a number that comes back as it went, where there is one; the nearest float32 before a longer one. */
export function tauTo(ms: number, timing: Timing): number {
  const { dt, unit, discretization } = timing;
  const tau = (discretization === 'exact' ? ms : dt / (1 - exact.exp(-dt / ms))) / unit;
  return inverse(ms, tau, (candidate) => tauFrom(candidate, timing));
}

/** An x near `guess` with f(x) = y: a float32 if there is one, or a float64, or the guess itself. */
export function inverse(y: number, guess: number, f: (x: number) => number): number {
  for (const [nearest, step] of [
    [Math.fround(guess), 2 ** -24],
    [guess, 2 ** -53],
  ] as const)
    for (const ulps of [0, 1, -1, 2, -2, 3, -3, 4, -4]) {
      const candidate = nearest * (1 + ulps * 2 * step);
      const x = step > 2 ** -30 ? Math.fround(candidate) : candidate;
      if (f(x) === y) return x;
    }
  return guess;
}

/** 1 − e^(−dt/τ), as the network has it. */
export const complement = (dt: number, tau: number): number => 1 - exact.decay(dt, tau);

/** The largest float32 below one above 0: v ≥ x is v > below(x). */
export function below(x: number): number {
  const [single] = [Float32Array.of(x)];
  new Uint32Array(single.buffer)[0]! -= 1;
  return single[0]!;
}
