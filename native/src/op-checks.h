// What must hold of each op's operands so that its kernel reads and writes inside the arena, at every tick and row of a run.
#pragma once
#include "src/checks.h"
#include "src/convolution-checks.h"
#include "src/delay-checks.h"
#include "src/fold-checks.h"
#include "src/influence-checks.h"
#include "src/perturbation-checks.h"
#include "src/rank-one-checks.h"
#include "src/reward-checks.h"
#include "src/timing-checks.h"

namespace ganglion {

inline void check(const operands::load& o, Checks& c) {
  c.tape("tape", o.tape, o.tapeStride, o.n);
  c.ring(o.x, o.rows, o.stride, o.n, 0);
}
inline void check(const operands::clear&, Checks&) {}
inline void check(const operands::assign& o, Checks& c) {
  c.vector("y", o.y, 1);
  c.vector("x", o.x, o.y.length);
}
inline void check(const operands::add& o, Checks& c) {
  c.vector("y", o.y, 1);
  c.vector("x", o.x, o.y.length);
}
inline void check(const operands::subtract& o, Checks& c) {
  c.vector("y", o.y, 1);
  c.vector("x", o.x, o.y.length);
}
inline void check(const operands::drain& o, Checks& c) {
  c.vector("y", o.y, 1);
  c.vector("x", o.x, o.y.length);
}
inline void check(const operands::softmax& o, Checks& c) {
  c.require(o.n > 0, "n > 0");
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.vector("p", o.p, o.n);
}
inline void check(const operands::emit& o, Checks& c) {
  c.vector("y", o.y, o.n);
  c.tape("tape", o.tape, o.tapeStride, o.n);
}
inline void check(const operands::collect& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.perTick("counts", o.counts);
  c.tape("addresses", o.addresses, o.addressStride, o.n);
}
inline void check(const operands::guard& o, Checks& c) { c.ring(o.x, o.rows, o.stride, o.n, 0); }
inline void check(const operands::retain& o, Checks& c) {
  c.vector("y", o.y, o.n);
  c.ring(o.x, o.rows, o.stride, o.n, 0);
}
inline void check(const operands::border& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.perTick("events", o.events);
  c.vector("y", o.y, o.n);
}
inline void check(const operands::recall& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, o.delay);
  c.vector("y", o.y, o.n);
}

inline void check(const operands::propagate_dense& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.pre, o.delay);
  c.stride("wStride", o.wStride);
  c.matrix("weights", o.weights, o.pre, o.wStride);
  c.vector("current", o.current, o.wStride);
}
inline void check(const operands::propagate_sparse& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.pre, o.delay);
  c.stored(o.rowStart, o.column, o.pre, o.current.length);
  c.synapses("weights", o.weights, o.rowStart, o.pre);
}
inline void check(const operands::membrane_subtract& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  c.vector("current", o.current, o.n);
  c.vector("v", o.v, o.n);
}
inline void check(const operands::membrane_zero& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  c.vector("current", o.current, o.n);
  c.vector("v", o.v, o.n);
}
inline void check(const operands::adapt& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  c.vector("a", o.a, o.n);
  c.vector("beta", o.beta, o.n);
  c.vector("level", o.level, o.n);
}
inline void check(const operands::leak& o, Checks& c) { checkVectors(c, o.n, {o.tau, o.decay, o.gain}); }
inline void check(const operands::slope_leak& o, Checks& c) { checkVectors(c, o.n, {o.tau, o.decay, o.s, o.x, o.drive}); }
inline void check(const operands::membrane_each& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  checkVectors(c, o.n, {o.current, o.v, o.level, o.alpha, o.scale});
}
inline void check(const operands::adapt_each& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  checkVectors(c, o.n, {o.a, o.beta, o.level, o.rho, o.scale});
}
inline void check(const operands::refractory& o, Checks& c) { c.vector("r", o.r, o.n); }

template <typename Surrogate>
void checkSurrogate(const Surrogate& o, Checks& c) {
  c.vector("v", o.v, o.n);
  c.vector("level", o.level, o.n);
  c.vector("r", o.r, o.n);
  c.vector("psi", o.psi, o.n);
}
inline void check(const operands::surrogate_triangle& o, Checks& c) { checkSurrogate(o, c); }
inline void check(const operands::surrogate_fast_sigmoid& o, Checks& c) { checkSurrogate(o, c); }
inline void check(const operands::surrogate_boxcar& o, Checks& c) { checkSurrogate(o, c); }
inline void check(const operands::surrogate_exponential& o, Checks& c) { checkSurrogate(o, c); }
inline void check(const operands::surrogate_arctan& o, Checks& c) { checkSurrogate(o, c); }
inline void check(const operands::surrogate_sigmoid& o, Checks& c) { checkSurrogate(o, c); }
inline void check(const operands::surrogate_multi_gaussian& o, Checks& c) { checkSurrogate(o, c); }

template <typename Spike>
void checkSpike(const Spike& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.vector("v", o.v, o.n);
  c.vector("level", o.level, o.n);
  c.vector("r", o.r, o.n);
}
inline void check(const operands::spike_reached& o, Checks& c) { checkSpike(o, c); }
inline void check(const operands::spike_exceeded& o, Checks& c) { checkSpike(o, c); }
inline void check(const operands::spike_escape& o, Checks& c) { checkSpike(o, c); }

constexpr uint32_t MOST_STEPS = 1024;

inline void check(const operands::theta& o, Checks& c) {
  c.require(o.steps > 0 && o.steps <= MOST_STEPS, "1 to 1024 steps");
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  checkVectors(c, o.n, {o.current, o.phase});
}
inline void check(const operands::izhikevich& o, Checks& c) {
  c.require(o.steps > 0 && o.steps <= MOST_STEPS, "1 to 1024 steps");
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  checkVectors(c, o.n, {o.current, o.v, o.u});
}

template <typename Leaky>
void checkLeaky(const Leaky& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  c.vector("current", o.current, o.n);
}
inline void check(const operands::rate_tanh& o, Checks& c) { checkLeaky(o, c); }
inline void check(const operands::rate_relu& o, Checks& c) { checkLeaky(o, c); }
inline void check(const operands::rate_linear& o, Checks& c) { checkLeaky(o, c); }
inline void check(const operands::integrator& o, Checks& c) { checkLeaky(o, c); }
inline void check(const operands::activate_tanh& o, Checks& c) { checkVectors(c, o.n, {o.current, o.p}); }
inline void check(const operands::activate_relu& o, Checks& c) { checkVectors(c, o.n, {o.current, o.p}); }
inline void check(const operands::rate_each& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  checkVectors(c, o.n, {o.p, o.tau, o.gain, o.kept, o.slower});
}

inline void check(const operands::error& o, Checks& c) {
  c.vector("p", o.p, o.n);
  c.tape("tape", o.tape, o.tapeStride, o.n);
  c.perTick("importance", o.importance);
  c.vector("error", o.error, o.n);
}
inline void check(const operands::error_smooth& o, Checks& c) {
  c.vector("p", o.p, o.n);
  c.tape("tape", o.tape, o.tapeStride, o.n);
  c.perTick("importance", o.importance);
  c.vector("error", o.error, o.n);
}
inline void check(const operands::target& o, Checks& c) {
  c.tape("tape", o.tape, o.tapeStride, o.n);
  c.perTick("importance", o.importance);
  c.vector("error", o.error, o.n);
}
inline void check(const operands::feedback& o, Checks& c) {
  c.vector("error", o.error, o.m);
  c.stride("wStride", o.wStride);
  c.matrix("weights", o.weights, o.m, o.wStride);
  c.vector("signal", o.signal, o.wStride);
}
inline void check(const operands::feedback_transpose& o, Checks& c) {
  c.vector("error", o.error, o.m);
  c.stride("wStride", o.wStride);
  c.require(o.m <= o.wStride, "a row of m values within wStride");
  c.matrix("weights", o.weights, o.n, o.wStride);
  c.vector("signal", o.signal, o.n);
}
inline void check(const operands::feedback_transpose_sparse& o, Checks& c) {
  c.stored(o.rowStart, o.column, o.n, o.error.length);
  c.synapses("weights", o.weights, o.rowStart, o.n);
  c.vector("signal", o.signal, o.n);
}
inline void check(const operands::rate_deviation& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.vector("rate", o.rate, o.n);
  c.vector("signal", o.signal, o.n);
}
inline void check(const operands::potential_bounds& o, Checks& c) { checkVectors(c, o.n, {o.v, o.level, o.p}); }
inline void check(const operands::count_spikes& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.vector("rate", o.rate, o.n);
}
inline void check(const operands::multiply& o, Checks& c) {
  c.vector("a", o.a, o.n);
  c.vector("b", o.b, o.n);
  c.vector("p", o.p, o.n);
}
inline void check(const operands::importance_factor& o, Checks& c) {
  c.perTick("importance", o.importance);
  c.vector("a", o.a, o.n);
  c.vector("p", o.p, o.n);
}

inline void check(const operands::trace& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, o.delay);
  c.vector("trace", o.trace, o.n);
}
template <typename Dense>
void checkRows(const Dense& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.vector("trace", o.trace, o.pre);
}
inline void check(const operands::eligibility_filtered_dense& o, Checks& c) {
  checkRows(o, c);
  c.vector("psi", o.psi, o.eStride);
  c.matrix("filtered", o.filtered, o.pre, o.eStride);
}
inline void check(const operands::eligibility_filtered_sparse& o, Checks& c) {
  c.vector("trace", o.trace, o.pre);
  c.stored(o.rowStart, o.column, o.pre, o.psi.length);
  c.synapses("filtered", o.filtered, o.rowStart, o.pre);
}
template <typename Dense>
void checkRecursion(const Dense& o, Checks& c) {
  checkRows(o, c);
  c.vector("psi", o.psi, o.eStride);
  c.vector("beta", o.beta, o.eStride);
  c.matrix("adaptation", o.adaptation, o.pre, o.eStride);
}
template <typename Sparse>
void checkStoredRecursion(const Sparse& o, Checks& c) {
  c.vector("trace", o.trace, o.pre);
  c.stored(o.rowStart, o.column, o.pre, o.psi.length < o.beta.length ? o.psi.length : o.beta.length);
  c.synapses("adaptation", o.adaptation, o.rowStart, o.pre);
}
inline void check(const operands::eligibility_adaptive_dense& o, Checks& c) {
  checkRecursion(o, c);
  c.matrix("eligibility", o.eligibility, o.pre, o.eStride);
}
inline void check(const operands::eligibility_adaptive_sparse& o, Checks& c) {
  checkStoredRecursion(o, c);
  c.synapses("eligibility", o.eligibility, o.rowStart, o.pre);
}
inline void check(const operands::eligibility_adaptive_filtered_dense& o, Checks& c) {
  checkRecursion(o, c);
  c.matrix("filtered", o.filtered, o.pre, o.eStride);
}
inline void check(const operands::eligibility_adaptive_filtered_sparse& o, Checks& c) {
  checkStoredRecursion(o, c);
  c.synapses("filtered", o.filtered, o.rowStart, o.pre);
}
inline void check(const operands::filter& o, Checks& c) { c.vector("eligibility", o.eligibility, o.filtered.length); }
inline void check(const operands::gradient_dense& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.vector("factor", o.factor, o.eStride);
  c.matrix("trace", o.trace, o.pre, o.eStride);
  c.matrix("gradient", o.gradient, o.pre, o.eStride);
}
inline void check(const operands::gradient_sparse& o, Checks& c) {
  c.stored(o.rowStart, o.column, o.pre, o.factor.length);
  c.synapses("trace", o.trace, o.rowStart, o.pre);
  c.synapses("gradient", o.gradient, o.rowStart, o.pre);
}
inline void check(const operands::rank_one_dense& o, Checks& c) {
  checkRows(o, c);
  c.vector("factor", o.factor, o.eStride);
  c.matrix("gradient", o.gradient, o.pre, o.eStride);
}
inline void check(const operands::rank_one_sparse& o, Checks& c) {
  c.vector("trace", o.trace, o.pre);
  c.stored(o.rowStart, o.column, o.pre, o.factor.length);
  c.synapses("gradient", o.gradient, o.rowStart, o.pre);
}
inline void check(const operands::accumulate& o, Checks& c) {
  c.perTick("importance", o.importance);
  c.vector("trace", o.trace, o.n);
  c.vector("sum", o.sum, o.n);
}

inline void check(const operands::load_label& o, Checks& c) {
  c.tape("tape", o.tape, o.tapeStride, o.n);
  c.vector("error", o.error, o.n);
}

inline void check(const operands::rate_factor& o, Checks& c) {
  c.vector("rate", o.rate, o.n);
  c.vector("factor", o.factor, o.n);
}
inline void check(const operands::mask_diagonal& o, Checks& c) {
  c.require(o.n <= o.eStride, "a row of n values within eStride");
  c.matrix("gradient", o.gradient, o.n, o.eStride);
}
inline void check(const operands::mirror_gradient& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.require(o.m <= o.eStride, "a row of m values within eStride");
  c.require(o.n <= o.mirrorStride, "a row of n values within mirrorStride");
  c.matrix("gradient", o.gradient, o.n, o.eStride);
  c.matrix("mirror", o.mirror, o.m, o.mirrorStride);
}
inline void check(const operands::rate_constant& o, Checks& c) { c.state(o.state); }
inline void check(const operands::rate_inverse& o, Checks& c) { c.state(o.state); }
inline void check(const operands::rate_straight& o, Checks& c) { c.state(o.state); }
inline void check(const operands::sgd_step& o, Checks& c) {
  c.state(o.state);
  c.vector("step", o.step, 1);
}
inline void check(const operands::adam_step& o, Checks& c) {
  c.state(o.state);
  c.vector("step", o.step, 1);
}
inline void check(const operands::sgd& o, Checks& c) {
  c.vector("step", o.step, 1);
  c.vector("gradient", o.gradient, o.weights.length);
}
inline void check(const operands::descend_dense& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.vector("factor", o.factor, o.eStride);
  c.matrix("trace", o.trace, o.pre, o.eStride);
  c.vector("step", o.step, 1);
  c.matrix("weights", o.weights, o.pre, o.eStride);
}
inline void check(const operands::descend_sparse& o, Checks& c) {
  c.stored(o.rowStart, o.column, o.pre, o.factor.length);
  c.synapses("trace", o.trace, o.rowStart, o.pre);
  c.vector("step", o.step, 1);
  c.synapses("weights", o.weights, o.rowStart, o.pre);
}
inline void check(const operands::adam& o, Checks& c) {
  c.vector("step", o.step, 1);
  c.vector("gradient", o.gradient, o.weights.length);
  c.vector("m", o.m, o.weights.length);
  c.vector("v", o.v, o.weights.length);
}
inline void check(const operands::credit_adam& o, Checks& c) {
  c.vector("modulator", o.modulator, 1);
  c.vector("tag", o.tag, o.weights.length);
  c.vector("fresh", o.fresh, o.weights.length);
  c.vector("step", o.step, 1);
  c.vector("m", o.m, o.weights.length);
  c.vector("v", o.v, o.weights.length);
}
inline void check(const operands::rmaxprop& o, Checks& c) {
  c.vector("step", o.step, 1);
  c.vector("gradient", o.gradient, o.weights.length);
  c.vector("v", o.v, o.weights.length);
}
inline void check(const operands::adamax_step& o, Checks& c) {
  c.state(o.state);
  c.vector("step", o.step, 1);
}
inline void check(const operands::adamax& o, Checks& c) {
  c.vector("step", o.step, 1);
  c.vector("gradient", o.gradient, o.weights.length);
  c.vector("m", o.m, o.weights.length);
  c.vector("u", o.u, o.weights.length);
}
inline void check(const operands::rls& o, Checks& c) {
  const uint64_t whole = (uint64_t(o.pre) + LINE - 1) / LINE * LINE;
  c.stride("eStride", o.eStride);
  c.vector("trace", o.trace, whole);
  c.vector("error", o.error, o.eStride);
  c.perTick("importance", o.importance);
  c.state(o.state);
  // Columns of 1 to 16 values take a line, of 17 to 32 two, and so on; the first has none.
  const uint64_t lines = o.pre == 0 ? 0 : (uint64_t(o.pre) - 1) / LINE, rest = o.pre == 0 ? 0 : (uint64_t(o.pre) - 1) % LINE;
  c.atLeast("triangle", o.triangle.length, LINE * (LINE * lines * (lines + 1) / 2 + rest * (lines + 1)));
  c.vector("diagonal", o.diagonal, o.pre);
  c.vector("gain", o.gain, whole);
  c.matrix("weights", o.weights, o.pre, o.eStride);
}
inline void check(const operands::decay&, Checks&) {}
inline void check(const operands::bounds&, Checks&) {}
inline void check(const operands::average& o, Checks& c) {
  c.state(o.state);
  c.vector("average", o.average, o.weights.length);
}

}  // namespace ganglion
