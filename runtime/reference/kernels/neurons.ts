import { exp, flush, fma, tanh } from '../../exact.ts';
import type { Operands } from '../../program/ops.ts';
import { mixed } from './draws.ts';
import { type Kernels, type Memory, ringRow, type Step } from './kernel.ts';

const { fround } = Math;

type Names =
  | 'membrane_subtract'
  | 'membrane_zero'
  | 'leak'
  | 'slope_leak'
  | 'membrane_each'
  | 'adapt_each'
  | 'adapt'
  | 'refractory'
  | 'surrogate_triangle'
  | 'surrogate_fast_sigmoid'
  | 'surrogate_boxcar'
  | 'surrogate_exponential'
  | 'surrogate_arctan'
  | 'surrogate_sigmoid'
  | 'surrogate_multi_gaussian'
  | 'spike_reached'
  | 'spike_exceeded'
  | 'spike_escape'
  | 'rate_tanh'
  | 'rate_relu'
  | 'rate_linear'
  | 'activate_tanh'
  | 'activate_relu'
  | 'rate_each'
  | 'integrator';

/** ψ = 0 while refractory, else shape(|v − A|/w); all surrogates share their operands. */
function surrogate(shape: (ratio: number, height: number) => number) {
  return ({ n, v, level, r, psi, height, width }: Operands<'surrogate_triangle'>, { floats }: Memory): Step => {
    const [voltage, A, refractory, out] = [floats(v), floats(level), floats(r), floats(psi)];
    const [h, w] = [fround(height), fround(width)];
    return () => {
      for (let j = 0; j < n; j++) {
        const distance = fround(voltage[j]! - A[j]!);
        out[j] = refractory[j]! > 0 ? 0 : shape(fround((distance < 0 ? -distance : distance) / w), h);
      }
    };
  };
}

/** N(x) = e^(−x²/2) */
const bell = (x: number): number => exp(x * x * -0.5);

function spike(fires: (v: number, level: number, tick: number, j: number) => boolean) {
  return ({ n, v, level, r, x, rows, stride, count }: Operands<'spike_reached'>, { floats }: Memory): Step => {
    const [voltage, A, refractory, z] = [floats(v), floats(level), floats(r), floats(x)];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        const fired = fires(voltage[j]!, A[j]!, tick, j) && refractory[j] === 0;
        z[at + j] = fired ? 1 : 0;
        if (fired) refractory[j] = count;
      }
    };
  };
}

function rate(activation: (current: number) => number) {
  return ({ n, x, rows, stride, current, gain }: Operands<'rate_linear'>, { floats }: Memory): Step => {
    const [h, I] = [floats(x), floats(current)];
    const g = fround(gain);
    return ({ tick }) => {
      const [now, before] = [ringRow(tick, 0, rows, stride), ringRow(tick, 1, rows, stride)];
      for (let j = 0; j < n; j++) {
        const previous = h[before + j]!;
        h[now + j] = flush(fma(g, fround(activation(I[j]!) - previous), previous));
      }
    };
  };
}

function activate(activation: (current: number) => number) {
  return ({ n, current, p }: Operands<'activate_relu'>, { floats }: Memory): Step => {
    const [I, out] = [floats(current), floats(p)];
    return () => {
      for (let j = 0; j < n; j++) out[j] = activation(I[j]!);
    };
  };
}

export const neurons: Kernels<Names> = {
  membrane_subtract({ n, x, rows, stride, current, v, alpha, scale, threshold }, { floats }) {
    const [z, I, voltage] = [floats(x), floats(current), floats(v)];
    const [a, c, reset] = [fround(alpha), fround(scale), fround(-threshold)];
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) voltage[j] = flush(fma(reset, z[before + j]!, fma(a, voltage[j]!, fround(c * I[j]!))));
    };
  },
  membrane_zero({ n, x, rows, stride, current, v, alpha, scale }, { floats }) {
    const [z, I, voltage] = [floats(x), floats(current), floats(v)];
    const [a, c] = [fround(alpha), fround(scale)];
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) voltage[j] = flush(fma(a, z[before + j] !== 0 ? 0 : voltage[j]!, fround(c * I[j]!)));
    };
  },
  adapt({ n, x, rows, stride, a, beta, level, rho, scale, threshold }, { floats }) {
    const [z, adaptation, b, A] = [floats(x), floats(a), floats(beta), floats(level)];
    const [decay, s, base] = [fround(rho), fround(scale), fround(threshold)];
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) {
        adaptation[j] = flush(fma(decay, adaptation[j]!, fround(s * z[before + j]!)));
        A[j] = fma(b[j]!, adaptation[j]!, base);
      }
    };
  },
  leak({ n, tau, decay, gain, dt }, { floats }) {
    const [T, kept, c] = [floats(tau), floats(decay), floats(gain)];
    return () => {
      for (let j = 0; j < n; j++) {
        kept[j] = exp(-dt / T[j]!);
        c[j] = 1 - kept[j]!;
      }
    };
  },
  slope_leak({ n, tau, decay, s, x, drive, dt }, { floats }) {
    const [T, kept, state, input, B] = [floats(tau), floats(decay), floats(s), floats(x), floats(drive)];
    return () => {
      for (let j = 0; j < n; j++) B[j] = (state[j]! - input[j]!) * ((kept[j]! * dt) / (T[j]! * T[j]!));
    };
  },
  membrane_each({ n, x, rows, stride, current, v, level, alpha, scale }, { floats }) {
    const [z, I, voltage, A, a, c] = [floats(x), floats(current), floats(v), floats(level), floats(alpha), floats(scale)];
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) voltage[j] = flush(fma(-A[j]!, z[before + j]!, fma(a[j]!, voltage[j]!, fround(c[j]! * I[j]!))));
    };
  },
  adapt_each({ n, x, rows, stride, a, beta, level, rho, scale, threshold }, { floats }) {
    const [z, adaptation, b, A, r, s] = [floats(x), floats(a), floats(beta), floats(level), floats(rho), floats(scale)];
    const base = fround(threshold);
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) {
        adaptation[j] = flush(fma(r[j]!, adaptation[j]!, fround(s[j]! * z[before + j]!)));
        A[j] = fma(b[j]!, adaptation[j]!, base);
      }
    };
  },
  refractory({ n, r }, { floats }) {
    const count = floats(r);
    return () => {
      for (let j = 0; j < n; j++) count[j] = count[j]! > 1 ? count[j]! - 1 : 0;
    };
  },
  surrogate_triangle: surrogate((ratio, height) => (ratio < 1 ? fround(height * fround(1 - ratio)) : 0)),
  surrogate_fast_sigmoid: surrogate((ratio, height) => {
    const base = fround(1 + ratio);
    return fround(height / fround(base * base));
  }),
  surrogate_boxcar: surrogate((ratio, height) => (ratio <= 1 ? height : 0)),
  surrogate_exponential: surrogate((ratio, height) => fround(height * fround(exp(-ratio)))),
  surrogate_arctan: surrogate((ratio, height) => fround(height / fma(ratio, ratio, 1))),
  surrogate_sigmoid: surrogate((ratio, height) => {
    const e = exp(-ratio);
    return fround(height * fround((4 * e) / ((1 + e) * (1 + e))));
  }),
  surrogate_multi_gaussian(operands, memory) {
    const [l, s] = [fround(operands.lobes), fround(operands.spread)];
    return surrogate((q, height) => {
      const around = bell((q - 1) / s) + bell((q + 1) / s);
      return fround(height * fround((1 + l) * bell(q) - (l / s) * around));
    })(operands, memory);
  },
  spike_reached: spike((v, level) => v >= level),
  spike_exceeded: spike((v, level) => v > level),
  spike_escape(operands, memory) {
    const { seed, group } = operands;
    const width = fround(operands.width);
    return spike((v, level, tick, j) => {
      const u = (mixed(seed, tick, group, j) + 0.5) * 2 ** -32;
      return u * (1 + exp(-(fround(v - level) / width))) < 1;
    })(operands, memory);
  },
  rate_tanh: rate((current) => fround(tanh(current))),
  rate_relu: rate((current) => (current > 0 ? current : 0)),
  rate_linear: rate((current) => current),
  activate_tanh: activate(tanh),
  activate_relu: activate((current) => (current > 0 ? current : 0)),
  rate_each({ n, x, rows, stride, p, tau, gain, kept, slower, dt }, { floats }) {
    const [h, P, T, g, A, S] = [floats(x), floats(p), floats(tau), floats(gain), floats(kept), floats(slower)];
    return ({ tick }) => {
      const [now, before] = [ringRow(tick, 0, rows, stride), ringRow(tick, 1, rows, stride)];
      for (let j = 0; j < n; j++) {
        const previous = h[before + j]!;
        const share = dt / T[j]!;
        const distance = fround(P[j]! - previous);
        g[j] = share;
        A[j] = 1 - share;
        S[j] = -((share * distance) / T[j]!);
        h[now + j] = flush(fma(g[j]!, distance, previous));
      }
    };
  },
  integrator({ n, x, rows, stride, current, kappa, gain }, { floats }) {
    const [y, I] = [floats(x), floats(current)];
    const [k, g] = [fround(kappa), fround(gain)];
    return ({ tick }) => {
      const [now, before] = [ringRow(tick, 0, rows, stride), ringRow(tick, 1, rows, stride)];
      for (let j = 0; j < n; j++) y[now + j] = flush(fma(k, y[before + j]!, fround(g * I[j]!)));
    };
  },
};
