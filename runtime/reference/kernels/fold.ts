import { flush, fma, fromBfloat16, toBfloat16 } from '../../exact.ts';
import { header, LINE } from '../../program/arena.ts';
import type { Operands, OpName, Region } from '../../program/ops.ts';
import { FIRST, foldedTicks, GRADIENT, inTable, inWoven, ON_ADAPTATION, ON_FILTERED, ON_TICKS, ON_TRACE, SECOND } from './coefficients.ts';
import { type Kernels, type Memory, ringRow, type Step } from './kernel.ts';

const { fround } = Math;

type Names = Extract<OpName, 'record' | 'block_events' | 'block_trace' | `fold_${string}`>;

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
  readonly values: Values;
  readonly row: number;
}

/** One value a synapse, however it is stored. */
interface Values {
  get(k: number): number;
  set(k: number, value: number): void;
}

function valuesOf(region: Region, bits: number, memory: Memory): Values {
  const [floats, halves] = [memory.floats(region), memory.halves(region)];
  if (bits === 16) {
    return {
      get: (k) => fromBfloat16(halves[k]!),
      set(k, value) {
        halves[k] = toBfloat16(value);
      },
    };
  }
  return {
    get: (k) => floats[k]!,
    set(k, value) {
      floats[k] = value;
    },
  };
}

/** Coefficient of a row on neuron j. */
type Coefficients = (row: number, j: number) => number;

/** What a fold computes: kept as ⌊·⌋₀ where it is a trace, added where it is a sum. */
interface Target {
  readonly values: Values;
  readonly K: Coefficients;
  readonly role: 'trace' | 'sum';
}

/**
 * One pass over the synapses. Every target is Σ K·[carried traces, x̄, x(0), …], from values before the block; a trace owes only
 * to itself and to the traces before it. Traces are kept as ⌊·⌋₀, sums are added to what they were.
 */
function folded(operands: Columns, memory: Memory, walk: Walk, carried: readonly Carried[], targets: readonly Target[]): Step {
  const terms = termsOf(operands, memory);
  const rows: number[] = [];
  const values: number[] = [];
  const results = new Float32Array(targets.length);
  return () => {
    for (let i = 0; i < operands.pre; i++) {
      rows.length = values.length = 0;
      terms(i, (row, value) => {
        rows.push(row);
        values.push(value);
      });
      walk(i, (k, j) => {
        targets.forEach(({ values: target, K, role }, index) => {
          let sum = 0;
          const owed = role === 'sum' ? carried : carried.slice(0, index + 1);
          for (const { values: y, row } of owed) sum = fma(K(row, j), y.get(k), sum);
          for (let q = 0; q < rows.length; q++) sum = fma(K(rows[q]!, j), values[q]!, sum);
          results[index] = role === 'trace' ? flush(sum) : target.get(k) + sum;
        });
        for (const [index, { values: target }] of targets.entries()) target.set(k, results[index]!);
      });
    }
  };
}

type Direct = Columns & Pick<Operands<'fold_direct_dense'>, 'gradient'>;
type OneTrace = Direct & Pick<Operands<'fold_trace_sum_dense'>, 'row' | 'bits' | 'carried'>;
type TwoTraces = Direct & Pick<Operands<'fold_traces_sum_dense'>, 'bits' | 'adaptation' | 'filtered'>;

const sumInto = ({ gradient }: Direct, memory: Memory, K: Coefficients): Target => ({
  values: valuesOf(gradient, 32, memory),
  K,
  role: 'sum',
});

/** K: of the gradient, then of each trace that is advanced. */
const direct = (o: Direct, memory: Memory, walk: Walk, K: Coefficients): Step => folded(o, memory, walk, [], [sumInto(o, memory, K)]);

/** Spares a block in which nothing is taught: rows of 0 at all of its ticks. */
function taught(
  { gradientTable, block }: Pick<Operands<'fold_direct_dense'>, 'gradientTable' | 'block'>,
  memory: Memory,
  fold: Step,
): Step {
  const K = memory.floats(gradientTable);
  const columns = K.length / (ON_TICKS + block);
  return (moment) => {
    const rows = ON_TICKS + foldedTicks(memory, block);
    for (let j = 0; j < columns; j++) {
      for (let row: number = ON_TRACE; row < rows; row++) {
        if (K[inTable(j, block) + row * LINE] === 0) continue;
        fold(moment);
        return;
      }
    }
  };
}

function oneTrace(o: OneTrace, memory: Memory, walk: Walk, K: Coefficients, advance?: Coefficients): Step {
  const values = valuesOf(o.carried, o.bits, memory);
  const traces: Target[] = advance === undefined ? [] : [{ values, K: advance, role: 'trace' }];
  return folded(o, memory, walk, [{ values, row: o.row }], [...traces, sumInto(o, memory, K)]);
}

function twoTraces(
  o: TwoTraces,
  memory: Memory,
  walk: Walk,
  K: Coefficients,
  advance?: readonly [adaptation: Coefficients, filtered: Coefficients],
): Step {
  const carried: Carried[] = [
    { values: valuesOf(o.adaptation, o.bits, memory), row: ON_ADAPTATION },
    { values: valuesOf(o.filtered, o.bits, memory), row: ON_FILTERED },
  ];
  const traces = (advance ?? []).map((K, index): Target => ({ values: carried[index]!.values, K, role: 'trace' }));
  return folded(o, memory, walk, carried, [...traces, sumInto(o, memory, K)]);
}

/** Reads a table. */
function tabled(table: Region, { block }: Columns, { floats }: Memory): Coefficients {
  const K = floats(table);
  return (row, j) => K[inTable(j, block) + row * LINE]!;
}

/** Reads one lane of a woven table. */
function woven(o: { readonly woven: Region; readonly tStride: number }, lane: number, { floats }: Memory): Coefficients {
  const W = floats(o.woven);
  return (row, j) => W[inWoven(row, j, o.tStride) + lane]!;
}

/** A block of ticks, folded into traces and gradients by the coefficients of `coefficients.ts`. */
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
  fold_direct_dense: (o, memory) => taught(o, memory, direct(o, memory, dense(o), tabled(o.gradientTable, o, memory))),
  fold_direct_sparse: (o, memory) => taught(o, memory, direct(o, memory, stored(o, memory), tabled(o.gradientTable, o, memory))),
  fold_trace_dense: (o, memory) => oneTrace(o, memory, dense(o), tabled(o.gradientTable, o, memory), tabled(o.carriedTable, o, memory)),
  fold_trace_sparse: (o, memory) => oneTrace(o, memory, stored(o, memory), woven(o, GRADIENT, memory), woven(o, FIRST, memory)),
  fold_traces_dense: (o, memory) =>
    twoTraces(o, memory, dense(o), tabled(o.gradientTable, o, memory), [
      tabled(o.adaptationTable, o, memory),
      tabled(o.filteredTable, o, memory),
    ]),
  fold_traces_sparse: (o, memory) =>
    twoTraces(o, memory, stored(o, memory), woven(o, GRADIENT, memory), [woven(o, FIRST, memory), woven(o, SECOND, memory)]),
  fold_trace_sum_dense: (o, memory) => oneTrace(o, memory, dense(o), tabled(o.gradientTable, o, memory)),
  fold_trace_sum_sparse: (o, memory) => oneTrace(o, memory, stored(o, memory), tabled(o.gradientTable, o, memory)),
  fold_traces_sum_dense: (o, memory) => twoTraces(o, memory, dense(o), tabled(o.gradientTable, o, memory)),
  fold_traces_sum_sparse: (o, memory) => twoTraces(o, memory, stored(o, memory), tabled(o.gradientTable, o, memory)),
};
