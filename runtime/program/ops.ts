/**
 * THE op table: every step of a tick, with its operands and its equation. `native/include/ops.def` is its twin, compared at
 * load. ⊕ in an equation is a fused multiply-add: a·b ⊕ c = fma(a, b, c). ⌊x⌋₀ stores +0 where |x| < 2^-100.
 *
 * A *ring* holds the last `rows` values of a population (a power of two); x(t−d) is row (t − d) mod rows. Rows and matrices
 * are padded with zeros to `stride`, a multiple of 16 floats. Sums run over the presynaptic index, ascending.
 *
 * A *history* holds the values of the ticks since the last fold, row 0 the first, C of them, at most `block`, its rows. A *table* of
 * coefficients has a row for what its target owes to ε, to ē and to x̄ as they were before the block, and to x of each tick (all
 * rows of sixteen neurons lie together, then those of the next sixteen); the
 * sum of a fold is Σ K·[ε, ē, x̄, x(0), …, x(C − 1)], fused, in this order, with the terms of x left out where x is 0.
 * Carried traces have `bits` 32 (float32) or 16 (bfloat16, the nearest, ties to even; two in a word).
 * Of a convolution k is a tap, [input channel][row][column] of the kernel, q a position of the output, [row][column], and c an output channel: w_kc, G_kc, S_qc
 * and p_qc have their channels side by side, rows padded to `cStride`. i(q, k) is the input that lies under tap k at q; where there is none, there is no term.
 * `grid` has twelve words: input channels, height, width; kernel height, width; stride, then padding, down and right; output channels, height, width.
 * The *triangle* of recursive least squares is U of P = U D Uᵀ without its diagonal of ones: column j has j values, and each column is a whole number of lines.
 * Stored synapses jump from neuron to neuron: for them the tables of ε, ē and G are *woven*, so that a neuron's lie together.
 */

/**
 * Cells say how they answer to their own past, their gates and their state: A (carry) and R (back) are what a state keeps of itself and of its
 * neuron's own last output, B (drive) what a gate does to the state, C (slope) and E (direct) what state and gate do to the output.
 *
 * An *influence* holds, for the synapses s onto each neuron j, what they do to the states (P) and outputs (Q) of the neurons l that are kept for j: a
 * *block* of [kept][synapses], synapses padded to 16. Of each block, `blocks` has five words: where it begins, its padded synapses, how many neurons are
 * kept, where in `kept` their list begins, and the row of j itself.
 */

/** region: offset and length in 32-bit words of the arena; topology: the same in the topology array; scalar: float32; double: float64. */
export type OperandKind = 'region' | 'topology' | 'count' | 'scalar' | 'double';

interface OpEntry {
  readonly equation: string;
  readonly operands: Readonly<Record<string, OperandKind>>;
}

const ring = { x: 'region', rows: 'count', stride: 'count' } as const;
const tape = { tape: 'region', tapeStride: 'count' } as const;
const sparse = { rowStart: 'topology', column: 'topology' } as const;
const history = { history: 'region', hStride: 'count', block: 'count' } as const;
const grid = { grid: 'topology', cStride: 'count' } as const;
const maps = { positions: 'count', channels: 'count', cStride: 'count', x: 'region', y: 'region' } as const;
const inBlocks = { blocks: 'topology', kept: 'topology' } as const;
const shape = { rows: 'count', columns: 'count', stride: 'count' } as const;
const drawn = { pass: 'region', trial: 'region', seed: 'count', group: 'count', sigma: 'scalar', one: 'scalar', two: 'scalar' } as const;
const pairs = {
  ...ring,
  delay: 'count',
  fast: 'region',
  slow: 'region',
  before: 'region',
  factor: 'region',
  decay: 'scalar',
  slowDecay: 'scalar',
  pair: 'scalar',
  triplet: 'scalar',
} as const;
const timing = {
  preFactor: 'region',
  preTrace: 'region',
  postFactor: 'region',
  postTrace: 'region',
  trace: 'region',
  decay: 'scalar',
} as const;
const calcium = {
  preTrace: 'region',
  postTrace: 'region',
  weights: 'region',
  trace: 'region',
  decay: 'scalar',
  high: 'scalar',
  up: 'scalar',
  low: 'scalar',
  down: 'scalar',
  most: 'scalar',
} as const;
const columns = { pre: 'count', ...history, events: 'region', trace: 'region' } as const;

// biome-ignore format: a table, one op a line
const table = {
  // values in and out
  load: { equation: 'x(t) ← tape(t)', operands: { n: 'count', ...tape, ...ring } },
  clear: { equation: 'x ← 0', operands: { target: 'region' } },
  assign: { equation: 'y ← x', operands: { x: 'region', y: 'region' } },
  add: { equation: 'y ← y + x', operands: { x: 'region', y: 'region' } },
  subtract: { equation: 'y ← y − x', operands: { x: 'region', y: 'region' } },
  drain: { equation: 'y ← y + x, x ← 0', operands: { x: 'region', y: 'region' } },
  softmax: { equation: 'p_k ← e^(x_k(t) − max) / Σ e^(x(t) − max), in double', operands: { n: 'count', ...ring, p: 'region' } },
  emit: { equation: 'tape(t) ← y', operands: { n: 'count', y: 'region', ...tape } },
  collect: { equation: 'spikes(t) ← ascending j with x_j(t) ≠ 0', operands: { n: 'count', ...ring, counts: 'region', addresses: 'region', addressStride: 'count' } },
  guard: { equation: 'status ← non-finite where any x_j(t) is not finite', operands: { n: 'count', ...ring } },
  retain: { equation: 'x(t) ← y', operands: { n: 'count', y: 'region', ...ring } },
  recall: { equation: 'y ← x(t−delay)', operands: { n: 'count', ...ring, delay: 'count', y: 'region' } },

  border: { equation: 'y ← x(t), 0 where the episode ends at t', operands: { n: 'count', ...ring, events: 'region', y: 'region' } },

  // forward
  propagate_dense: { equation: 'I_j ← x_i(t−d)·w_ij ⊕ I_j for x_i ≠ 0', operands: { pre: 'count', ...ring, delay: 'count', weights: 'region', wStride: 'count', current: 'region' } },
  propagate_sparse: { equation: 'I_j ← x_i(t−d)·w_ij ⊕ I_j for x_i ≠ 0, stored synapses', operands: { pre: 'count', ...ring, delay: 'count', ...sparse, weights: 'region', current: 'region' } },
  propagate_convolution: { equation: 'S_qc ← x_i(t−d)·w_kc ⊕ S_qc, i = i(q, k), for x_i ≠ 0', operands: { ...grid, ...ring, delay: 'count', weights: 'region', sums: 'region' } },
  channels_first: { equation: 'y_cq ← y_cq + x_qc', operands: maps },
  channels_last: { equation: 'y_qc ← x_cq', operands: maps },
  membrane_subtract: { equation: 'v ← ⌊−θ·z(t−1) ⊕ (α·v ⊕ c·I)⌋₀', operands: { n: 'count', ...ring, current: 'region', v: 'region', alpha: 'scalar', scale: 'scalar', threshold: 'scalar' } },
  membrane_zero: { equation: 'v ← ⌊α·(z(t−1) ? 0 : v) ⊕ c·I⌋₀', operands: { n: 'count', ...ring, current: 'region', v: 'region', alpha: 'scalar', scale: 'scalar' } },
  adapt: { equation: 'a ← ⌊ρ·a ⊕ s·z(t−1)⌋₀, A ← β·a ⊕ θ', operands: { n: 'count', ...ring, a: 'region', beta: 'region', level: 'region', rho: 'scalar', scale: 'scalar', threshold: 'scalar' } },
  leak: { equation: 'α ← e^(−dt/τ), in double, c ← 1 − α', operands: { n: 'count', tau: 'region', decay: 'region', gain: 'region', dt: 'double' } },
  slope_leak: { equation: 'B ← (s − x)·(α·dt/τ²), in double', operands: { n: 'count', tau: 'region', decay: 'region', s: 'region', x: 'region', drive: 'region', dt: 'double' } },
  membrane_each: { equation: 'v ← ⌊−A·z(t−1) ⊕ (α_j·v ⊕ c_j·I)⌋₀', operands: { n: 'count', ...ring, current: 'region', v: 'region', level: 'region', alpha: 'region', scale: 'region' } },
  adapt_each: { equation: 'a ← ⌊ρ_j·a ⊕ s_j·z(t−1)⌋₀, A ← β·a ⊕ θ', operands: { n: 'count', ...ring, a: 'region', beta: 'region', level: 'region', rho: 'region', scale: 'region', threshold: 'scalar' } },
  refractory: { equation: 'r ← max(0, r − 1)', operands: { n: 'count', r: 'region' } },
  surrogate_triangle: { equation: 'ψ ← r > 0 ? 0 : h·max(0, 1 − |v − A|/w)', operands: { n: 'count', v: 'region', level: 'region', r: 'region', psi: 'region', height: 'scalar', width: 'scalar' } },
  surrogate_fast_sigmoid: { equation: 'ψ ← r > 0 ? 0 : h/(1 + |v − A|/w)²', operands: { n: 'count', v: 'region', level: 'region', r: 'region', psi: 'region', height: 'scalar', width: 'scalar' } },
  surrogate_boxcar: { equation: 'ψ ← r > 0 ? 0 : |v − A| ≤ w ? h : 0', operands: { n: 'count', v: 'region', level: 'region', r: 'region', psi: 'region', height: 'scalar', width: 'scalar' } },
  surrogate_exponential: { equation: 'ψ ← r > 0 ? 0 : h·e^(−|v − A|/w), e^x in double', operands: { n: 'count', v: 'region', level: 'region', r: 'region', psi: 'region', height: 'scalar', width: 'scalar' } },
  surrogate_arctan: { equation: 'ψ ← r > 0 ? 0 : h/(q·q ⊕ 1), q = |v − A|/w', operands: { n: 'count', v: 'region', level: 'region', r: 'region', psi: 'region', height: 'scalar', width: 'scalar' } },
  surrogate_sigmoid: { equation: 'ψ ← r > 0 ? 0 : h·4e/(1 + e)², e = e^(−|v − A|/w), in double', operands: { n: 'count', v: 'region', level: 'region', r: 'region', psi: 'region', height: 'scalar', width: 'scalar' } },
  surrogate_multi_gaussian: { equation: 'ψ ← r > 0 ? 0 : h·((1 + l)·N(q) − (l/s)·(N((q − 1)/s) + N((q + 1)/s))), q = |v − A|/w, N(x) = e^(−x²/2), in double', operands: { n: 'count', v: 'region', level: 'region', r: 'region', psi: 'region', height: 'scalar', width: 'scalar', lobes: 'scalar', spread: 'scalar' } },
  spike_reached: { equation: 'z(t) ← v ≥ A and r = 0; r ← z ? count : r', operands: { n: 'count', v: 'region', level: 'region', r: 'region', ...ring, count: 'scalar' } },
  spike_exceeded: { equation: 'z(t) ← v > A and r = 0; r ← z ? count : r', operands: { n: 'count', v: 'region', level: 'region', r: 'region', ...ring, count: 'scalar' } },
  spike_escape: { equation: 'z(t) ← u·(1 + e^(−(v − A)/w)) < 1 and r = 0, in double, u uniform in (0, 1), a function of seed, tick, group and j alone; r ← z ? count : r', operands: { n: 'count', v: 'region', level: 'region', r: 'region', ...ring, count: 'scalar', width: 'scalar', seed: 'count', group: 'count' } },
  theta: { equation: 'θ ← min(max(θ, −π), π), then steps times in double: c ← cos θ, θ ← θ + h·((1 − c) + π²·I·(1 + c)), θ ≥ π: θ ← θ − 2π, θ ← min(max(θ, −π), π); θ ← ⌊θ⌋₀, z(t) ← π was reached', operands: { n: 'count', ...ring, current: 'region', phase: 'region', steps: 'count', step: 'double' } },
  izhikevich: { equation: 'steps times in double: v, u ← v + h·(k·v·(v − θ) − u + I), u + q·(b·v − u), v ≥ peak: v ← reset, u ← u + d; v ← ⌊v⌋₀, u ← ⌊u⌋₀, z(t) ← peak was reached', operands: { n: 'count', ...ring, current: 'region', v: 'region', u: 'region', steps: 'count', step: 'double', share: 'double', k: 'double', threshold: 'double', peak: 'double', reset: 'double', b: 'double', d: 'double' } },
  rate_tanh: { equation: 'x(t) ← ⌊g·(tanh I − x(t−1)) ⊕ x(t−1)⌋₀, tanh in double', operands: { n: 'count', ...ring, current: 'region', gain: 'scalar' } },
  rate_relu: { equation: 'x(t) ← ⌊g·(max(0, I) − x(t−1)) ⊕ x(t−1)⌋₀', operands: { n: 'count', ...ring, current: 'region', gain: 'scalar' } },
  rate_linear: { equation: 'x(t) ← ⌊g·(I − x(t−1)) ⊕ x(t−1)⌋₀', operands: { n: 'count', ...ring, current: 'region', gain: 'scalar' } },
  activate_tanh: { equation: 'p ← tanh I, in double', operands: { n: 'count', current: 'region', p: 'region' } },
  activate_relu: { equation: 'p ← max(0, I)', operands: { n: 'count', current: 'region', p: 'region' } },
  rate_each: { equation: 'g ← dt/τ_j, d ← p_j − x(t−1), x(t) ← ⌊g·d ⊕ x(t−1)⌋₀, A ← 1 − g, S ← −(g·d/τ_j), but for x(t) in double', operands: { n: 'count', ...ring, p: 'region', tau: 'region', gain: 'region', kept: 'region', slower: 'region', dt: 'double' } },
  delay_line: { equation: 'd ← τ_j within 0…longest, w ← ⌊d⌋, E ← I(t−w−1) − I(t−w), x(t) ← ⌊(d − w)·E ⊕ I(t−w)⌋₀', operands: { n: 'count', ...ring, past: 'region', pastRows: 'count', lag: 'region', slope: 'region', longest: 'scalar' } },
  snu_linear: { equation: 'A ← d·(1 − y(t−1)), R ← −(d·s), s ← ⌊A·s ⊕ I⌋₀', operands: { n: 'count', ...ring, current: 'region', s: 'region', carry: 'region', back: 'region', decay: 'scalar' } },
  snu_relu: { equation: 'A ← d·(1 − y(t−1)), R ← −(d·s), u ← A·s ⊕ I, B ← u > 0, A ← B·A, R ← B·R, s ← ⌊B·u⌋₀', operands: { n: 'count', ...ring, current: 'region', s: 'region', carry: 'region', back: 'region', drive: 'region', decay: 'scalar' } },
  output_sigmoid: { equation: 'y(t) ← σ(s + I), C ← y·(1 − y), σ in double', operands: { n: 'count', ...ring, s: 'region', current: 'region', slope: 'region' } },
  output_step: { equation: 'y(t) ← s + I > 0, C ← 1 − tanh²(s + I), tanh in double', operands: { n: 'count', ...ring, s: 'region', current: 'region', slope: 'region' } },
  gru: { equation: 'r ← σ(I_r), u ← σ(I_u), ñ ← tanh(r·I_m ⊕ I_c), h ← y(t−1), y(t) ← ⌊u·(ñ − h) ⊕ h⌋₀; A ← 1 − u, B_c ← u·(1 − ñ²), B_m ← r·B_c, B_r ← (B_c·I_m)·(r·(1 − r)), B_u ← (ñ − h)·(u·(1 − u))', operands: { n: 'count', ...ring, reset: 'region', update: 'region', candidate: 'region', memory: 'region', carry: 'region', driveReset: 'region', driveUpdate: 'region', driveCandidate: 'region', driveMemory: 'region' } },
  lstm: { equation: 'i, f, o ← σ(I), g ← tanh(I_g), A ← f, B_f ← c·(f·(1 − f)), c ← ⌊f·c ⊕ i·g⌋₀, y(t) ← o·tanh c; B_i ← g·(i·(1 − i)), B_g ← i·(1 − g²), C ← o·(1 − tanh² c), E ← tanh c·(o·(1 − o))', operands: { n: 'count', ...ring, input: 'region', forget: 'region', cell: 'region', output: 'region', c: 'region', carry: 'region', driveInput: 'region', driveForget: 'region', driveCell: 'region', slope: 'region', direct: 'region' } },
  sigmoid: { equation: 'p ← σ(x(t)), in double', operands: { n: 'count', ...ring, p: 'region' } },
  integrator: { equation: 'x(t) ← ⌊κ·x(t−1) ⊕ g·I⌋₀', operands: { n: 'count', ...ring, current: 'region', kappa: 'scalar', gain: 'scalar' } },

  // learning signals
  error: { equation: 'e_k ← m(t)·(p_k − y*_k(t))', operands: { n: 'count', p: 'region', ...tape, importance: 'region', error: 'region' } },
  error_smooth: { equation: 'e_k ← m(t)·min(max(p_k − y*_k(t), −1), 1)', operands: { n: 'count', p: 'region', ...tape, importance: 'region', error: 'region' } },
  target: { equation: 'e_k ← m(t)·y*_k(t)', operands: { n: 'count', ...tape, importance: 'region', error: 'region' } },
  feedback: { equation: 'L_j ← B_kj·e_k ⊕ L_j, k ascending', operands: { m: 'count', error: 'region', weights: 'region', wStride: 'count', signal: 'region' } },
  feedback_transpose: { equation: 'L_j ← w_jk·e_k ⊕ L_j, k ascending', operands: { n: 'count', m: 'count', error: 'region', weights: 'region', wStride: 'count', signal: 'region' } },
  feedback_transpose_sparse: { equation: 'L_j ← w_jk·e_k ⊕ L_j, stored synapses, k ascending', operands: { n: 'count', error: 'region', ...sparse, weights: 'region', signal: 'region' } },
  feedback_transpose_convolution: { equation: 'L_i ← w_kc·e_cq ⊕ L_i, i = i(q, k), c ascending, then q', operands: { ...grid, error: 'region', weights: 'region', signal: 'region' } },
  rate_deviation: { equation: 'f ← ⌊κ·f ⊕ (1 − κ)·z(t)⌋₀, L_j ← c·(f_j − f*) ⊕ L_j', operands: { n: 'count', ...ring, rate: 'region', signal: 'region', kappa: 'scalar', gain: 'scalar', strength: 'scalar', target: 'scalar' } },
  potential_bounds: { equation: 'p_j ← [v_j − A_j > h]·c − [v_j − A_j < l]·d', operands: { n: 'count', v: 'region', level: 'region', p: 'region', high: 'scalar', above: 'scalar', low: 'scalar', below: 'scalar' } },
  count_spikes: { equation: 'f_j ← f_j + z_j(t)', operands: { n: 'count', ...ring, rate: 'region' } },
  multiply: { equation: 'p_j ← a_j·b_j', operands: { n: 'count', a: 'region', b: 'region', p: 'region' } },
  importance_factor: { equation: 'p_j ← m(t)·a_j', operands: { n: 'count', importance: 'region', a: 'region', p: 'region' } },

  // traces and gradients
  trace: { equation: 'x̄_i ← ⌊d·x̄_i ⊕ s·x_i(t−delay)⌋₀', operands: { n: 'count', ...ring, delay: 'count', trace: 'region', decay: 'scalar', scale: 'scalar' } },
  eligibility_filtered_dense: { equation: 'ē_ij ← ⌊κ·ē_ij ⊕ g·(ψ_j·x̄_i)⌋₀', operands: { pre: 'count', eStride: 'count', trace: 'region', psi: 'region', filtered: 'region', kappa: 'scalar', gain: 'scalar' } },
  eligibility_filtered_sparse: { equation: 'ē_ij ← ⌊κ·ē_ij ⊕ g·(ψ_j·x̄_i)⌋₀, stored synapses', operands: { pre: 'count', ...sparse, trace: 'region', psi: 'region', filtered: 'region', kappa: 'scalar', gain: 'scalar' } },
  eligibility_adaptive_dense: { equation: 'e_ij ← ψ_j·(−β_j·ε_ij ⊕ x̄_i), ε_ij ← ⌊ρ·ε_ij ⊕ s·e_ij⌋₀', operands: { pre: 'count', eStride: 'count', trace: 'region', psi: 'region', beta: 'region', adaptation: 'region', eligibility: 'region', rho: 'scalar', scale: 'scalar' } },
  eligibility_adaptive_sparse: { equation: 'e_ij ← ψ_j·(−β_j·ε_ij ⊕ x̄_i), ε_ij ← ⌊ρ·ε_ij ⊕ s·e_ij⌋₀, stored synapses', operands: { pre: 'count', ...sparse, trace: 'region', psi: 'region', beta: 'region', adaptation: 'region', eligibility: 'region', rho: 'scalar', scale: 'scalar' } },
  eligibility_adaptive_filtered_dense: { equation: 'e ← ψ_j·(−β_j·ε_ij ⊕ x̄_i), ε_ij ← ⌊ρ·ε_ij ⊕ s·e⌋₀, ē_ij ← ⌊κ·ē_ij ⊕ g·e⌋₀', operands: { pre: 'count', eStride: 'count', trace: 'region', psi: 'region', beta: 'region', adaptation: 'region', filtered: 'region', rho: 'scalar', scale: 'scalar', kappa: 'scalar', gain: 'scalar' } },
  eligibility_adaptive_filtered_sparse: { equation: 'e ← ψ_j·(−β_j·ε_ij ⊕ x̄_i), ε_ij ← ⌊ρ·ε_ij ⊕ s·e⌋₀, ē_ij ← ⌊κ·ē_ij ⊕ g·e⌋₀, stored synapses', operands: { pre: 'count', ...sparse, trace: 'region', psi: 'region', beta: 'region', adaptation: 'region', filtered: 'region', rho: 'scalar', scale: 'scalar', kappa: 'scalar', gain: 'scalar' } },
  filter: { equation: 'ē ← ⌊κ·ē ⊕ g·e⌋₀', operands: { eligibility: 'region', filtered: 'region', kappa: 'scalar', gain: 'scalar' } },
  gradient_dense: { equation: 'G_ij ← p_j·ē_ij ⊕ G_ij, unless every p_j is 0', operands: { pre: 'count', eStride: 'count', factor: 'region', trace: 'region', gradient: 'region' } },
  gradient_sparse: { equation: 'G_ij ← p_j·ē_ij ⊕ G_ij, stored synapses, unless every p_j is 0', operands: { pre: 'count', ...sparse, factor: 'region', trace: 'region', gradient: 'region' } },
  rank_one_dense: { equation: 'G_ij ← p_j·x̄_i ⊕ G_ij for x̄_i ≠ 0, unless every p_j is 0', operands: { pre: 'count', eStride: 'count', factor: 'region', trace: 'region', gradient: 'region' } },
  rank_one_sparse: { equation: 'G_ij ← p_j·x̄_i ⊕ G_ij for x̄_i ≠ 0, stored synapses, unless every p_j is 0', operands: { pre: 'count', ...sparse, factor: 'region', trace: 'region', gradient: 'region' } },
  rank_one_convolution: { equation: 'G_kc ← p_qc·x̄_i ⊕ G_kc, i = i(q, k), q ascending, unless every p_qc is 0', operands: { ...grid, factor: 'region', trace: 'region', gradient: 'region' } },
  accumulate: { equation: 'S_i ← m(t)·x̄_i ⊕ S_i', operands: { n: 'count', importance: 'region', trace: 'region', sum: 'region' } },

  // what a state keeps, synapse by synapse
  carry_zero: { equation: 'A ← α·(1 − z(t−1)), R ← −(α·v)', operands: { n: 'count', ...ring, v: 'region', carry: 'region', back: 'region', alpha: 'scalar' } },
  slope_tanh: { equation: 'B ← g·(1 − tanh² I), tanh in double', operands: { n: 'count', current: 'region', drive: 'region', gain: 'scalar' } },
  slope_relu: { equation: 'B ← I > 0 ? g : 0', operands: { n: 'count', current: 'region', drive: 'region', gain: 'scalar' } },
  own_carry: { equation: 'a ← R·C(t−1) ⊕ A, C(t−1) ← C', operands: { n: 'count', carry: 'region', back: 'region', slope: 'region', last: 'region', own: 'region' } },
  local_dense: { equation: 'ε_ij ← ⌊a_j·ε_ij ⊕ B_j·x_i(t−delay)⌋₀', operands: { pre: 'count', ...ring, delay: 'count', eStride: 'count', carry: 'region', drive: 'region', trace: 'region' } },
  local_sparse: { equation: 'ε_ij ← ⌊a_j·ε_ij ⊕ B_j·x_i(t−delay)⌋₀, stored synapses', operands: { pre: 'count', ...ring, delay: 'count', ...sparse, carry: 'region', drive: 'region', trace: 'region' } },
  local_filtered_dense: { equation: 'ē_ij ← ⌊κ·ē_ij ⊕ g·(C_j·ε_ij)⌋₀', operands: { pre: 'count', eStride: 'count', slope: 'region', trace: 'region', filtered: 'region', kappa: 'scalar', gain: 'scalar' } },
  local_filtered_sparse: { equation: 'ē_ij ← ⌊κ·ē_ij ⊕ g·(C_j·ε_ij)⌋₀, stored synapses', operands: { pre: 'count', ...sparse, slope: 'region', trace: 'region', filtered: 'region', kappa: 'scalar', gain: 'scalar' } },
  influence_carry: { equation: 'P_ls ← ⌊A_l·P_ls ⊕ R_l·Q_ls⌋₀', operands: { ...inBlocks, carry: 'region', back: 'region', outputs: 'region', states: 'region' } },
  influence_spread: { equation: 'P_ls ← B_l·(Σ_m w_ml·Q_ms) ⊕ P_ls, m kept and connected to l, fused, ascending', operands: { ...inBlocks, edgeAt: 'topology', edgeRow: 'topology', edgeWeight: 'topology', weights: 'region', drive: 'region', outputs: 'region', states: 'region' } },
  influence_feed: { equation: 'P_ls ← F_l·P′_ls ⊕ P_ls', operands: { ...inBlocks, slope: 'region', from: 'region', states: 'region' } },
  influence_input: { equation: 'P_js ← B_j·x_s(t−delay) ⊕ P_js', operands: { ...inBlocks, sourceAt: 'topology', source: 'topology', pre: 'count', ...ring, delay: 'count', drive: 'region', states: 'region' } },
  influence_output: { equation: 'Q_ls ← C_l·P_ls', operands: { ...inBlocks, slope: 'region', states: 'region', outputs: 'region' } },
  influence_output_add: { equation: 'Q_ls ← C_l·P_ls ⊕ Q_ls', operands: { ...inBlocks, slope: 'region', states: 'region', outputs: 'region' } },
  influence_gradient: { equation: 'G_s ← G_s + Σ_l L_l·Q_ls, fused, ascending, unless every L_l is 0', operands: { ...inBlocks, sourceAt: 'topology', synapse: 'topology', signal: 'region', outputs: 'region', gradient: 'region' } },

  // an influence of rank one, with random signs
  signs: { equation: 'ν_j ← ±1, a function of seed, tick, group and index first + j·step alone', operands: { n: 'count', nu: 'region', seed: 'count', group: 'count', first: 'count', step: 'count' } },
  square_sum: { equation: 'S_at ← S_at + Σ x², sixteen partial sums in double', operands: { x: 'region', sums: 'region', at: 'count' } },
  outer_square: { equation: 'S_at ← S_at + Σ_i x_i(t−delay)²·Σ_j φ_j², in double', operands: { n: 'count', ...ring, delay: 'count', m: 'count', factor: 'region', sums: 'region', at: 'count' } },
  balance: { equation: 'p₀ ← √(‖b‖/‖Da‖), 1 where either is 0; p₁ ← √(‖νᵀF‖/‖ν‖), 1 where it is 0; from S = (‖b‖², ‖Da‖², ‖νᵀF‖²) and ‖ν‖², in double; S ← 0', operands: { sums: 'region', scales: 'region', signs: 'scalar' } },
  blend: { equation: 'a_j ← p₀·x_j ⊕ p₁·ν_j', operands: { n: 'count', x: 'region', nu: 'region', scales: 'region', a: 'region' } },
  shrink: { equation: 'c_j ← 1/p₀, φ_j ← φ_j·(1/p₁)', operands: { n: 'count', scales: 'region', carry: 'region', factor: 'region' } },
  project: { equation: 'p_j ← Σ_l L_l·a_l for every j, fused, ascending', operands: { n: 'count', signal: 'region', a: 'region', p: 'region' } },

  // a block of ticks is recorded and folded
  record: { equation: 'H(s) ← x(t−delay), s ticks after the last fold', operands: { n: 'count', ...ring, delay: 'count', ...history } },
  block_events: { equation: 'E_i ← the ticks of the block with x_i ≠ 0, as bits', operands: { ...history, events: 'region' } },
  block_trace: { equation: 'x̄_i ← ⌊d·x̄_i ⊕ s·x_i⌋₀ for each tick of the block', operands: { ...history, trace: 'region', decay: 'scalar', scale: 'scalar' } },
  coefficients: { equation: 'backwards over t, from [λε, λē, λx] = [onε, onē, 0]: μ ← w·L_j(t) ⊕ λē, λe ← s·λε ⊕ g·μ, λ ← ψ_j(t)·λe ⊕ λx, K_tj ← c·λ, λx ← d·λ, λε ← −(β_j·ψ_j(t))·λe ⊕ (h·μ ⊕ ρ·λε), λē ← κ·μ', operands: { psi: 'region', signal: 'region', hStride: 'count', block: 'count', beta: 'region', table: 'region', weight: 'scalar', onAdaptation: 'scalar', onFiltered: 'scalar', rho: 'scalar', scale: 'scalar', kappa: 'scalar', gain: 'scalar', feed: 'scalar', decay: 'scalar', inputScale: 'scalar' } },
  coefficients_woven: { equation: 'the tables of ε if `adapts`, of ē if `filters`, and of G (w = 1), as coefficients has them, lane by lane into W; the other lanes ← 0', operands: { psi: 'region', signal: 'region', hStride: 'count', block: 'count', beta: 'region', woven: 'region', adapts: 'count', filters: 'count', rho: 'scalar', scale: 'scalar', kappa: 'scalar', gain: 'scalar', feed: 'scalar', decay: 'scalar', inputScale: 'scalar' } },
  coefficients_local: { equation: 'backwards over t, from [λε, λē] = [onε, onē]: μ ← w·L_j(t) ⊕ λē, λ ← g·(C_j(t)·μ) ⊕ λε, K_tj ← B_j(t)·λ, λε ← a_j(t)·λ, λē ← κ·μ; 0 on x̄', operands: { carry: 'region', drive: 'region', slope: 'region', signal: 'region', hStride: 'count', block: 'count', table: 'region', weight: 'scalar', onAdaptation: 'scalar', onFiltered: 'scalar', kappa: 'scalar', gain: 'scalar' } },
  coefficients_local_woven: { equation: 'the tables of ε if `adapts`, of ē if `filters`, and of G (w = 1), as coefficients_local has them, lane by lane into W; the other lanes ← 0', operands: { carry: 'region', drive: 'region', slope: 'region', signal: 'region', hStride: 'count', block: 'count', woven: 'region', adapts: 'count', filters: 'count', kappa: 'scalar', gain: 'scalar' } },
  fold_direct_dense: { equation: 'G_ij ← G_ij + Σ K·[x̄, x], unless every K is 0', operands: { ...columns, eStride: 'count', gradient: 'region', gradientTable: 'region' } },
  fold_direct_sparse: { equation: 'G_ij ← G_ij + Σ K·[x̄, x], stored synapses, unless every K is 0', operands: { ...columns, ...sparse, tStride: 'count', gradient: 'region', gradientTable: 'region' } },
  fold_trace_dense: { equation: 'G_ij ← G_ij + Σ K·[y, x̄, x], y_ij ← ⌊Σ K′·[y, x̄, x]⌋₀, y = ε or ē by its row', operands: { ...columns, eStride: 'count', row: 'count', bits: 'count', carried: 'region', gradient: 'region', carriedTable: 'region', gradientTable: 'region' } },
  fold_trace_sparse: { equation: 'G_ij ← G_ij + Σ K·[y, x̄, x], y_ij ← ⌊Σ K′·[y, x̄, x]⌋₀, y = ε or ē by its row, stored synapses', operands: { ...columns, ...sparse, tStride: 'count', row: 'count', bits: 'count', carried: 'region', gradient: 'region', woven: 'region' } },
  fold_traces_dense: { equation: 'G_ij ← G_ij + Σ K·[ε, ē, x̄, x], ε_ij ← ⌊Σ K′·[ε, x̄, x]⌋₀, ē_ij ← ⌊Σ K″·[ε, ē, x̄, x]⌋₀', operands: { ...columns, eStride: 'count', bits: 'count', adaptation: 'region', filtered: 'region', gradient: 'region', adaptationTable: 'region', filteredTable: 'region', gradientTable: 'region' } },
  fold_traces_sparse: { equation: 'G_ij ← G_ij + Σ K·[ε, ē, x̄, x], ε_ij ← ⌊Σ K′·[ε, x̄, x]⌋₀, ē_ij ← ⌊Σ K″·[ε, ē, x̄, x]⌋₀, stored synapses', operands: { ...columns, ...sparse, tStride: 'count', bits: 'count', adaptation: 'region', filtered: 'region', gradient: 'region', woven: 'region' } },
  fold_trace_sum_dense: { equation: 'S_ij ← S_ij + Σ K·[y, x̄, x], y = ε or ē by its row', operands: { ...columns, eStride: 'count', row: 'count', bits: 'count', carried: 'region', gradient: 'region', gradientTable: 'region' } },
  fold_trace_sum_sparse: { equation: 'S_ij ← S_ij + Σ K·[y, x̄, x], y = ε or ē by its row, stored synapses', operands: { ...columns, ...sparse, tStride: 'count', row: 'count', bits: 'count', carried: 'region', gradient: 'region', gradientTable: 'region' } },
  fold_traces_sum_dense: { equation: 'S_ij ← S_ij + Σ K·[ε, ē, x̄, x]', operands: { ...columns, eStride: 'count', bits: 'count', adaptation: 'region', filtered: 'region', gradient: 'region', gradientTable: 'region' } },
  fold_traces_sum_sparse: { equation: 'S_ij ← S_ij + Σ K·[ε, ē, x̄, x], stored synapses', operands: { ...columns, ...sparse, tStride: 'count', bits: 'count', adaptation: 'region', filtered: 'region', gradient: 'region', gradientTable: 'region' } },

  // backwards over a window, s its tick from the last to the first
  history_read: { equation: 'y ← H(s + ahead), 0 behind the last tick', operands: { n: 'count', ...history, ahead: 'count', y: 'region' } },
  delay_line_back: { equation: 'd ← τ_j within 0…longest, w ← ⌊d⌋, y ← ⌊(d − w)·(H(s+w+1) − H(s+w)) ⊕ H(s+w)⌋₀, 0 behind the last tick', operands: { n: 'count', ...history, lag: 'region', y: 'region', longest: 'scalar' } },
  history_write: { equation: 'H(s) ← x', operands: { n: 'count', x: 'region', ...history } },
  multiply_add: { equation: 'p_j ← ⌊a_j·b_j ⊕ p_j⌋₀', operands: { n: 'count', a: 'region', b: 'region', p: 'region' } },

  // a label arrives
  load_label: { equation: 'e_k ← −y*_k(t)', operands: { n: 'count', ...tape, error: 'region' } },

  // a policy acts, and a reward arrives
  exponential: { equation: 'y ← e^x, in double', operands: { n: 'count', x: 'region', y: 'region' } },
  choose: { equation: 'where asked(t) is 1, a ← the first k with Σ_{l ≤ k} p_l > u, u uniform, a function of seed, tick and group alone; where it is 2, a ← the k of the largest p_k', operands: { n: 'count', p: 'region', asked: 'region', action: 'region', seed: 'count', group: 'count' } },
  choose_gaussian: { equation: 'where asked(t) is 1, ξ ← N(0, 1), a function of seed, tick, group and k alone; where it is 2, ξ ← 0; a ← σ·ξ ⊕ μ', operands: { n: 'count', mean: 'region', sigma: 'region', asked: 'region', noise: 'region', action: 'region', seed: 'count', group: 'count' } },
  surprise: { equation: 'e_k ← m(t)·(p_k − [k = a])', operands: { n: 'count', p: 'region', action: 'region', importance: 'region', error: 'region' } },
  surprise_gaussian: { equation: 'e_k ← −m(t)·(ξ_k/σ_k)', operands: { n: 'count', noise: 'region', sigma: 'region', importance: 'region', error: 'region' } },
  surprise_spread: { equation: 'e_k ← m(t)·(1 − ξ_k²)', operands: { n: 'count', noise: 'region', importance: 'region', error: 'region' } },
  entropy: { equation: 'e_k ← m(t)·c·p_k·(log p_k − Σ_l p_l log p_l), in double', operands: { n: 'count', p: 'region', importance: 'region', error: 'region', strength: 'scalar' } },
  temporal_difference: { equation: 'M ← (γ(t)·V ⊕ r(t)) − V′, V′ ← V', operands: { value: 'region', last: 'region', ...tape, modulator: 'region' } },
  reward_difference: { equation: 'M ← r(t) − r̄, r̄ ← c·M ⊕ r̄', operands: { mean: 'region', ...tape, modulator: 'region', rate: 'scalar' } },
  credit: { equation: 'G ← M·T ⊕ G, T ← ⌊d·T ⊕ S⌋₀, S ← 0', operands: { modulator: 'region', tag: 'region', fresh: 'region', gradient: 'region', decay: 'scalar' } },
  credit_trace: { equation: 'G ← M·c ⊕ G', operands: { modulator: 'region', trace: 'region', gradient: 'region' } },

  // spikes in pairs; b is a trace as it was before the spikes of its tick
  spike_pairs_all: { equation: 's ← d₂·s_i, p_i ← x·(A₃·s ⊕ A₂), s_i ← ⌊s + x⌋₀, b_i ← d·f_i, f_i ← ⌊b_i + x⌋₀, x = x_i(t−delay)', operands: { n: 'count', ...pairs } },
  spike_pairs_nearest: { equation: 's ← d₂·s_i, p_i ← x·(A₃·s ⊕ A₂), s_i ← ⌊x or else s⌋₀, b_i ← d·f_i, f_i ← ⌊x or else b_i⌋₀, x = x_i(t−delay)', operands: { n: 'count', ...pairs } },
  stdp_dense: { equation: 'c_ij ← ⌊d·c_ij ⊕ (−p_j·r_i ⊕ o_j·q_i)⌋₀', operands: { pre: 'count', eStride: 'count', ...timing } },
  stdp_sparse: { equation: 'c_ij ← ⌊d·c_ij ⊕ (−p_j·r_i ⊕ o_j·q_i)⌋₀, stored synapses', operands: { pre: 'count', ...sparse, ...timing } },
  calcium_dense: { equation: 'K_ij ← ⌊d·K_ij ⊕ ([a_i + b_j > θ_d]·v·w_ij − [a_i + b_j > θ_p]·u·(W − w_ij))⌋₀', operands: { pre: 'count', post: 'count', eStride: 'count', ...calcium } },
  calcium_sparse: { equation: 'K_ij ← ⌊d·K_ij ⊕ ([a_i + b_j > θ_d]·v·w_ij − [a_i + b_j > θ_p]·u·(W − w_ij))⌋₀, stored synapses', operands: { pre: 'count', post: 'count', ...sparse, ...calcium } },

  // noise goes in, and a score says what it did; s is the sign of the noise in this pass, ξ a function of seed, trial, group and place alone
  perturb_weights_normal: { equation: 'where a pass begins: w′_k ← (s·σ)·ξ_k ⊕ w_k, ξ ← N(0, 1); w′ ← w while nothing is learned', operands: { ...shape, weights: 'region', acting: 'region', made: 'region', ...drawn } },
  perturb_weights_signs: { equation: 'where a pass begins: w′_k ← (s·σ)·ξ_k ⊕ w_k, ξ ← ±1; w′ ← w while nothing is learned', operands: { ...shape, weights: 'region', acting: 'region', made: 'region', ...drawn } },
  perturb_nodes_normal: { equation: 'I_j ← (s·σ)·ξ_j ⊕ I_j, ξ ← N(0, 1) anew in each tick of the pass; L_j ← −ξ_j/σ in the last pass, else 0; nothing while nothing is learned', operands: { n: 'count', current: 'region', factor: 'region', passes: 'count', ...drawn } },
  perturb_nodes_signs: { equation: 'I_j ← (s·σ)·ξ_j ⊕ I_j, ξ ← ±1 anew in each tick of the pass; L_j ← −ξ_j/σ in the last pass, else 0; nothing while nothing is learned', operands: { n: 'count', current: 'region', factor: 'region', passes: 'count', ...drawn } },
  pass_tick: { equation: 'ticks of the pass ← ticks + 1', operands: { pass: 'region' } },
  score_pair: { equation: 'M ← (r(t) − r₁)/Δs in the second pass of a trial; in the first r₁ ← r(t), M ← 0', operands: { pass: 'region', first: 'region', ...tape, modulator: 'region', span: 'scalar' } },
  credit_weights_normal: { equation: 'G_k ← −(M/σ)·ξ_k ⊕ G_k, unless M is 0', operands: { ...shape, gradient: 'region', modulator: 'region', trial: 'region', seed: 'count', group: 'count', sigma: 'scalar' } },
  credit_weights_signs: { equation: 'G_k ← −(M/σ)·ξ_k ⊕ G_k, unless M is 0', operands: { ...shape, gradient: 'region', modulator: 'region', trial: 'region', seed: 'count', group: 'count', sigma: 'scalar' } },
  credit_nodes: { equation: 'G ← M·S ⊕ G, S ← 0', operands: { modulator: 'region', fresh: 'region', gradient: 'region' } },
  next_pass: { equation: 'pass ← pass + 1, ticks ← 0; behind the last one pass ← 0, trial ← trial + 1', operands: { pass: 'region', trial: 'region', passes: 'count' } },

  // weights move
  rate_factor: { equation: 'p_j ← c·(f_j/T − f*)/T, T ticks since the last update, in double', operands: { n: 'count', rate: 'region', factor: 'region', strength: 'scalar', target: 'scalar' } },
  mask_diagonal: { equation: 'G_ii ← 0', operands: { n: 'count', eStride: 'count', gradient: 'region' } },
  mirror_gradient: { equation: 'G′_kj ← G_jk', operands: { n: 'count', m: 'count', eStride: 'count', gradient: 'region', mirrorStride: 'count', mirror: 'region' } },
  rate_constant: { equation: 'η ← f·η₀', operands: { state: 'region', initial: 'double' } },
  rate_inverse: { equation: 'η ← f·η₀/(1 + n/n₀)', operands: { state: 'region', initial: 'double', halfAt: 'double' } },
  rate_straight: { equation: 'η ← f·(η₀ + (η₁ − η₀)·min(n, N)/N)', operands: { state: 'region', initial: 'double', final: 'double', updates: 'double' } },
  sgd_step: { equation: 'step ← η, n ← n + 1', operands: { state: 'region', step: 'region' } },
  adam_step: { equation: 'b₁ ← b₁β₁, b₂ ← b₂β₂, step ← η√(1 − b₂)/(1 − b₁), n ← n + 1, in double', operands: { state: 'region', step: 'region', beta1: 'double', beta2: 'double' } },
  sgd: { equation: 'w ← −step·G ⊕ w, G ← 0', operands: { step: 'region', gradient: 'region', weights: 'region' } },
  descend_dense: { equation: 'w_ij ← −step·(p_j·ē_ij) ⊕ w_ij, unless every p_j is 0', operands: { pre: 'count', eStride: 'count', factor: 'region', trace: 'region', step: 'region', weights: 'region' } },
  descend_sparse: { equation: 'w_ij ← −step·(p_j·ē_ij) ⊕ w_ij, stored synapses, unless every p_j is 0', operands: { pre: 'count', ...sparse, factor: 'region', trace: 'region', step: 'region', weights: 'region' } },
  adam: { equation: 'm ← ⌊β₁·m ⊕ (1 − β₁)·G⌋₀, v ← ⌊β₂·v ⊕ ((1 − β₂)·G)·G⌋₀, w ← w − (step·m)/(√v + ε), G ← 0', operands: { step: 'region', gradient: 'region', weights: 'region', m: 'region', v: 'region', beta1: 'scalar', beta2: 'scalar', gain1: 'scalar', gain2: 'scalar', epsilon: 'scalar' } },
  credit_adam: { equation: 'G ← M·T, T ← ⌊d·T ⊕ S⌋₀, S ← 0, m ← ⌊β₁·m ⊕ (1 − β₁)·G⌋₀, v ← ⌊β₂·v ⊕ ((1 − β₂)·G)·G⌋₀, w ← w − (step·m)/(√v + ε)', operands: { modulator: 'region', tag: 'region', fresh: 'region', decay: 'scalar', step: 'region', weights: 'region', m: 'region', v: 'region', beta1: 'scalar', beta2: 'scalar', gain1: 'scalar', gain2: 'scalar', epsilon: 'scalar' } },
  rmaxprop: { equation: 'v ← max(⌊γ·v⌋₀, G·G), w ← w − (step·G)/(√v + ε), G ← 0', operands: { step: 'region', gradient: 'region', weights: 'region', v: 'region', keep: 'scalar', epsilon: 'scalar' } },
  adamax_step: { equation: 'b₁ ← b₁β₁, step ← η/(1 − b₁), n ← n + 1, in double', operands: { state: 'region', step: 'region', beta1: 'double' } },
  adamax: { equation: 'm ← ⌊β₁·m ⊕ (1 − β₁)·G⌋₀, u ← max(⌊β₂·u⌋₀, |G|), w ← w − (step·m)/(u + ε), G ← 0', operands: { step: 'region', gradient: 'region', weights: 'region', m: 'region', u: 'region', beta1: 'scalar', gain1: 'scalar', beta2: 'scalar', epsilon: 'scalar' } },
  rls: { equation: 'where m(t) ≠ 0, with c = f·m(t) and α = 1: for j = 0, 1, …: s ← x̄_j + Σ_{i<j} U_ij·x̄_i, v ← d_j·s, λ ← −c·s/α, α′ ← α + c·s·v, d_j ← ⌊d_j·(α/α′)⌋₀, α ← α′, for i < j with the U_ij before: U_ij ← λ·b_i ⊕ U_ij, b_i ← U_ij·v ⊕ b_i; b_j ← v; then w_ik ← −((f/α)·b_i)·e_k ⊕ w_ik, n ← n + 1; scalars in double, s in 16 partial sums', operands: { pre: 'count', eStride: 'count', trace: 'region', error: 'region', importance: 'region', state: 'region', triangle: 'region', diagonal: 'region', gain: 'region', weights: 'region' } },
  decay: { equation: 'w ← (1 − λ)·w', operands: { weights: 'region', keep: 'scalar' } },
  bounds: { equation: 'w ← min(max(w, low), high)', operands: { weights: 'region', low: 'scalar', high: 'scalar' } },
  scale_dense: { equation: 's_j ← ⌊Σ_i |w_ij|⌋₀, w_ij ← w_ij·(S/s_j), unless s_j is 0', operands: { pre: 'count', post: 'count', eStride: 'count', weights: 'region', sum: 'region', total: 'scalar' } },
  scale_sparse: { equation: 's_j ← ⌊Σ_i |w_ij|⌋₀, w_ij ← w_ij·(S/s_j), unless s_j is 0, stored synapses', operands: { pre: 'count', post: 'count', ...sparse, weights: 'region', sum: 'region', total: 'scalar' } },
  average: { equation: 'ŵ ← c·(w − ŵ) ⊕ ŵ, c = 1/min(n, N)', operands: { state: 'region', weights: 'region', average: 'region', window: 'double' } },
} as const satisfies Record<string, OpEntry>;

export type OpName = keyof typeof table;

/** Op names, operands and equations; the position in this list is the op's code. */
export const opTable: Readonly<Record<OpName, OpEntry>> = table;
export const opNames = Object.keys(table) as readonly OpName[];

/** One line an op, compared with the addon's own list at load: "load n:count tape:region …". */
export const opSignatures: readonly string[] = opNames.map((name) =>
  [name, ...Object.entries(opTable[name].operands).map(([operand, kind]) => `${operand}:${kind}`)].join(' '),
);

/** A named block of the arena. Offsets and lengths count 32-bit words; matrices are [rows][columns] with a row stride. */
export interface Region {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  /** bits of a value: 32, a float32 a word, or 16, two bfloat16 a word */
  readonly bits?: 16;
}

/** A block of the topology array (row starts or columns of stored synapses). */
export interface TopologyRegion {
  readonly offset: number;
  readonly length: number;
}

type OperandValue<Kind> = Kind extends 'region' ? Region : Kind extends 'topology' ? TopologyRegion : number;
export type Operands<Name extends OpName> = {
  readonly [K in keyof (typeof table)[Name]['operands']]: OperandValue<(typeof table)[Name]['operands'][K]>;
};

/** One op of a program, with its operands by name. */
export type Op = { [Name in OpName]: { readonly name: Name; readonly operands: Operands<Name> } }[OpName];

const float = new Float32Array(1);
const double = new Float64Array(1);
const floatWord = new Uint32Array(float.buffer);
const doubleWords = new Uint32Array(double.buffer);

/** [code, operands…] as 32-bit words, in the order of the table: the form that crosses to native code. */
export function encodeOp(op: Op): number[] {
  const encoded = [opNames.indexOf(op.name)];
  for (const [operand, kind] of Object.entries(opTable[op.name].operands)) {
    const value = (op.operands as Record<string, unknown>)[operand];
    if (kind === 'region' || kind === 'topology') {
      const { offset, length } = value as TopologyRegion;
      encoded.push(offset, length);
    } else if (kind === 'count') encoded.push(value as number);
    else if (kind === 'scalar') {
      float[0] = value as number;
      encoded.push(floatWord[0]!);
    } else {
      double[0] = value as number;
      encoded.push(doubleWords[0]!, doubleWords[1]!);
    }
  }
  return encoded;
}
