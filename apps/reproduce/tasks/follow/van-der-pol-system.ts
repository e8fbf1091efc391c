import { exact } from '../../../../runtime/index.ts';

/** τ ẋ₁ = x₂, τ ẋ₂ = μ(1 − x₁²)x₂ − x₁ + u, τ in s (Gilra & Gerstner 2017: μ 2, τ 0.25). */
const [MU, TAU] = [2, 0.25] as const;
/** What stands for 1 in units of the network, which represents vectors up to that length: the cycle reaches 2 and 3.8. */
const SIZE = [3.4, 6] as const;
/** Ticks of 1 ms from one value of the command to the next, by chance in −1 to 1; between them it is a straight line. */
const KNOT = 512;
/** Ticks of the cycle, 7.630 τ. */
export const PERIOD = 1908;

export interface Moment {
  readonly command: readonly [u: number];
  readonly state: readonly [number, number];
}

const velocity = ([a, b]: readonly number[], u: number): number[] => [b! / TAU, (MU * (1 - a! * a!) * b! - a! + u) / TAU];

/** Its course, tick by tick, by the fourth-order Runge–Kutta method; `commanded` says whether u is drawn or 0. */
export function vanDerPol(seed: number): (commanded: boolean) => Moment {
  const random = exact.randomStream(seed, 'command');
  let [from, to, t, draws] = [0, 0, 0, 0];
  let state = [1, 0];
  return (commanded) => {
    if (t % KNOT === 0) [from, to] = [to, 2 * random.uniform(draws++) - 1];
    const u = commanded ? from + ((to - from) * (t % KNOT)) / KNOT : 0;
    t++;
    const along = (k: readonly number[], h: number): number[] => state.map((value, i) => value + h * k[i]!);
    const h = 1e-3;
    const k1 = velocity(state, u);
    const k2 = velocity(along(k1, h / 2), u);
    const k3 = velocity(along(k2, h / 2), u);
    const k4 = velocity(along(k3, h), u);
    state = state.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
    return { command: [u], state: [state[0]! / SIZE[0], state[1]! / SIZE[1]] };
  };
}

/** One turn of the cycle that it settles on without a command. */
export function cycle(): (readonly number[])[] {
  const next = vanDerPol(0);
  for (let t = 0; t < 10 * PERIOD; t++) next(false);
  return Array.from({ length: PERIOD }, () => next(false).state);
}
