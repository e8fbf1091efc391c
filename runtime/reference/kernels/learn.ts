import { flush, fma } from '../../exact.ts';
import { header, RATE_FACTOR } from '../../program/arena.ts';
import type { Kernels, Step } from './kernel.ts';
import { type Synapse, stored, unpadded } from './synapses.ts';

const { fround } = Math;

type Names =
  | 'rate_factor'
  | 'mask_diagonal'
  | 'mirror_gradient'
  | 'rate_constant'
  | 'rate_inverse'
  | 'rate_straight'
  | 'sgd_step'
  | 'adam_step'
  | 'sgd'
  | 'descend_dense'
  | 'descend_sparse'
  | 'adam'
  | 'credit_adam'
  | 'rmaxprop'
  | 'adamax_step'
  | 'adamax'
  | 'decay'
  | 'bounds'
  | 'scale_dense'
  | 'scale_sparse'
  | 'average';

/** Two walks over the synapses: what arrives at each neuron, and the factor that makes it `total`. */
function scale(w: Float32Array, sum: Float32Array, total: number, walk: (body: Synapse) => () => void): Step {
  const S = fround(total);
  const gather = walk((k, _, j) => {
    sum[j] = sum[j]! + Math.abs(w[k]!);
  });
  const spread = walk((k, _, j) => {
    w[k] = w[k]! * sum[j]!;
  });
  return () => {
    sum.fill(0);
    gather();
    for (let j = 0; j < sum.length; j++) sum[j] = flush(sum[j]!) > 0 ? S / sum[j]! : 1;
    spread();
  };
}

/** Places of an optimizer's doubles: updates done, β₁ⁿ, β₂ⁿ, η. */
const [N, POWER1, POWER2, ETA] = [0, 1, 2, 3] as const;

export const learn: Kernels<Names> = {
  rate_factor({ n, rate, factor, strength, target }, { floats, arena: { words } }) {
    const [f, p] = [floats(rate), floats(factor)];
    const [c, aim] = [fround(strength), fround(target)];
    return () => {
      const ticks = words[header.sinceUpdate]!;
      for (let j = 0; j < n; j++) p[j] = (c * (f[j]! / ticks - aim)) / ticks;
    };
  },
  mask_diagonal({ n, eStride, gradient }, { floats }) {
    const G = floats(gradient);
    return () => {
      for (let i = 0; i < n; i++) G[i * eStride + i] = 0;
    };
  },
  mirror_gradient({ n, m, eStride, gradient, mirrorStride, mirror }, { floats }) {
    const [G, transposed] = [floats(gradient), floats(mirror)];
    return () => {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < m; k++) transposed[k * mirrorStride + j] = G[j * eStride + k]!;
      }
    };
  },
  rate_constant({ state, initial }, { doubles }) {
    const s = doubles(state);
    return () => {
      s[ETA] = s[RATE_FACTOR]! * initial;
    };
  },
  rate_inverse({ state, initial, halfAt }, { doubles }) {
    const s = doubles(state);
    return () => {
      s[ETA] = s[RATE_FACTOR]! * (initial / (1 + s[N]! / halfAt));
    };
  },
  rate_straight({ state, initial, final, updates }, { doubles }) {
    const s = doubles(state);
    return () => {
      s[ETA] = s[RATE_FACTOR]! * (initial + ((final - initial) * (s[N]! < updates ? s[N]! : updates)) / updates);
    };
  },
  sgd_step({ state, step }, { doubles, floats }) {
    const [s, out] = [doubles(state), floats(step)];
    return () => {
      out[0] = s[ETA]!;
      s[N] = s[N]! + 1;
    };
  },
  adam_step({ state, step, beta1, beta2 }, { doubles, floats }) {
    const [s, out] = [doubles(state), floats(step)];
    return () => {
      s[POWER1] = s[POWER1]! * beta1;
      s[POWER2] = s[POWER2]! * beta2;
      out[0] = (s[ETA]! * Math.sqrt(1 - s[POWER2]!)) / (1 - s[POWER1]!);
      s[N] = s[N]! + 1;
    };
  },
  sgd({ step, gradient, weights }, { floats }) {
    const [eta, G, w] = [floats(step), floats(gradient), floats(weights)];
    return () => {
      for (let k = 0; k < w.length; k++) {
        w[k] = fma(-eta[0]!, G[k]!, w[k]!);
        G[k] = 0;
      }
    };
  },
  descend_dense({ pre, eStride, factor, trace, step, weights }, { floats }) {
    const [p, e, eta, w] = [floats(factor), floats(trace), floats(step), floats(weights)];
    return () => {
      if (p.every((value) => value === 0)) return;
      for (let i = 0; i < pre; i++) {
        for (let j = 0; j < eStride; j++) w[i * eStride + j] = fma(-eta[0]!, fround(p[j]! * e[i * eStride + j]!), w[i * eStride + j]!);
      }
    };
  },
  descend_sparse({ pre, rowStart, column, factor, trace, step, weights }, { floats, topology }) {
    const [p, e, eta, w] = [floats(factor), floats(trace), floats(step), floats(weights)];
    const [start, post] = [topology(rowStart), topology(column)];
    return () => {
      if (p.every((value) => value === 0)) return;
      for (let k = start[0]!; k < start[pre]!; k++) w[k] = fma(-eta[0]!, fround(p[post[k]!]! * e[k]!), w[k]!);
    };
  },
  adam({ step, gradient, weights, m, v, beta1, beta2, gain1, gain2, epsilon }, { floats }) {
    const [eta, G, w, first, second] = [floats(step), floats(gradient), floats(weights), floats(m), floats(v)];
    const [b1, b2, g1, g2, eps] = [fround(beta1), fround(beta2), fround(gain1), fround(gain2), fround(epsilon)];
    return () => {
      for (let k = 0; k < w.length; k++) {
        const g = G[k]!;
        first[k] = flush(fma(b1, first[k]!, fround(g1 * g)));
        second[k] = flush(fma(b2, second[k]!, fround(fround(g2 * g) * g)));
        w[k] = w[k]! - fround(fround(eta[0]! * first[k]!) / fround(fround(Math.sqrt(second[k]!)) + eps));
        G[k] = 0;
      }
    };
  },
  credit_adam({ modulator, tag, fresh, decay, step, weights, m, v, beta1, beta2, gain1, gain2, epsilon }, { floats }) {
    const [M, T, S, eta, w, first, second] = [
      floats(modulator),
      floats(tag),
      floats(fresh),
      floats(step),
      floats(weights),
      floats(m),
      floats(v),
    ];
    const [d, b1, b2, g1, g2, eps] = [fround(decay), fround(beta1), fround(beta2), fround(gain1), fround(gain2), fround(epsilon)];
    return () => {
      for (let k = 0; k < w.length; k++) {
        const g = fround(M[0]! * T[k]!);
        T[k] = flush(fma(d, T[k]!, S[k]!));
        S[k] = 0;
        first[k] = flush(fma(b1, first[k]!, fround(g1 * g)));
        second[k] = flush(fma(b2, second[k]!, fround(fround(g2 * g) * g)));
        w[k] = w[k]! - fround(fround(eta[0]! * first[k]!) / fround(fround(Math.sqrt(second[k]!)) + eps));
      }
    };
  },
  rmaxprop({ step, gradient, weights, v, keep, epsilon }, { floats }) {
    const [eta, G, w, largest] = [floats(step), floats(gradient), floats(weights), floats(v)];
    const [gamma, eps] = [fround(keep), fround(epsilon)];
    return () => {
      for (let k = 0; k < w.length; k++) {
        const g = G[k]!;
        const [faded, square] = [flush(fround(gamma * largest[k]!)), fround(g * g)];
        largest[k] = faded > square ? faded : square;
        w[k] = w[k]! - fround(fround(eta[0]! * g) / fround(fround(Math.sqrt(largest[k]!)) + eps));
        G[k] = 0;
      }
    };
  },
  adamax_step({ state, step, beta1 }, { doubles, floats }) {
    const [s, eta] = [doubles(state), floats(step)];
    return () => {
      s[POWER1] = s[POWER1]! * beta1;
      eta[0] = s[ETA]! / (1 - s[POWER1]!);
      s[N] = s[N]! + 1;
    };
  },
  adamax({ step, gradient, weights, m, u, beta1, gain1, beta2, epsilon }, { floats }) {
    const [eta, G, w, first, largest] = [floats(step), floats(gradient), floats(weights), floats(m), floats(u)];
    const [b1, g1, b2, eps] = [fround(beta1), fround(gain1), fround(beta2), fround(epsilon)];
    return () => {
      for (let k = 0; k < w.length; k++) {
        const g = G[k]!;
        const size = g < 0 ? -g : g;
        first[k] = flush(fma(b1, first[k]!, fround(g1 * g)));
        const faded = flush(fround(b2 * largest[k]!));
        largest[k] = faded > size ? faded : size;
        w[k] = w[k]! - fround(fround(eta[0]! * first[k]!) / fround(largest[k]! + eps));
        G[k] = 0;
      }
    };
  },
  decay({ weights, keep }, { floats }) {
    const w = floats(weights);
    const factor = fround(keep);
    return () => {
      for (let k = 0; k < w.length; k++) w[k] = factor * w[k]!;
    };
  },
  bounds({ weights, low, high }, { floats }) {
    const w = floats(weights);
    const [least, most] = [fround(low), fround(high)];
    return () => {
      for (let k = 0; k < w.length; k++) {
        const raised = w[k]! < least ? least : w[k]!;
        w[k] = raised > most ? most : raised;
      }
    };
  },
  scale_dense: ({ pre, post, eStride, weights, sum, total }, { floats }) =>
    scale(floats(weights), floats(sum).subarray(0, post), total, (body) => unpadded(pre, post, eStride, body)),
  scale_sparse: ({ pre, post, rowStart, column, weights, sum, total }, memory) =>
    scale(memory.floats(weights), memory.floats(sum).subarray(0, post), total, (body) => stored(pre, rowStart, column, memory, body)),
  average({ state, weights, average, window }, { doubles, floats }) {
    const [s, w, kept] = [doubles(state), floats(weights), floats(average)];
    return () => {
      const c = fround(1 / (s[N]! < window ? s[N]! : window));
      for (let k = 0; k < w.length; k++) kept[k] = fma(c, fround(w[k]! - kept[k]!), kept[k]!);
    };
  },
};
