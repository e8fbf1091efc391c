// What must hold of the operands of spikes in pairs, of calcium and of the scale of what arrives.
#pragma once
#include "src/checks.h"

namespace ganglion {

template <typename Operands>
inline void checkSpikePairs(const Operands& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, o.delay);
  c.vector("fast", o.fast, o.n);
  c.vector("slow", o.slow, o.n);
  c.vector("before", o.before, o.n);
  c.vector("factor", o.factor, o.n);
}
inline void check(const operands::spike_pairs_all& o, Checks& c) { checkSpikePairs(o, c); }
inline void check(const operands::spike_pairs_nearest& o, Checks& c) { checkSpikePairs(o, c); }

inline void check(const operands::stdp_dense& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.vector("preFactor", o.preFactor, o.pre);
  c.vector("preTrace", o.preTrace, o.pre);
  c.vector("postFactor", o.postFactor, o.eStride);
  c.vector("postTrace", o.postTrace, o.eStride);
  c.matrix("trace", o.trace, o.pre, o.eStride);
}
inline void check(const operands::stdp_sparse& o, Checks& c) {
  c.vector("preFactor", o.preFactor, o.pre);
  c.vector("preTrace", o.preTrace, o.pre);
  c.stored(o.rowStart, o.column, o.pre, o.postFactor.length < o.postTrace.length ? o.postFactor.length : o.postTrace.length);
  c.synapses("trace", o.trace, o.rowStart, o.pre);
}

inline void check(const operands::calcium_dense& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.require(o.post <= o.eStride, "a row of post values within eStride");
  c.vector("preTrace", o.preTrace, o.pre);
  c.vector("postTrace", o.postTrace, o.post);
  c.matrix("weights", o.weights, o.pre, o.eStride);
  c.matrix("trace", o.trace, o.pre, o.eStride);
}
inline void check(const operands::calcium_sparse& o, Checks& c) {
  c.vector("preTrace", o.preTrace, o.pre);
  c.vector("postTrace", o.postTrace, o.post);
  c.stored(o.rowStart, o.column, o.pre, o.post);
  c.synapses("weights", o.weights, o.rowStart, o.pre);
  c.synapses("trace", o.trace, o.rowStart, o.pre);
}

inline void check(const operands::scale_dense& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.require(o.post <= o.eStride, "a row of post values within eStride");
  c.matrix("weights", o.weights, o.pre, o.eStride);
  c.vector("sum", o.sum, o.post);
}
inline void check(const operands::scale_sparse& o, Checks& c) {
  c.stored(o.rowStart, o.column, o.pre, o.post);
  c.synapses("weights", o.weights, o.rowStart, o.pre);
  c.vector("sum", o.sum, o.post);
}

}  // namespace ganglion
