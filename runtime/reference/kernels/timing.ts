import { flush, fma } from '../../exact.ts';
import type { Operands } from '../../program/ops.ts';
import { type Kernels, type Memory, ringRow, type Step } from './kernel.ts';
import { dense, type Synapse, stored, unpadded } from './synapses.ts';

const { fround } = Math;

type Names = 'spike_pairs_all' | 'spike_pairs_nearest' | 'stdp_dense' | 'stdp_sparse' | 'calcium_dense' | 'calcium_sparse';

const spikePairs =
  (count: (before: number, x: number) => number) =>
  (operands: Operands<'spike_pairs_all'>, { floats }: Memory): Step => {
    const { n, rows, stride, delay } = operands;
    const [value, fast, slow, before, factor] = [operands.x, operands.fast, operands.slow, operands.before, operands.factor].map(floats);
    const [d, d2, pair, triplet] = [operands.decay, operands.slowDecay, operands.pair, operands.triplet].map(fround);
    return ({ tick }) => {
      const at = ringRow(tick, delay, rows, stride);
      for (let i = 0; i < n; i++) {
        const x = value![at + i]!;
        const s = fround(d2! * slow![i]!);
        factor![i] = x * fma(triplet!, s, pair!);
        slow![i] = flush(fround(count(s, x)));
        before![i] = d! * fast![i]!;
        fast![i] = flush(fround(count(before![i]!, x)));
      }
    };
  };

const stdpBody = (
  { floats }: Memory,
  { preFactor, preTrace, postFactor, postTrace, trace, decay }: Operands<'stdp_dense'> | Operands<'stdp_sparse'>,
): Synapse => {
  const [q, r, p, o, c] = [floats(preFactor), floats(preTrace), floats(postFactor), floats(postTrace), floats(trace)];
  const d = fround(decay);
  return (k, i, j) => {
    c[k] = flush(fma(d, c[k]!, fma(-p[j]!, r[i]!, fround(o[j]! * q[i]!))));
  };
};

const calciumBody = (operands: Operands<'calcium_dense'> | Operands<'calcium_sparse'>, { floats }: Memory): Synapse => {
  const [a, b, w, kept] = [operands.preTrace, operands.postTrace, operands.weights, operands.trace].map(floats);
  const [d, high, u, low, v, most] = [operands.decay, operands.high, operands.up, operands.low, operands.down, operands.most].map(fround);
  return (k, i, j) => {
    const c = fround(a![i]! + b![j]!);
    const up = c > high! ? fround(u! * fround(most! - w![k]!)) : 0;
    const down = c > low! ? fround(v! * w![k]!) : 0;
    kept![k] = flush(fma(d!, kept![k]!, fround(down - up)));
  };
};

export const timing: Kernels<Names> = {
  spike_pairs_all: spikePairs((before, x) => before + x),
  spike_pairs_nearest: spikePairs((before, x) => (x !== 0 ? x : before)),
  stdp_dense: (operands, memory) => dense(operands.pre, operands.eStride, stdpBody(memory, operands)),
  stdp_sparse: (operands, memory) => stored(operands.pre, operands.rowStart, operands.column, memory, stdpBody(memory, operands)),
  calcium_dense: (operands, memory) => unpadded(operands.pre, operands.post, operands.eStride, calciumBody(operands, memory)),
  calcium_sparse: (operands, memory) => stored(operands.pre, operands.rowStart, operands.column, memory, calciumBody(operands, memory)),
};
