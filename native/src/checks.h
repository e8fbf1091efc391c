// What must hold of an op's operands so that its kernel reads and writes inside the arena, at every tick and row of a run.
#pragma once
#include <string>

#include "include/kernels.h"

namespace ganglion {

// Collects the first violation. All arithmetic is in 64 bits, where no product of two operands overflows.
class Checks {
 public:
  Checks(uint32_t ticks, std::string& reason) : ticks_(ticks), reason_(reason) {}

  bool passed() const { return reason_.empty(); }

  void require(bool holds, const std::string& invariant) {
    if (!holds && reason_.empty()) reason_ = invariant + " required";
  }

  void atLeast(const char* operand, uint64_t length, uint64_t needed) {
    if (length < needed) require(false, std::string(operand) + " of at least " + std::to_string(needed) + " words, got " + std::to_string(length) + ":");
  }

  void vector(const char* operand, Region region, uint64_t n) { atLeast(operand, region.length, n); }

  void stride(const char* operand, uint32_t stride) {
    require(stride > 0 && stride % LINE == 0, std::string(operand) + " of whole lines");
  }

  void matrix(const char* operand, Region region, uint64_t rows, uint32_t columns) { atLeast(operand, region.length, rows * columns); }

  void ring(Region x, uint32_t rows, uint32_t rowStride, uint32_t n, uint32_t delay) {
    require(rows > 0 && (rows & (rows - 1)) == 0, "rows a power of two");
    stride("stride", rowStride);
    require(delay < rows, "delay < rows");
    require(n <= rowStride, "a row of n values within stride");
    matrix("x", x, rows, rowStride);
  }

  void tape(const char* operand, Region region, uint32_t rowStride, uint32_t n) {
    atLeast(operand, region.length, n == 0 ? 0 : uint64_t(ticks_ - 1) * rowStride + n);
  }

  // One word a tick.
  void perTick(const char* operand, Region region) { atLeast(operand, region.length, ticks_); }

  // Rows of synapses in ascending order, each column once in a row and below `columns`.
  void stored(Topology rowStart, Topology column, uint32_t pre, uint64_t columns) {
    atLeast("rowStart", rowStart.length, uint64_t(pre) + 1);
    if (!passed()) return;
    for (uint32_t i = 0; i < pre && passed(); i++) {
      const uint32_t start = rowStart.at[i], end = rowStart.at[i + 1];
      require(start <= end && end <= column.length, "ascending rowStart within column");
      for (uint32_t k = start; k < end && passed(); k++) {
        require(column.at[k] < columns, "column < " + std::to_string(columns));
        require(k == start || column.at[k - 1] < column.at[k], "ascending columns in a row");
      }
    }
    if (pre == 0) require(rowStart.at[0] <= column.length, "rowStart within column");
  }

  // One element a stored synapse; rows need not begin at 0, so the last end counts.
  void synapses(const char* operand, Region region, Topology rowStart, uint32_t pre) {
    if (passed()) vector(operand, region, rowStart.at[pre]);
  }

  uint64_t storedIn(Topology rowStart, uint32_t pre) const { return passed() ? rowStart.at[pre] : 0; }

  // A trace a synapse, of 32 bits or 16, two in a word.
  void carried(const char* operand, Region region, uint64_t count, uint32_t bits) {
    require(bits == 32 || bits == 16, "32 or 16 bits");
    atLeast(operand, region.length, bits == 16 ? (count + 1) / 2 : count);
  }

  void block(uint32_t ticks) { require(ticks > 0 && ticks <= 64 && (ticks & (ticks - 1)) == 0, "block a power of two of at most 64"); }

  // Coefficients on two traces, the presynaptic trace and the value of each tick.
  void table(const char* operand, Region region, uint32_t ticks, uint32_t columns) { matrix(operand, region, uint64_t(3) + ticks, columns); }

  // A line a neuron for what is not a tick, then four lanes a neuron for each tick.
  void woven(Region region, uint32_t ticks, uint32_t columns) { matrix("woven", region, uint64_t(16) + 4 * ticks, columns); }

  void carriedRow(uint32_t row) { require(row < 2, "row 0 or 1"); }

  void state(Region region) { atLeast("state", region.length, 8); }

 private:
  const uint32_t ticks_;
  std::string& reason_;
};

inline void check(const operands::load& o, Checks& c) {
  c.tape("tape", o.tape, o.tapeStride, o.n);
  c.ring(o.x, o.rows, o.stride, o.n, 0);
}
inline void check(const operands::clear&, Checks&) {}
inline void check(const operands::copy& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.vector("y", o.y, o.n);
}
inline void check(const operands::assign& o, Checks& c) {
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

template <typename Spike>
void checkSpike(const Spike& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.vector("v", o.v, o.n);
  c.vector("level", o.level, o.n);
  c.vector("r", o.r, o.n);
}
inline void check(const operands::spike_reached& o, Checks& c) { checkSpike(o, c); }
inline void check(const operands::spike_exceeded& o, Checks& c) { checkSpike(o, c); }

template <typename Leaky>
void checkLeaky(const Leaky& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  c.vector("current", o.current, o.n);
}
inline void check(const operands::rate_tanh& o, Checks& c) { checkLeaky(o, c); }
inline void check(const operands::rate_relu& o, Checks& c) { checkLeaky(o, c); }
inline void check(const operands::rate_linear& o, Checks& c) { checkLeaky(o, c); }
inline void check(const operands::integrator& o, Checks& c) { checkLeaky(o, c); }

inline void check(const operands::error& o, Checks& c) {
  c.vector("p", o.p, o.n);
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

template <typename Recorded>
void checkHistory(const Recorded& o, Checks& c) {
  c.block(o.block);
  c.stride("hStride", o.hStride);
  c.matrix("history", o.history, o.block, o.hStride);
}
inline void check(const operands::record& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, o.delay);
  checkHistory(o, c);
  c.require(o.n <= o.hStride, "a row of n values within hStride");
}
inline void check(const operands::block_events& o, Checks& c) {
  checkHistory(o, c);
  c.matrix("events", o.events, 2, o.hStride);
}
inline void check(const operands::block_trace& o, Checks& c) {
  checkHistory(o, c);
  c.vector("trace", o.trace, o.hStride);
}
inline void check(const operands::coefficients& o, Checks& c) {
  c.block(o.block);
  c.stride("hStride", o.hStride);
  c.matrix("psi", o.psi, o.block, o.hStride);
  c.matrix("signal", o.signal, o.block, o.hStride);
  c.vector("beta", o.beta, o.hStride);
  c.table("table", o.table, o.block, o.hStride);
}
inline void check(const operands::coefficients_woven& o, Checks& c) {
  c.block(o.block);
  c.stride("hStride", o.hStride);
  c.matrix("psi", o.psi, o.block, o.hStride);
  c.matrix("signal", o.signal, o.block, o.hStride);
  c.vector("beta", o.beta, o.hStride);
  c.woven(o.woven, o.block, o.hStride);
  c.require(o.adapts <= 1 && o.filters <= 1 && o.adapts + o.filters > 0, "adapts and filters 0 or 1, not both 0");
}
template <typename Columns>
void checkColumns(const Columns& o, Checks& c) {
  checkHistory(o, c);
  c.require(o.pre <= o.hStride, "a row of pre values within hStride");
  c.matrix("events", o.events, 2, o.hStride);
  c.vector("trace", o.trace, o.pre);
}
// The layout of a projection's synapses, dense or stored, and how its fold asks for one value each.
template <typename Dense>
void checkFoldDense(const Dense& o, Checks& c) {
  checkColumns(o, c);
  c.stride("eStride", o.eStride);
  c.matrix("gradient", o.gradient, o.pre, o.eStride);
  c.table("gradientTable", o.gradientTable, o.block, o.eStride);
}
template <typename Sparse>
void checkFoldSparse(const Sparse& o, Checks& c) {
  checkColumns(o, c);
  c.stride("tStride", o.tStride);
  c.stored(o.rowStart, o.column, o.pre, o.tStride);
  c.synapses("gradient", o.gradient, o.rowStart, o.pre);
}
inline void check(const operands::fold_direct_dense& o, Checks& c) { checkFoldDense(o, c); }
inline void check(const operands::fold_direct_sparse& o, Checks& c) {
  checkFoldSparse(o, c);
  c.table("gradientTable", o.gradientTable, o.block, o.tStride);
}
inline void check(const operands::fold_trace_dense& o, Checks& c) {
  checkFoldDense(o, c);
  c.carriedRow(o.row);
  c.carried("carried", o.carried, uint64_t(o.pre) * o.eStride, o.bits);
  c.table("carriedTable", o.carriedTable, o.block, o.eStride);
}
inline void check(const operands::fold_trace_sparse& o, Checks& c) {
  checkFoldSparse(o, c);
  c.carriedRow(o.row);
  c.carried("carried", o.carried, c.storedIn(o.rowStart, o.pre), o.bits);
  c.woven(o.woven, o.block, o.tStride);
}
inline void check(const operands::fold_traces_dense& o, Checks& c) {
  checkFoldDense(o, c);
  c.carried("adaptation", o.adaptation, uint64_t(o.pre) * o.eStride, o.bits);
  c.carried("filtered", o.filtered, uint64_t(o.pre) * o.eStride, o.bits);
  c.table("adaptationTable", o.adaptationTable, o.block, o.eStride);
  c.table("filteredTable", o.filteredTable, o.block, o.eStride);
}
inline void check(const operands::fold_traces_sparse& o, Checks& c) {
  checkFoldSparse(o, c);
  c.carried("adaptation", o.adaptation, c.storedIn(o.rowStart, o.pre), o.bits);
  c.carried("filtered", o.filtered, c.storedIn(o.rowStart, o.pre), o.bits);
  c.woven(o.woven, o.block, o.tStride);
}
inline void check(const operands::fold_trace_sum_dense& o, Checks& c) {
  checkFoldDense(o, c);
  c.carriedRow(o.row);
  c.carried("carried", o.carried, uint64_t(o.pre) * o.eStride, o.bits);
}
inline void check(const operands::fold_trace_sum_sparse& o, Checks& c) {
  checkFoldSparse(o, c);
  c.table("gradientTable", o.gradientTable, o.block, o.tStride);
  c.carriedRow(o.row);
  c.carried("carried", o.carried, c.storedIn(o.rowStart, o.pre), o.bits);
}
inline void check(const operands::fold_traces_sum_dense& o, Checks& c) {
  checkFoldDense(o, c);
  c.carried("adaptation", o.adaptation, uint64_t(o.pre) * o.eStride, o.bits);
  c.carried("filtered", o.filtered, uint64_t(o.pre) * o.eStride, o.bits);
}
inline void check(const operands::fold_traces_sum_sparse& o, Checks& c) {
  checkFoldSparse(o, c);
  c.table("gradientTable", o.gradientTable, o.block, o.tStride);
  c.carried("adaptation", o.adaptation, c.storedIn(o.rowStart, o.pre), o.bits);
  c.carried("filtered", o.filtered, c.storedIn(o.rowStart, o.pre), o.bits);
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
inline void check(const operands::decay&, Checks&) {}
inline void check(const operands::bounds&, Checks&) {}
inline void check(const operands::average& o, Checks& c) {
  c.state(o.state);
  c.vector("average", o.average, o.weights.length);
}

}  // namespace ganglion
