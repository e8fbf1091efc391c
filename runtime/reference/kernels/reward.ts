import { exp, flush, fma, log } from '../../exact.ts';
import { mixed, normal } from './draws.ts';
import type { Kernels } from './kernel.ts';

const { fround } = Math;

type Names =
  | 'exponential'
  | 'choose'
  | 'choose_gaussian'
  | 'surprise'
  | 'surprise_gaussian'
  | 'surprise_spread'
  | 'entropy'
  | 'temporal_difference'
  | 'reward_difference'
  | 'credit'
  | 'credit_trace';

/** What the tape of a policy asks of a tick: anything else keeps the action. */
const [DRAW, GREEDY] = [1, 2] as const;

const logOf = (p: number): number => (p > 0 ? log(p) : 0);

export const reward: Kernels<Names> = {
  exponential({ n, x, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return () => {
      for (let k = 0; k < n; k++) to[k] = exp(from[k]!);
    };
  },
  choose({ n, p, asked, action, seed, group }, { floats }) {
    const [share, ask, a] = [floats(p), floats(asked), floats(action)];
    return ({ tick, row }) => {
      if (ask[row] === DRAW) {
        const u = mixed(seed, tick, group, 0) * 2 ** -32;
        let [sum, k] = [share[0]!, 0];
        while (k + 1 < n && !(sum > u)) sum += share[++k]!;
        a[0] = k;
      } else if (ask[row] === GREEDY) {
        let largest = 0;
        for (let k = 1; k < n; k++) if (share[k]! > share[largest]!) largest = k;
        a[0] = largest;
      }
    };
  },
  choose_gaussian({ n, mean, sigma, asked, noise, action, seed, group }, { floats }) {
    const [mu, spread, ask, xi, a] = [floats(mean), floats(sigma), floats(asked), floats(noise), floats(action)];
    return ({ tick, row }) => {
      if (ask[row] !== DRAW && ask[row] !== GREEDY) return;
      for (let k = 0; k < n; k++) {
        xi[k] = ask[row] === DRAW ? normal(seed, tick, group, k, n) : 0;
        a[k] = fma(spread[k]!, xi[k]!, mu[k]!);
      }
    };
  },
  surprise({ n, p, action, importance, error }, { floats }) {
    const [share, a, m, e] = [floats(p), floats(action), floats(importance), floats(error)];
    return ({ row }) => {
      for (let k = 0; k < n; k++) e[k] = m[row]! * fround(share[k]! - (k === a[0] ? 1 : 0));
    };
  },
  surprise_gaussian({ n, noise, sigma, importance, error }, { floats }) {
    const [xi, spread, m, e] = [floats(noise), floats(sigma), floats(importance), floats(error)];
    return ({ row }) => {
      for (let k = 0; k < n; k++) e[k] = -(m[row]! * fround(xi[k]! / spread[k]!));
    };
  },
  surprise_spread({ n, noise, importance, error }, { floats }) {
    const [xi, m, e] = [floats(noise), floats(importance), floats(error)];
    return ({ row }) => {
      for (let k = 0; k < n; k++) e[k] = m[row]! * fround(1 - fround(xi[k]! * xi[k]!));
    };
  },
  entropy({ n, p, importance, error, strength }, { floats }) {
    const [share, m, e] = [floats(p), floats(importance), floats(error)];
    const c = fround(strength);
    return ({ row }) => {
      let H = 0;
      for (let k = 0; k < n; k++) H -= share[k]! * logOf(share[k]!);
      for (let k = 0; k < n; k++) e[k] = m[row]! * (c * (share[k]! * (logOf(share[k]!) + H)));
    };
  },
  temporal_difference({ value, last, tape, tapeStride, modulator }, { floats }) {
    const [V, before, given, M] = [floats(value), floats(last), floats(tape), floats(modulator)];
    return ({ row }) => {
      const at = row * tapeStride;
      M[0] = fma(given[at + 1]!, V[0]!, given[at]!) - before[0]!;
      before[0] = V[0]!;
    };
  },
  reward_difference({ mean, tape, tapeStride, modulator, rate }, { floats }) {
    const [running, given, M, c] = [floats(mean), floats(tape), floats(modulator), fround(rate)];
    return ({ row }) => {
      M[0] = given[row * tapeStride]! - running[0]!;
      running[0] = fma(c, M[0]!, running[0]!);
    };
  },
  credit({ modulator, tag, fresh, gradient, decay }, { floats }) {
    const [M, T, S, G] = [floats(modulator), floats(tag), floats(fresh), floats(gradient)];
    const d = fround(decay);
    return () => {
      for (let k = 0; k < G.length; k++) {
        G[k] = fma(M[0]!, T[k]!, G[k]!);
        T[k] = flush(fma(d, T[k]!, S[k]!));
        S[k] = 0;
      }
    };
  },
  credit_trace({ modulator, trace, gradient }, { floats }) {
    const [M, c, G] = [floats(modulator), floats(trace), floats(gradient)];
    return () => {
      for (let k = 0; k < G.length; k++) G[k] = fma(M[0]!, c[k]!, G[k]!);
    };
  },
};
