// Into how many parts threads divide an op.
#pragma once
#include "include/kernels.h"

namespace ganglion {

// What a thread takes at a time: long beside the cost of taking it, short beside a tick of a millisecond.
constexpr uint64_t PART = 1 << 17;

// Synapses of the op, where its kernel works on the part that its moment says; 0 where it takes the whole.
template <typename Op>
uint64_t divisible(const Op&) { return 0; }
inline uint64_t divisible(const operands::assign& o) { return o.y.length; }
inline uint64_t divisible(const operands::fold_direct_dense& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_direct_sparse& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_trace_dense& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_trace_sparse& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_traces_dense& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_traces_sparse& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_trace_sum_dense& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_trace_sum_sparse& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_traces_sum_dense& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::fold_traces_sum_sparse& o) { return o.gradient.length; }
inline uint64_t divisible(const operands::sgd& o) { return o.weights.length; }
inline uint64_t divisible(const operands::adam& o) { return o.weights.length; }
inline uint64_t divisible(const operands::credit_adam& o) { return o.weights.length; }
inline uint64_t divisible(const operands::rmaxprop& o) { return o.weights.length; }
inline uint64_t divisible(const operands::adamax& o) { return o.weights.length; }
inline uint64_t divisible(const operands::decay& o) { return o.weights.length; }
inline uint64_t divisible(const operands::bounds& o) { return o.weights.length; }
inline uint64_t divisible(const operands::average& o) { return o.weights.length; }

template <typename Op>
uint32_t partsOf(const Op& o) {
  const uint64_t parts = divisible(o) / PART;
  return parts < 1 ? 1 : parts > 64 ? 64 : uint32_t(parts);
}

}  // namespace ganglion
