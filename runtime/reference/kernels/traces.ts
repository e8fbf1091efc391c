import { flush, fma } from '../../exact.ts';
import { type Kernels, type Memory, ringRow } from './kernel.ts';
import { dense, type Synapse, stored, unlessZero } from './synapses.ts';

const { fround } = Math;

type Names =
  | 'trace'
  | 'eligibility_filtered_dense'
  | 'eligibility_filtered_sparse'
  | 'eligibility_adaptive_dense'
  | 'eligibility_adaptive_sparse'
  | 'eligibility_adaptive_filtered_dense'
  | 'eligibility_adaptive_filtered_sparse'
  | 'filter'
  | 'gradient_dense'
  | 'gradient_sparse'
  | 'rank_one_dense'
  | 'rank_one_sparse'
  | 'accumulate';

const filteredBody = (
  { floats }: Memory,
  {
    trace,
    psi,
    filtered,
    kappa,
    gain,
  }: Parameters<typeof traces.eligibility_filtered_dense>[0] | Parameters<typeof traces.eligibility_filtered_sparse>[0],
): Synapse => {
  const [x, p, e] = [floats(trace), floats(psi), floats(filtered)];
  const [k0, g] = [fround(kappa), fround(gain)];
  return (k, i, j) => {
    e[k] = flush(fma(k0, e[k]!, fround(g * fround(p[j]! * x[i]!))));
  };
};

const adaptiveBody = (
  { floats }: Memory,
  {
    trace,
    psi,
    beta,
    adaptation,
    eligibility,
    rho,
    scale,
  }: Parameters<typeof traces.eligibility_adaptive_dense>[0] | Parameters<typeof traces.eligibility_adaptive_sparse>[0],
): Synapse => {
  const [x, p, b, epsilon, e] = [floats(trace), floats(psi), floats(beta), floats(adaptation), floats(eligibility)];
  const [r, s] = [fround(rho), fround(scale)];
  return (k, i, j) => {
    e[k] = p[j]! * fma(-b[j]!, epsilon[k]!, x[i]!);
    epsilon[k] = flush(fma(r, epsilon[k]!, fround(s * e[k]!)));
  };
};

const adaptiveFilteredBody = (
  { floats }: Memory,
  {
    trace,
    psi,
    beta,
    adaptation,
    filtered,
    rho,
    scale,
    kappa,
    gain,
  }: Parameters<typeof traces.eligibility_adaptive_filtered_dense>[0] | Parameters<typeof traces.eligibility_adaptive_filtered_sparse>[0],
): Synapse => {
  const [x, p, b, epsilon, f] = [floats(trace), floats(psi), floats(beta), floats(adaptation), floats(filtered)];
  const [r, s, k0, g] = [fround(rho), fround(scale), fround(kappa), fround(gain)];
  return (k, i, j) => {
    const e = fround(p[j]! * fma(-b[j]!, epsilon[k]!, x[i]!));
    epsilon[k] = flush(fma(r, epsilon[k]!, fround(s * e)));
    f[k] = flush(fma(k0, f[k]!, fround(g * e)));
  };
};

const gradientBody =
  (p: Float32Array, e: Float32Array, G: Float32Array): Synapse =>
  (k, _i, j) => {
    G[k] = fma(p[j]!, e[k]!, G[k]!);
  };

const rankOneBody =
  (p: Float32Array, x: Float32Array, G: Float32Array): Synapse =>
  (k, i, j) => {
    G[k] = fma(p[j]!, x[i]!, G[k]!);
  };

export const traces: Kernels<Names> = {
  trace({ n, x, rows, stride, delay, trace, decay, scale }, { floats }) {
    const [value, out] = [floats(x), floats(trace)];
    const [d, s] = [fround(decay), fround(scale)];
    return ({ tick }) => {
      const at = ringRow(tick, delay, rows, stride);
      for (let i = 0; i < n; i++) out[i] = flush(fma(d, out[i]!, fround(s * value[at + i]!)));
    };
  },
  eligibility_filtered_dense: (operands, memory) => dense(operands.pre, operands.eStride, filteredBody(memory, operands)),
  eligibility_filtered_sparse: (operands, memory) =>
    stored(operands.pre, operands.rowStart, operands.column, memory, filteredBody(memory, operands)),
  eligibility_adaptive_dense: (operands, memory) => dense(operands.pre, operands.eStride, adaptiveBody(memory, operands)),
  eligibility_adaptive_sparse: (operands, memory) =>
    stored(operands.pre, operands.rowStart, operands.column, memory, adaptiveBody(memory, operands)),
  eligibility_adaptive_filtered_dense: (operands, memory) => dense(operands.pre, operands.eStride, adaptiveFilteredBody(memory, operands)),
  eligibility_adaptive_filtered_sparse: (operands, memory) =>
    stored(operands.pre, operands.rowStart, operands.column, memory, adaptiveFilteredBody(memory, operands)),
  filter({ eligibility, filtered, kappa, gain }, { floats }) {
    const [e, f] = [floats(eligibility), floats(filtered)];
    const [k0, g] = [fround(kappa), fround(gain)];
    return () => {
      for (let k = 0; k < f.length; k++) f[k] = flush(fma(k0, f[k]!, fround(g * e[k]!)));
    };
  },
  gradient_dense({ pre, eStride, factor, trace, gradient }, { floats }) {
    const p = floats(factor);
    return unlessZero(p, dense(pre, eStride, gradientBody(p, floats(trace), floats(gradient))));
  },
  gradient_sparse({ pre, rowStart, column, factor, trace, gradient }, memory) {
    const p = memory.floats(factor);
    return unlessZero(p, stored(pre, rowStart, column, memory, gradientBody(p, memory.floats(trace), memory.floats(gradient))));
  },
  rank_one_dense({ pre, eStride, factor, trace, gradient }, { floats }) {
    const [p, x] = [floats(factor), floats(trace)];
    return unlessZero(
      p,
      dense(pre, eStride, rankOneBody(p, x, floats(gradient)), (i) => x[i] === 0),
    );
  },
  rank_one_sparse({ pre, rowStart, column, factor, trace, gradient }, memory) {
    const [p, x] = [memory.floats(factor), memory.floats(trace)];
    return unlessZero(
      p,
      stored(pre, rowStart, column, memory, rankOneBody(p, x, memory.floats(gradient)), (i) => x[i] === 0),
    );
  },
  accumulate({ n, importance, trace, sum }, { floats }) {
    const [m, x, S] = [floats(importance), floats(trace), floats(sum)];
    return ({ row }) => {
      for (let i = 0; i < n; i++) S[i] = fma(m[row]!, x[i]!, S[i]!);
    };
  },
};
