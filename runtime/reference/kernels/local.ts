import { flush, fma } from '../../exact.ts';
import type { Operands } from '../../program/ops.ts';
import { type Kernels, type Memory, ringRow } from './kernel.ts';
import { dense, type Synapse, stored } from './synapses.ts';

const { fround } = Math;

type Names = 'local_dense' | 'local_sparse' | 'local_filtered_dense' | 'local_filtered_sparse';

/** ε ← ⌊a·ε ⊕ B·x⌋₀ on one synapse; `value` gives x_i of the tick. */
const localBody = (
  { floats }: Memory,
  { carry, drive, trace }: Pick<Operands<'local_dense'>, 'carry' | 'drive' | 'trace'>,
  value: (i: number) => number,
): Synapse => {
  const [a, B, e] = [floats(carry), floats(drive), floats(trace)];
  return (k, i, j) => {
    e[k] = flush(fma(a[j]!, e[k]!, fround(B[j]! * value(i))));
  };
};

const filteredBody = (
  { floats }: Memory,
  { slope, trace, filtered, kappa, gain }: Omit<Operands<'local_filtered_dense'>, 'pre' | 'eStride'>,
): Synapse => {
  const [C, e, f] = [floats(slope), floats(trace), floats(filtered)];
  const [k0, g] = [fround(kappa), fround(gain)];
  return (k, _i, j) => {
    f[k] = flush(fma(k0, f[k]!, fround(g * fround(C[j]! * e[k]!))));
  };
};

export const local: Kernels<Names> = {
  local_dense(operands, memory) {
    const { pre, x, rows, stride, delay, eStride } = operands;
    const values = memory.floats(x);
    let at = 0;
    const walk = dense(
      pre,
      eStride,
      localBody(memory, operands, (i) => values[at + i]!),
    );
    return ({ tick }) => {
      at = ringRow(tick, delay, rows, stride);
      walk();
    };
  },
  local_sparse(operands, memory) {
    const { pre, x, rows, stride, delay, rowStart, column } = operands;
    const values = memory.floats(x);
    let at = 0;
    const walk = stored(
      pre,
      rowStart,
      column,
      memory,
      localBody(memory, operands, (i) => values[at + i]!),
    );
    return ({ tick }) => {
      at = ringRow(tick, delay, rows, stride);
      walk();
    };
  },
  local_filtered_dense: (operands, memory) => dense(operands.pre, operands.eStride, filteredBody(memory, operands)),
  local_filtered_sparse: (operands, memory) =>
    stored(operands.pre, operands.rowStart, operands.column, memory, filteredBody(memory, operands)),
};
