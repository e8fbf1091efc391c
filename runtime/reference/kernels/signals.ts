import { flush, fma } from '../../exact.ts';
import { type Kernels, ringRow } from './kernel.ts';

const { fround } = Math;

type Names =
  | 'error'
  | 'error_smooth'
  | 'target'
  | 'load_label'
  | 'feedback'
  | 'feedback_transpose'
  | 'feedback_transpose_sparse'
  | 'rate_deviation'
  | 'potential_bounds'
  | 'count_spikes'
  | 'multiply'
  | 'importance_factor';

export const signals: Kernels<Names> = {
  error({ n, p, tape, tapeStride, importance, error }, { floats }) {
    const [prediction, target, m, e] = [floats(p), floats(tape), floats(importance), floats(error)];
    return ({ row }) => {
      for (let k = 0; k < n; k++) e[k] = m[row]! * fround(prediction[k]! - target[row * tapeStride + k]!);
    };
  },
  error_smooth({ n, p, tape, tapeStride, importance, error }, { floats }) {
    const [prediction, target, m, e] = [floats(p), floats(tape), floats(importance), floats(error)];
    return ({ row }) => {
      for (let k = 0; k < n; k++) {
        const difference = fround(prediction[k]! - target[row * tapeStride + k]!);
        const raised = difference < -1 ? -1 : difference;
        e[k] = m[row]! * (raised > 1 ? 1 : raised);
      }
    };
  },
  target({ n, tape, tapeStride, importance, error }, { floats }) {
    const [target, m, e] = [floats(tape), floats(importance), floats(error)];
    return ({ row }) => {
      for (let k = 0; k < n; k++) e[k] = m[row]! * target[row * tapeStride + k]!;
    };
  },
  load_label({ n, tape, tapeStride, error }, { floats }) {
    const [target, e] = [floats(tape), floats(error)];
    return ({ row }) => {
      for (let k = 0; k < n; k++) e[k] = -target[row * tapeStride + k]!;
    };
  },
  feedback({ m, error, weights, wStride, signal }, { floats }) {
    const [e, B, L] = [floats(error), floats(weights), floats(signal)];
    return () => {
      for (let k = 0; k < m; k++) {
        for (let j = 0; j < wStride; j++) L[j] = fma(B[k * wStride + j]!, e[k]!, L[j]!);
      }
    };
  },
  feedback_transpose({ n, m, error, weights, wStride, signal }, { floats }) {
    const [e, w, L] = [floats(error), floats(weights), floats(signal)];
    return () => {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < m; k++) L[j] = fma(w[j * wStride + k]!, e[k]!, L[j]!);
      }
    };
  },
  feedback_transpose_sparse({ n, error, rowStart, column, weights, signal }, { floats, topology }) {
    const [e, w, L] = [floats(error), floats(weights), floats(signal)];
    const [start, post] = [topology(rowStart), topology(column)];
    return () => {
      for (let j = 0; j < n; j++) {
        for (let k = start[j]!; k < start[j + 1]!; k++) L[j] = fma(w[k]!, e[post[k]!]!, L[j]!);
      }
    };
  },
  rate_deviation({ n, x, rows, stride, rate, signal, kappa, gain, strength, target }, { floats }) {
    const [z, f, L] = [floats(x), floats(rate), floats(signal)];
    const [k, g, c, aim] = [fround(kappa), fround(gain), fround(strength), fround(target)];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        f[j] = flush(fma(k, f[j]!, fround(g * z[at + j]!)));
        L[j] = fma(c, fround(f[j]! - aim), L[j]!);
      }
    };
  },
  potential_bounds({ n, v, level, p, high, above, low, below }, { floats }) {
    const [voltage, A, out] = [floats(v), floats(level), floats(p)];
    const [most, c, least, d] = [fround(high), fround(above), fround(low), fround(below)];
    return () => {
      for (let j = 0; j < n; j++) {
        const u = fround(voltage[j]! - A[j]!);
        out[j] = (u > most ? c : 0) - (u < least ? d : 0);
      }
    };
  },
  count_spikes({ n, x, rows, stride, rate }, { floats }) {
    const [z, f] = [floats(x), floats(rate)];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) f[j] = f[j]! + z[at + j]!;
    };
  },
  multiply({ n, a, b, p }, { floats }) {
    const [left, right, product] = [floats(a), floats(b), floats(p)];
    return () => {
      for (let j = 0; j < n; j++) product[j] = left[j]! * right[j]!;
    };
  },
  importance_factor({ n, importance, a, p }, { floats }) {
    const [m, left, product] = [floats(importance), floats(a), floats(p)];
    return ({ row }) => {
      for (let j = 0; j < n; j++) product[j] = m[row]! * left[j]!;
    };
  },
};
