import { toBfloat16 } from '../../runtime/exact.ts';
import { type Arena, header, pad } from '../../runtime/program/arena.ts';
import { type Op, type Operands, type OpName, opNames, type Region } from '../../runtime/program/ops.ts';
import type { Program } from '../../runtime/program/program.ts';
import { draw, generator, Layout, type Palette, palettes, program, TICKS } from './layout.ts';

const surrogate = (l: Layout, n: number) => ({
  n,
  v: l.vector(n),
  level: l.vector(n),
  r: l.counts(n),
  psi: l.vector(n),
  height: l.scalar(0.1, 2),
  width: l.scalar(0.3, 1.5),
});
const spike = (l: Layout, n: number) => {
  const v = l.vector(n);
  // Half of the levels are met exactly, where >= and > part.
  const level = l.vector(n);
  l.initializers.push(({ floats }) => {
    for (let j = 0; j < n; j += 2) floats[level.offset + j] = floats[v.offset + j]!;
  });
  return { n, v, level, r: l.counts(n), ...l.ring(n), count: l.scalar(0, 5) };
};
const rate = (l: Layout, n: number) => ({ n, ...l.ring(n), current: l.vector(n), gain: l.scalar(0.01, 1) });
const decays = (l: Layout) => ({ rho: l.scalar(0.5, 1), scale: l.scalar(0.01, 1) });
const leak = (l: Layout) => ({ kappa: l.scalar(0.5, 1), gain: l.scalar(0.01, 1) });
const dense = (l: Layout, n: number, m: number) => ({ pre: n, eStride: pad(m), trace: l.vector(n), psi: l.vector(m) });
const sparse = (l: Layout, n: number, m: number) => {
  const { rowStart, column, count } = l.stored(n, m);
  return { count, operands: { pre: n, rowStart, column, trace: l.vector(n), psi: l.vector(m) } };
};

/** A block of eight ticks, of which a program has recorded seven. */
const BLOCK = 8;
const history = (l: Layout, n: number) => ({ history: l.matrix(BLOCK, n), hStride: pad(n), block: BLOCK });
const events = (l: Layout, n: number) => {
  const region = l.reserve(2, n, pad(n), () => 0);
  l.initializers.push(({ words }) => {
    for (let k = region.offset; k < region.offset + region.length; k++)
      words[k] = Math.floor(l.random() * 2 ** 32) & Math.floor(l.random() * 2 ** 32);
  });
  return region;
};
const foldColumns = (l: Layout, n: number) => ({ pre: n, ...history(l, n), events: events(l, n), trace: l.vector(n) });
const table = (l: Layout, m: number) => l.matrix(3 + BLOCK, m);
const woven = (l: Layout, m: number) => l.matrix(16 + 4 * BLOCK, m);
const foldDense = (l: Layout, n: number, m: number) => ({ ...foldColumns(l, n), eStride: pad(m) });
const foldSparse = (l: Layout, n: number, m: number) => {
  const { rowStart, column, count } = l.stored(n, m);
  return { count, operands: { ...foldColumns(l, n), rowStart, column, tStride: pad(m) } };
};

/** Traces of `counts` synapses, as float32 or as bfloat16. */
function traces<Names extends string>(l: Layout, n: number, m: number, counts: Readonly<Record<Names, number>>) {
  const bits = (n + m) % 2 === 0 ? 32 : 16;
  const regions = Object.entries<number>(counts).map(([name, count]) => {
    const region = l.flat(bits === 16 ? Math.ceil(count / 2) : count);
    const values = ({ halves }: Arena): void => {
      for (let k = 2 * region.offset; k < 2 * (region.offset + region.length); k++) halves[k] = toBfloat16(draw(l.palette, l.random));
    };
    if (bits === 16) l.initializers.push(values);
    return [name, region];
  });
  return { bits, ...(Object.fromEntries(regions) as Record<Names, Region>) };
}

/** Vectors of n, by name. */
const vectors = <Names extends string>(l: Layout, n: number, ...names: readonly Names[]) =>
  Object.fromEntries(names.map((name) => [name, l.vector(n)])) as Record<Names, Region>;

/** Neurons kept for each of m: itself and every third one from there on. */
function influenceShape(l: Layout, n: number, m: number) {
  const [kept, blocks, sourceAt, source]: [number[], number[], number[], number[]] = [[], [], [0], []];
  let length = 0;
  for (let j = 0; j < m; j++) {
    const list = Array.from({ length: m }, (_, k) => k).filter((k) => k === j || (k + j) % 3 === 0);
    const synapses = Array.from({ length: n }, (_, i) => i).filter((i) => l.random() < 0.6 || i === n - 1);
    blocks.push(length, pad(synapses.length), list.length, kept.length, list.indexOf(j));
    kept.push(...list);
    source.push(...synapses);
    sourceAt.push(source.length);
    length += list.length * pad(synapses.length);
  }
  const shape = { blocks: l.topology(blocks), kept: l.topology(kept) };
  return { shape, kept, blocks, length, sourceAt: l.topology(sourceAt), source };
}

/** Operands for every op, at population sizes n and m: an op without a case does not compile. */
const cases: { readonly [Name in OpName]: (l: Layout, n: number, m: number) => Operands<Name> } = {
  load: (l, n) => ({ n, ...l.tape(n), ...l.ring(n) }),
  clear: (l, n, m) => ({ target: l.matrix(n, m) }),
  before: (l, n) => ({ n, ...l.ring(n), y: l.vector(n) }),
  assign: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  add: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  subtract: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  drain: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  copy: (l, n) => ({ n, ...l.ring(n), y: l.vector(n) }),
  softmax: (l, n) => ({ n, ...l.ring(n), p: l.vector(n) }),
  emit: (l, n) => ({ n, y: l.vector(n), ...l.tape(n) }),
  collect: (l, n) => {
    const [counts, addresses] = [l.perTick(), l.matrix(TICKS, n)];
    return { n, ...l.ring(n), counts, addresses, addressStride: addresses.stride };
  },
  guard: (l, n) => ({ n, ...l.ring(n) }),
  retain: (l, n) => ({ n, y: l.vector(n), ...l.ring(n) }),
  recall: (l, n) => ({ n, ...l.ring(n), delay: n % 4, y: l.vector(n) }),

  propagate_dense: (l, n, m) => ({ pre: n, ...l.ring(n), delay: n % 4, weights: l.matrix(n, m), wStride: pad(m), current: l.vector(m) }),
  propagate_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, ...l.ring(n), delay: n % 4, rowStart, column, weights: l.flat(count), current: l.vector(m) };
  },
  membrane_subtract: (l, n) => ({
    n,
    ...l.ring(n),
    current: l.vector(n),
    v: l.vector(n),
    alpha: l.scalar(0.5, 1),
    scale: l.scalar(0.05, 1),
    threshold: l.scalar(0.3, 1.5),
  }),
  membrane_zero: (l, n) => ({ n, ...l.ring(n), current: l.vector(n), v: l.vector(n), alpha: l.scalar(0.5, 1), scale: l.scalar(0.05, 1) }),
  adapt: (l, n) => ({
    n,
    ...l.ring(n),
    a: l.vector(n),
    beta: l.vector(n),
    level: l.vector(n),
    ...decays(l),
    threshold: l.scalar(0.3, 1.5),
  }),
  leak: (l, n) => ({ n, ...vectors(l, n, 'tau', 'decay', 'gain'), dt: l.scalar(0.1, 2) }),
  slope_leak: (l, n) => ({ n, ...vectors(l, n, 'tau', 'decay', 's', 'x', 'drive'), dt: l.scalar(0.1, 2) }),
  membrane_each: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'current', 'v', 'level', 'alpha', 'scale') }),
  adapt_each: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'a', 'beta', 'level', 'rho', 'scale'), threshold: l.scalar(0.3, 1.5) }),
  refractory: (l, n) => ({ n, r: l.counts(n) }),
  surrogate_triangle: surrogate,
  surrogate_fast_sigmoid: surrogate,
  surrogate_boxcar: surrogate,
  surrogate_exponential: surrogate,
  surrogate_arctan: surrogate,
  surrogate_sigmoid: surrogate,
  surrogate_multi_gaussian: (l, n) => ({ ...surrogate(l, n), lobes: l.scalar(0.1, 0.3), spread: l.scalar(2, 8) }),
  spike_reached: spike,
  spike_exceeded: spike,
  rate_tanh: rate,
  rate_relu: rate,
  rate_linear: rate,
  snu_linear: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'current', 's', 'carry', 'back'), decay: l.scalar(0, 1) }),
  snu_relu: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'current', 's', 'carry', 'back', 'drive'), decay: l.scalar(0, 1) }),
  output_sigmoid: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 's', 'current', 'slope') }),
  output_step: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 's', 'current', 'slope') }),
  gru: (l, n) => ({
    n,
    ...l.ring(n),
    ...vectors(l, n, 'reset', 'update', 'candidate', 'memory', 'carry', 'driveReset', 'driveUpdate', 'driveCandidate', 'driveMemory'),
  }),
  lstm: (l, n) => ({
    n,
    ...l.ring(n),
    ...vectors(l, n, 'input', 'forget', 'cell', 'output', 'c', 'carry', 'driveInput', 'driveForget', 'driveCell', 'slope', 'direct'),
  }),
  sigmoid: (l, n) => ({ n, ...l.ring(n), p: l.vector(n) }),
  integrator: (l, n) => ({ n, ...l.ring(n, 2), current: l.vector(n), ...leak(l) }),

  error: (l, n) => ({ n, p: l.vector(n), ...l.tape(n), importance: l.perTick(), error: l.vector(n) }),
  error_smooth: (l, n) => ({ n, p: l.vector(n), ...l.tape(n), importance: l.perTick(), error: l.vector(n) }),
  target: (l, n) => ({ n, ...l.tape(n), importance: l.perTick(), error: l.vector(n) }),
  feedback: (l, n, m) => ({ m, error: l.vector(m), weights: l.matrix(m, n), wStride: pad(n), signal: l.vector(n) }),
  feedback_transpose: (l, n, m) => ({ n, m, error: l.vector(m), weights: l.matrix(n, m), wStride: pad(m), signal: l.vector(n) }),
  feedback_transpose_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { n, error: l.vector(m), rowStart, column, weights: l.flat(count), signal: l.vector(n) };
  },
  rate_deviation: (l, n) => ({
    n,
    ...l.ring(n),
    rate: l.vector(n),
    signal: l.vector(n),
    ...leak(l),
    strength: l.scalar(0.1, 2),
    target: l.scalar(0, 0.2),
  }),
  potential_bounds: (l, n) => ({
    n,
    ...vectors(l, n, 'v', 'level', 'p'),
    high: l.scalar(-0.5, 0.5),
    above: l.scalar(0.1, 1),
    low: l.scalar(-0.5, 0.5),
    below: l.scalar(0.1, 1),
  }),
  count_spikes: (l, n) => ({ n, ...l.ring(n), rate: l.vector(n) }),
  multiply: (l, n) => ({ n, a: l.vector(n), b: l.vector(n), p: l.vector(n) }),
  importance_factor: (l, n) => ({ n, importance: l.perTick(), a: l.vector(n), p: l.vector(n) }),

  trace: (l, n) => ({ n, ...l.ring(n), delay: n % 4, trace: l.vector(n), decay: l.scalar(0.5, 1), scale: l.scalar(0.05, 1) }),
  eligibility_filtered_dense: (l, n, m) => ({ ...dense(l, n, m), filtered: l.matrix(n, m), ...leak(l) }),
  eligibility_filtered_sparse: (l, n, m) => {
    const { operands, count } = sparse(l, n, m);
    return { ...operands, filtered: l.flat(count), ...leak(l) };
  },
  eligibility_adaptive_dense: (l, n, m) => ({
    ...dense(l, n, m),
    beta: l.vector(m),
    adaptation: l.matrix(n, m),
    eligibility: l.matrix(n, m),
    ...decays(l),
  }),
  eligibility_adaptive_sparse: (l, n, m) => {
    const { operands, count } = sparse(l, n, m);
    return { ...operands, beta: l.vector(m), adaptation: l.flat(count), eligibility: l.flat(count), ...decays(l) };
  },
  eligibility_adaptive_filtered_dense: (l, n, m) => ({
    ...dense(l, n, m),
    beta: l.vector(m),
    adaptation: l.matrix(n, m),
    filtered: l.matrix(n, m),
    ...decays(l),
    ...leak(l),
  }),
  eligibility_adaptive_filtered_sparse: (l, n, m) => {
    const { operands, count } = sparse(l, n, m);
    return { ...operands, beta: l.vector(m), adaptation: l.flat(count), filtered: l.flat(count), ...decays(l), ...leak(l) };
  },
  filter: (l, n, m) => ({ eligibility: l.flat(n * m), filtered: l.flat(n * m), ...leak(l) }),
  gradient_dense: (l, n, m) => ({ pre: n, eStride: pad(m), factor: l.vector(m), trace: l.matrix(n, m), gradient: l.matrix(n, m) }),
  gradient_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, factor: l.vector(m), trace: l.flat(count), gradient: l.flat(count) };
  },
  rank_one_dense: (l, n, m) => ({ pre: n, eStride: pad(m), factor: l.vector(m), trace: l.vector(n), gradient: l.matrix(n, m) }),
  rank_one_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, factor: l.vector(m), trace: l.vector(n), gradient: l.flat(count) };
  },
  accumulate: (l, n) => ({ n, importance: l.perTick(), trace: l.vector(n), sum: l.vector(n) }),

  carry_zero: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'v', 'carry', 'back'), alpha: l.scalar(0.5, 1) }),
  slope_tanh: (l, n) => ({ n, current: l.vector(n), drive: l.vector(n), gain: l.scalar(0.05, 1) }),
  slope_relu: (l, n) => ({ n, current: l.vector(n), drive: l.vector(n), gain: l.scalar(0.05, 1) }),
  own_carry: (l, n) => ({ n, ...vectors(l, n, 'carry', 'back', 'slope', 'last', 'own') }),
  local_dense: (l, n, m) => ({
    pre: n,
    ...l.ring(n),
    delay: n % 4,
    eStride: pad(m),
    carry: l.vector(m),
    drive: l.vector(m),
    trace: l.matrix(n, m),
  }),
  local_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, ...l.ring(n), delay: n % 4, rowStart, column, carry: l.vector(m), drive: l.vector(m), trace: l.flat(count) };
  },
  local_filtered_dense: (l, n, m) => ({
    pre: n,
    eStride: pad(m),
    slope: l.vector(m),
    trace: l.matrix(n, m),
    filtered: l.matrix(n, m),
    ...leak(l),
  }),
  local_filtered_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, slope: l.vector(m), trace: l.flat(count), filtered: l.flat(count), ...leak(l) };
  },
  influence_carry: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, carry: l.vector(m), back: l.vector(m), outputs: l.flat(length), states: l.flat(length) };
  },
  influence_spread: (l, n, m) => {
    const { shape, blocks, kept, length } = influenceShape(l, n, m);
    const [edgeAt, edgeRow, edgeWeight]: [number[], number[], number[]] = [[], [], []];
    const counts = new Map(Array.from({ length: m }, (_, j) => [blocks[5 * j + 3]!, blocks[5 * j + 2]!]));
    let [at, count] = [0, 0];
    for (let k = 0; k < kept.length; k++) {
      if (counts.has(k)) [at, count] = [k, counts.get(k)!];
      edgeAt.push(edgeRow.length);
      for (let row = 0; row < count; row++) {
        if (l.random() < 0.5) continue;
        edgeRow.push(row);
        edgeWeight.push((kept[at + row]! * 7 + kept[k]!) % (n * m));
      }
    }
    edgeAt.push(edgeRow.length);
    return {
      ...shape,
      edgeAt: l.topology(edgeAt),
      edgeRow: l.topology(edgeRow),
      edgeWeight: l.topology(edgeWeight),
      weights: l.flat(n * m),
      drive: l.vector(m),
      outputs: l.flat(length),
      states: l.flat(length),
    };
  },
  influence_feed: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, slope: l.vector(m), from: l.flat(length), states: l.flat(length) };
  },
  influence_input: (l, n, m) => {
    const { shape, length, sourceAt, source } = influenceShape(l, n, m);
    return {
      ...shape,
      sourceAt,
      source: l.topology(source),
      pre: n,
      ...l.ring(n),
      delay: n % 4,
      drive: l.vector(m),
      states: l.flat(length),
    };
  },
  influence_output: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, slope: l.vector(m), states: l.flat(length), outputs: l.flat(length) };
  },
  influence_output_add: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, slope: l.vector(m), states: l.flat(length), outputs: l.flat(length) };
  },
  signs: (l, n) => ({ n, nu: l.vector(n), seed: 77, group: 3, first: 5, step: 2 }),
  square_sum: (l, n, m) => ({ x: l.matrix(n, m), sums: l.state(), at: 1 }),
  outer_square: (l, n, m) => ({ n, ...l.ring(n), delay: n % 4, m, factor: l.vector(m), sums: l.state(), at: 2 }),
  balance: (l, n) => ({ sums: l.state(), scales: l.flat(4), signs: n + 1 }),
  blend: (l, n) => ({ n, ...vectors(l, n, 'x', 'nu', 'a'), scales: l.flat(4) }),
  shrink: (l, n) => ({ n, ...vectors(l, n, 'carry', 'factor'), scales: l.flat(4) }),
  project: (l, n) => ({ n, ...vectors(l, n, 'signal', 'a', 'p') }),
  influence_gradient: (l, n, m) => {
    const { shape, length, sourceAt, source } = influenceShape(l, n, m);
    return {
      ...shape,
      sourceAt,
      synapse: l.topology(source.map((_, k) => (source.length - 1 - k) % source.length)),
      signal: l.vector(m),
      outputs: l.flat(length),
      gradient: l.flat(source.length),
    };
  },

  record: (l, n) => ({ n, ...l.ring(n), delay: n % 4, ...history(l, n) }),
  block_events: (l, n) => ({ ...history(l, n), events: events(l, n) }),
  block_trace: (l, n) => ({ ...history(l, n), trace: l.vector(n), decay: l.scalar(0.5, 1), scale: l.scalar(0.05, 1) }),
  coefficients: (l, n) => ({
    psi: l.matrix(BLOCK, n),
    signal: l.matrix(BLOCK, n),
    hStride: pad(n),
    block: BLOCK,
    beta: l.vector(n),
    table: table(l, n),
    weight: l.scalar(0, 1),
    onAdaptation: l.scalar(0, 1),
    onFiltered: l.scalar(0, 1),
    ...decays(l),
    ...leak(l),
    decay: l.scalar(0.5, 1),
    inputScale: l.scalar(0.05, 1),
  }),
  coefficients_woven: (l, n) => ({
    psi: l.matrix(BLOCK, n),
    signal: l.matrix(BLOCK, n),
    hStride: pad(n),
    block: BLOCK,
    beta: l.vector(n),
    woven: woven(l, n),
    adapts: n % 3 === 0 ? 0 : 1,
    filters: n % 3 === 1 ? 0 : 1,
    ...decays(l),
    ...leak(l),
    decay: l.scalar(0.5, 1),
    inputScale: l.scalar(0.05, 1),
  }),
  fold_direct_dense: (l, n, m) => ({ ...foldDense(l, n, m), gradient: l.matrix(n, m), gradientTable: table(l, m) }),
  fold_direct_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, gradient: l.flat(count), gradientTable: table(l, m) };
  },
  fold_trace_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    row: n % 2,
    ...traces(l, n, m, { carried: pad(m) * n }),
    gradient: l.matrix(n, m),
    carriedTable: table(l, m),
    gradientTable: table(l, m),
  }),
  fold_trace_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, row: n % 2, ...traces(l, n, m, { carried: count }), gradient: l.flat(count), woven: woven(l, m) };
  },
  fold_traces_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    ...traces(l, n, m, { adaptation: pad(m) * n, filtered: pad(m) * n }),
    gradient: l.matrix(n, m),
    adaptationTable: table(l, m),
    filteredTable: table(l, m),
    gradientTable: table(l, m),
  }),
  fold_traces_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return {
      ...operands,
      ...traces(l, n, m, { adaptation: count, filtered: count }),
      gradient: l.flat(count),
      woven: woven(l, m),
    };
  },
  fold_trace_sum_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    row: n % 2,
    ...traces(l, n, m, { carried: pad(m) * n }),
    gradient: l.matrix(n, m),
    gradientTable: table(l, m),
  }),
  fold_trace_sum_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, row: n % 2, ...traces(l, n, m, { carried: count }), gradient: l.flat(count), gradientTable: table(l, m) };
  },
  fold_traces_sum_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    ...traces(l, n, m, { adaptation: pad(m) * n, filtered: pad(m) * n }),
    gradient: l.matrix(n, m),
    gradientTable: table(l, m),
  }),
  fold_traces_sum_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, ...traces(l, n, m, { adaptation: count, filtered: count }), gradient: l.flat(count), gradientTable: table(l, m) };
  },

  history_read: (l, n) => ({ n, ...history(l, n), ahead: n % 3, y: l.vector(n) }),
  history_write: (l, n) => ({ n, x: l.vector(n), ...history(l, n) }),
  multiply_add: (l, n) => ({ n, a: l.vector(n), b: l.vector(n), p: l.vector(n) }),

  load_label: (l, n) => ({ n, ...l.tape(n), error: l.vector(n) }),

  rate_factor: (l, n) => ({ n, rate: l.vector(n), factor: l.vector(n), strength: l.scalar(0.1, 2), target: l.scalar(0, 0.2) }),
  mask_diagonal: (l, n) => ({ n, eStride: pad(n), gradient: l.matrix(n, n) }),
  mirror_gradient: (l, n, m) => ({ n, m, eStride: pad(m), gradient: l.matrix(n, m), mirrorStride: pad(n), mirror: l.matrix(m, n) }),
  rate_constant: (l) => ({ state: l.state(), initial: l.scalar(0, 0.1) }),
  rate_inverse: (l) => ({ state: l.state(), initial: l.scalar(0, 0.1), halfAt: l.scalar(1, 100) }),
  rate_straight: (l) => ({ state: l.state(), initial: l.scalar(0, 0.1), final: l.scalar(0, 0.01), updates: Math.floor(l.scalar(1, 60)) }),
  sgd_step: (l) => ({ state: l.state(), step: l.flat(1) }),
  adam_step: (l) => ({ state: l.state(), step: l.flat(1), beta1: 0.9, beta2: 0.999 }),
  descend_dense: (l, n, m) => ({
    pre: n,
    eStride: pad(m),
    factor: l.vector(m),
    trace: l.matrix(n, m),
    step: l.flat(1),
    weights: l.matrix(n, m),
  }),
  descend_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, factor: l.vector(m), trace: l.flat(count), step: l.flat(1), weights: l.flat(count) };
  },
  sgd: (l, n, m) => ({ step: l.flat(1), gradient: l.flat(n * m), weights: l.flat(n * m) }),
  adam: (l, n, m) => {
    const flat = () => l.flat(n * m);
    const v = l.reserve(1, n * m, n * m, () => Math.abs(draw(l.palette, l.random)));
    return {
      step: l.flat(1),
      gradient: flat(),
      weights: flat(),
      m: flat(),
      v,
      beta1: 0.9,
      beta2: 0.999,
      gain1: 0.1,
      gain2: 0.001,
      epsilon: 1e-8,
    };
  },
  rmaxprop: (l, n, m) => ({
    step: l.flat(1),
    gradient: l.flat(n * m),
    weights: l.flat(n * m),
    v: l.reserve(1, n * m, n * m, () => Math.abs(draw(l.palette, l.random))),
    keep: l.scalar(0.9, 1),
    epsilon: 1e-8,
  }),
  adamax_step: (l) => ({ state: l.state(), step: l.flat(1), beta1: 0.9 }),
  adamax: (l, n, m) => ({
    step: l.flat(1),
    gradient: l.flat(n * m),
    weights: l.flat(n * m),
    m: l.flat(n * m),
    u: l.reserve(1, n * m, n * m, () => Math.abs(draw(l.palette, l.random))),
    beta1: 0.9,
    gain1: 0.1,
    beta2: 0.95,
    epsilon: 1e-8,
  }),
  decay: (l, n, m) => ({ weights: l.flat(n * m), keep: l.scalar(0.9, 1) }),
  bounds: (l, n, m) => ({ weights: l.flat(n * m), low: l.scalar(-1, -0.1), high: l.scalar(0.1, 1) }),
  average: (l, n, m) => ({ state: l.state(), weights: l.flat(n * m), average: l.flat(n * m), window: l.scalar(1, 60) }),
};

/** The ops that have a case; the tests hold it equal to {@link opNames}. */
export const coveredOps = Object.keys(cases) as readonly OpName[];

/** A program of one op, run every tick, over an arena of repeatable random contents. */
export function opProgram(name: OpName, n: number, m: number, palette: Palette, seed: number): Program {
  const layout = new Layout((seed + 1) * 0x9e3779b1 + opNames.indexOf(name) * 7919 + n * 131 + m, palette);
  const events = layout.reserve(TICKS, 1, 1, () => 0);
  const operands = cases[name](layout, n, m);
  const op = { name, operands } as unknown as Op;
  return {
    ...program(layout.length, TICKS, { forward: [op] }),
    update: { ticks: 2 ** 31 },
    block: 2 ** 31,
    regions: layout.regions,
    eventTape: events,
    topology: Uint32Array.from(layout.topologyWords),
    initialize(arena) {
      arena.floats.fill(0);
      layout.random = generator(seed + 77);
      for (const action of layout.initializers) action(arena);
      // Near the wrap of the tick counter; some ops divide by the ticks since the last update.
      arena.words[header.tick] = 2 ** 32 - 3 + n;
      arena.words[header.sinceUpdate] = 7;
      // The first tick finds seven ticks recorded, the last more than a history holds: nothing folds them.
      arena.words[header.learning] = 1;
      arena.words[header.sinceFold] = 7;
    },
  };
}

/** Population sizes below, at and above whole vectors. */
const sizes = [1, 7, 15, 16, 17, 31, 33, 64, 65];

/** The programs by which an op is compared: every size with another one, filled with every palette. */
export function* opPrograms(name: OpName): Generator<{ readonly program: Program; readonly place: string }> {
  for (const [index, n] of sizes.entries()) {
    const m = sizes[(index * 4 + opNames.indexOf(name) + 1) % sizes.length]!;
    for (const [seed, palette] of palettes.entries()) {
      yield { program: opProgram(name, n, m, palette, seed + index * 10), place: `n ${n}, m ${m}, ${palette}` };
    }
  }
}
