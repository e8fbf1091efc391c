// What must hold of the operands of spikes in pairs.
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

}  // namespace ganglion
