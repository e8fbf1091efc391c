// What must hold of the operands of ops that record and fold blocks of ticks.
#pragma once
#include "src/checks.h"

namespace ganglion {

template <typename Recorded>
void checkHistory(const Recorded& o, Checks& c, uint32_t most = 64) {
  c.block(o.block, most);
  c.stride("hStride", o.hStride);
  c.matrix("history", o.history, o.block, o.hStride);
}
inline void check(const operands::record& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, o.delay);
  checkHistory(o, c, MAX_WINDOW);
  c.require(o.n <= o.hStride, "a row of n values within hStride");
}
inline void check(const operands::history_read& o, Checks& c) {
  checkHistory(o, c, MAX_WINDOW);
  c.require(o.n <= o.hStride, "a row of n values within hStride");
  c.require(o.ahead < o.block, "ahead within the history");
  c.vector("y", o.y, o.n);
}
inline void check(const operands::history_write& o, Checks& c) {
  c.vector("x", o.x, o.n);
  checkHistory(o, c, MAX_WINDOW);
  c.require(o.n <= o.hStride, "a row of n values within hStride");
}
inline void check(const operands::multiply_add& o, Checks& c) {
  c.vector("a", o.a, o.n);
  c.vector("b", o.b, o.n);
  c.vector("p", o.p, o.n);
}
inline void check(const operands::block_events& o, Checks& c) {
  checkHistory(o, c);
  c.matrix("events", o.events, 2, o.hStride);
}
inline void check(const operands::block_trace& o, Checks& c) {
  checkHistory(o, c);
  c.vector("trace", o.trace, o.hStride);
}
// What the coefficients of every neuron are computed from, and where they go.
template <typename Recursion>
void checkBackwards(const Recursion& o, Checks& c) {
  c.block(o.block);
  c.stride("hStride", o.hStride);
  c.matrix("signal", o.signal, o.block, o.hStride);
}
template <typename Recursion>
void checkSpiking(const Recursion& o, Checks& c) {
  checkBackwards(o, c);
  c.matrix("psi", o.psi, o.block, o.hStride);
  c.vector("beta", o.beta, o.hStride);
}
template <typename Recursion>
void checkLocal(const Recursion& o, Checks& c) {
  checkBackwards(o, c);
  c.matrix("carry", o.carry, o.block, o.hStride);
  c.matrix("drive", o.drive, o.block, o.hStride);
  c.matrix("slope", o.slope, o.block, o.hStride);
}
template <typename Woven>
void checkWoven(const Woven& o, Checks& c) {
  c.woven(o.woven, o.block, o.hStride);
  c.require(o.adapts <= 1 && o.filters <= 1 && o.adapts + o.filters > 0, "adapts and filters 0 or 1, not both 0");
}
inline void check(const operands::coefficients& o, Checks& c) {
  checkSpiking(o, c);
  c.table("table", o.table, o.block, o.hStride);
}
inline void check(const operands::coefficients_woven& o, Checks& c) {
  checkSpiking(o, c);
  checkWoven(o, c);
}
inline void check(const operands::coefficients_local& o, Checks& c) {
  checkLocal(o, c);
  c.table("table", o.table, o.block, o.hStride);
}
inline void check(const operands::coefficients_local_woven& o, Checks& c) {
  checkLocal(o, c);
  checkWoven(o, c);
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

}  // namespace ganglion
