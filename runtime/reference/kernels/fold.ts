import { flush, fma } from '../../exact.ts';
import { header } from '../../program/arena.ts';
import type { Operands, OpName, Region } from '../../program/ops.ts';
import { type Kernels, type Memory, ringRow, type Step } from './kernel.ts';

const { fround } = Math;

type Names = Extract<OpName, 'record' | 'block_events' | 'block_trace' | 'coefficients' | `fold_${string}`>;

/** Rows of a table of coefficients: what is owed to ε, to ē and to x̄ before the block, then to x of each tick. */
const [ON_ADAPTATION, ON_FILTERED, ON_TRACE, ON_TICKS] = [0, 1, 2, 3] as const;

/** Ticks since the last fold; never more than a history has. */
const foldedTicks = ({ arena: { words } }: Memory, block: number): number => Math.min(words[header.sinceFold]!, block);

type Columns = Pick<Operands<'fold_direct_dense'>, 'pre' | 'history' | 'hStride' | 'block' | 'events' | 'trace'>;

/** Calls `add` with the row of a table and the value of everything that presynaptic neuron i brings into the block, in order. */
function termsOf(
  { history, hStride, block, events, trace }: Columns,
  memory: Memory,
): (i: number, add: (row: number, value: number) => void) => void {
  const [x, bits, carried] = [memory.floats(history), memory.words(events), memory.floats(trace)];
  return (i, add) => {
    if (carried[i] !== 0) add(ON_TRACE, carried[i]!);
    const ticks = foldedTicks(memory, block);
    for (let t = 0; t < ticks; t++) {
      const half = bits[(t >> 5) * hStride + i]!;
      if (((half >>> (t & 31)) & 1) !== 0) add(ON_TICKS + t, x[t * hStride + i]!);
    }
  };
}

/** Calls `body` with every synapse k of presynaptic neuron i, and its postsynaptic neuron j. */
type Walk = (i: number, body: (k: number, j: number) => void) => void;

const dense =
  ({ eStride }: { readonly eStride: number }): Walk =>
  (i, body) => {
    for (let j = 0; j < eStride; j++) body(i * eStride + j, j);
  };

const stored = ({ rowStart, column }: Pick<Operands<'fold_direct_sparse'>, 'rowStart' | 'column'>, { topology }: Memory): Walk => {
  const [start, post] = [topology(rowStart), topology(column)];
  return (i, body) => {
    for (let k = start[i]!; k < start[i + 1]!; k++) body(k, post[k]!);
  };
};

/** A trace that a synapse carries from block to block, and the row of a table that says what is owed to it. */
interface Carried {
  readonly region: Region;
  readonly row: number;
}

/** What a fold computes: `target` from its own table; kept as ⌊·⌋₀ where it is a trace, added where it is a sum. */
interface Target {
  readonly region: Region;
  readonly table: Region;
  readonly role: 'trace' | 'sum';
}

/**
 * One pass over the synapses. Every target is Σ K·[carried traces, x̄, x(0), …], from values before the block; a sum begins with
 * what it is, a trace with what it owes to itself and to the traces before it.
 */
function folded(
  operands: Columns,
  memory: Memory,
  walk: Walk,
  width: number,
  carried: readonly Carried[],
  targets: readonly Target[],
): Step {
  const terms = termsOf(operands, memory);
  const traces = carried.map(({ region, row }) => ({ values: memory.floats(region), at: row * width }));
  const sums = targets.map(({ region, table, role }) => ({ values: memory.floats(region), K: memory.floats(table), role }));
  const rows: number[] = [];
  const values: number[] = [];
  const results = new Float32Array(targets.length);
  return () => {
    for (let i = 0; i < operands.pre; i++) {
      rows.length = values.length = 0;
      terms(i, (row, value) => {
        rows.push(row * width);
        values.push(value);
      });
      if (traces.length === 0 && rows.length === 0) continue;
      walk(i, (k, j) => {
        for (const [index, { values: target, K, role }] of sums.entries()) {
          let sum = 0;
          if (role === 'sum') {
            sum = target[k]!;
            for (const trace of traces) sum = fma(K[trace.at + j]!, trace.values[k]!, sum);
          } else {
            for (const [order, trace] of traces.slice(0, index + 1).entries()) {
              const owed = K[trace.at + j]!;
              sum = order === 0 ? fround(owed * trace.values[k]!) : fma(owed, trace.values[k]!, sum);
            }
          }
          for (let q = 0; q < rows.length; q++) sum = fma(K[rows[q]! + j]!, values[q]!, sum);
          results[index] = role === 'trace' ? flush(sum) : sum;
        }
        for (const [index, { values: target }] of sums.entries()) target[k] = results[index]!;
      });
    }
  };
}

const sum = (region: Region, table: Region): Target => ({ region, table, role: 'sum' });
const trace = (region: Region, table: Region): Target => ({ region, table, role: 'trace' });

type Direct = Columns & Pick<Operands<'fold_direct_dense'>, 'gradient' | 'gradientTable'>;
type OneTrace = Direct & Pick<Operands<'fold_trace_sum_dense'>, 'row' | 'carried'>;
type TwoTraces = Direct & Pick<Operands<'fold_traces_sum_dense'>, 'adaptation' | 'filtered'>;

const direct = (o: Direct, memory: Memory, walk: Walk, width: number): Step =>
  folded(o, memory, walk, width, [], [sum(o.gradient, o.gradientTable)]);

const oneTrace = (o: OneTrace, memory: Memory, walk: Walk, width: number, advanced: readonly Target[]): Step =>
  folded(o, memory, walk, width, [{ region: o.carried, row: o.row }], [...advanced, sum(o.gradient, o.gradientTable)]);

const twoTraces = (o: TwoTraces, memory: Memory, walk: Walk, width: number, advanced: readonly Target[]): Step =>
  folded(
    o,
    memory,
    walk,
    width,
    [
      { region: o.adaptation, row: ON_ADAPTATION },
      { region: o.filtered, row: ON_FILTERED },
    ],
    [...advanced, sum(o.gradient, o.gradientTable)],
  );

const advancedTraces = (
  o: Pick<Operands<'fold_traces_dense'>, 'adaptation' | 'filtered' | 'adaptationTable' | 'filteredTable'>,
): Target[] => [trace(o.adaptation, o.adaptationTable), trace(o.filtered, o.filteredTable)];

/**
 * A block of ticks, folded into traces and gradients. They are linear in what the block began with and in the presynaptic
 * values, with coefficients that belong to the postsynaptic neuron; `coefficients` finds them by running the streaming
 * equations backwards (the adjoint of a linear recursion, as backpropagation does, over the one row of the influence matrix).
 */
export const fold: Kernels<Names> = {
  record({ n, x, rows, stride, delay, history, hStride, block }, { floats, arena: { words } }) {
    const [from, to] = [floats(x), floats(history)];
    return ({ tick }) => {
      const [at, row] = [ringRow(tick, delay, rows, stride), (words[header.sinceFold]! & (block - 1)) * hStride];
      for (let i = 0; i < n; i++) to[row + i] = from[at + i]!;
    };
  },
  block_events({ history, hStride, block, events }, memory) {
    const [x, bits] = [memory.floats(history), memory.words(events)];
    return () => {
      const ticks = foldedTicks(memory, block);
      bits.fill(0, 0, 2 * hStride);
      for (let t = 0; t < ticks; t++) {
        for (let i = 0; i < hStride; i++) if (x[t * hStride + i] !== 0) bits[(t >> 5) * hStride + i]! |= 1 << (t & 31);
      }
    };
  },
  block_trace({ history, hStride, block, trace: carried, decay, scale }, memory) {
    const [x, xBar] = [memory.floats(history), memory.floats(carried)];
    const [d, s] = [fround(decay), fround(scale)];
    return () => {
      const ticks = foldedTicks(memory, block);
      for (let t = 0; t < ticks; t++) {
        for (let i = 0; i < hStride; i++) xBar[i] = flush(fma(d, xBar[i]!, fround(s * x[t * hStride + i]!)));
      }
    };
  },
  coefficients(
    { psi, signal, hStride, block, beta, table, weight, onAdaptation, onFiltered, rho, scale, kappa, gain, decay, inputScale },
    memory,
  ) {
    const [p, L, b, K] = [memory.floats(psi), memory.floats(signal), memory.floats(beta), memory.floats(table)];
    const [w, seedEpsilon, seedFiltered] = [fround(weight), fround(onAdaptation), fround(onFiltered)];
    const [r, s, k, g, d, c] = [fround(rho), fround(scale), fround(kappa), fround(gain), fround(decay), fround(inputScale)];
    return () => {
      const ticks = foldedTicks(memory, block);
      for (let j = 0; j < hStride; j++) {
        let [toEpsilon, toFiltered, toTrace] = [seedEpsilon, seedFiltered, 0];
        for (let t = ticks - 1; t >= 0; t--) {
          const psiT = p[t * hStride + j]!;
          const mu = fma(w, L[t * hStride + j]!, toFiltered);
          const toEligibility = fma(s, toEpsilon, fround(g * mu));
          const toInput = fma(psiT, toEligibility, toTrace);
          K[(ON_TICKS + t) * hStride + j] = c * toInput;
          toTrace = fround(d * toInput);
          toEpsilon = fma(-fround(b[j]! * psiT), toEligibility, fround(r * toEpsilon));
          toFiltered = fround(k * mu);
        }
        K[ON_ADAPTATION * hStride + j] = toEpsilon;
        K[ON_FILTERED * hStride + j] = toFiltered;
        K[ON_TRACE * hStride + j] = toTrace;
      }
    };
  },
  fold_direct_dense: (o, memory) => direct(o, memory, dense(o), o.eStride),
  fold_direct_sparse: (o, memory) => direct(o, memory, stored(o, memory), o.tStride),
  fold_trace_dense: (o, memory) => oneTrace(o, memory, dense(o), o.eStride, [trace(o.carried, o.carriedTable)]),
  fold_trace_sparse: (o, memory) => oneTrace(o, memory, stored(o, memory), o.tStride, [trace(o.carried, o.carriedTable)]),
  fold_traces_dense: (o, memory) => twoTraces(o, memory, dense(o), o.eStride, advancedTraces(o)),
  fold_traces_sparse: (o, memory) => twoTraces(o, memory, stored(o, memory), o.tStride, advancedTraces(o)),
  fold_trace_sum_dense: (o, memory) => oneTrace(o, memory, dense(o), o.eStride, []),
  fold_trace_sum_sparse: (o, memory) => oneTrace(o, memory, stored(o, memory), o.tStride, []),
  fold_traces_sum_dense: (o, memory) => twoTraces(o, memory, dense(o), o.eStride, []),
  fold_traces_sum_sparse: (o, memory) => twoTraces(o, memory, stored(o, memory), o.tStride, []),
};
