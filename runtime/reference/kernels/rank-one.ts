import { fma } from '../../exact.ts';
import { mixed } from './draws.ts';
import { type Kernels, ringRow } from './kernel.ts';

const { fround } = Math;

type Names = 'signs' | 'square_sum' | 'outer_square' | 'balance' | 'blend' | 'shrink' | 'project';

const LANES = 16;

/** Σ x², element k in lane k mod 16, lanes ascending; squares of floats are exact in a double. */
function squares(x: Float32Array, from: number, count: number, lanes: Float64Array): number {
  lanes.fill(0);
  for (let k = 0; k < count; k++) lanes[k % LANES] = lanes[k % LANES]! + x[from + k]! * x[from + k]!;
  let sum = 0;
  for (let lane = 0; lane < LANES; lane++) sum += lanes[lane]!;
  return sum;
}

/** Words of `scales`. */
const [P0, P1, R0, R1] = [0, 1, 2, 3] as const;

export const rankOne: Kernels<Names> = {
  signs({ n, nu, seed, group, first, step }, { floats }) {
    const out = floats(nu);
    return ({ tick }) => {
      for (let j = 0; j < n; j++) out[j] = mixed(seed, tick, group, first + j * step) & 1 ? 1 : -1;
    };
  },
  square_sum({ x, sums, at }, { floats, doubles }) {
    const [value, S, lanes] = [floats(x), doubles(sums), new Float64Array(LANES)];
    return () => {
      S[at] = S[at]! + squares(value, 0, value.length, lanes);
    };
  },
  outer_square({ n, x, rows, stride, delay, m, factor, sums, at }, { floats, doubles }) {
    const [value, phi, S, lanes] = [floats(x), floats(factor), doubles(sums), new Float64Array(LANES)];
    return ({ tick }) => {
      const before = squares(value, ringRow(tick, delay, rows, stride), n, lanes);
      S[at] = S[at]! + before * squares(phi, 0, m, lanes);
    };
  },
  balance({ sums, scales, signs }, { floats, doubles }) {
    const [S, p, length] = [doubles(sums), floats(scales), fround(signs)];
    return () => {
      // The fourth root of a quotient of squares is the square root of a quotient of norms.
      const p0 = S[0]! > 0 && S[1]! > 0 ? Math.sqrt(Math.sqrt(S[0]! / S[1]!)) : 1;
      const p1 = S[2]! > 0 ? Math.sqrt(Math.sqrt(S[2]! / length)) : 1;
      p[P0] = p0;
      p[P1] = p1;
      p[R0] = 1 / p0;
      p[R1] = 1 / p1;
      S.fill(0);
    };
  },
  blend({ n, x, nu, scales, a }, { floats }) {
    const [from, signs, p, out] = [floats(x), floats(nu), floats(scales), floats(a)];
    return () => {
      for (let j = 0; j < n; j++) out[j] = fma(p[P0]!, from[j]!, fround(p[P1]! * signs[j]!));
    };
  },
  shrink({ n, scales, carry, factor }, { floats }) {
    const [p, c, phi] = [floats(scales), floats(carry), floats(factor)];
    return () => {
      for (let j = 0; j < n; j++) {
        c[j] = p[R0]!;
        phi[j] = phi[j]! * p[R1]!;
      }
    };
  },
  project({ n, signal, a, p }, { floats }) {
    const [L, tangent, out] = [floats(signal), floats(a), floats(p)];
    return () => {
      let sum = 0;
      for (let l = 0; l < n; l++) sum = fma(L[l]!, tangent[l]!, sum);
      for (let j = 0; j < n; j++) out[j] = sum;
    };
  },
};
