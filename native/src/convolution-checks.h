// What must hold of the operands of a convolution.
#pragma once
#include "src/checks.h"

namespace ganglion {

// What a grid asks of the regions around it, in words.
struct Extent {
  uint64_t pre, taps, positions, post;
};

// Sides are small enough that no product of four overflows. All zero where something does not hold.
inline Extent checkGrid(Topology grid, uint32_t cStride, Checks& c) {
  c.atLeast("grid", grid.length, 12);
  if (!c.passed()) return {};
  const uint32_t* w = grid.at;
  for (uint32_t k = 0; k < 12; k++) {
    const bool padding = k == 7 || k == 8;
    c.require(w[k] <= 1 << 15 && (padding || w[k] > 0), padding ? "padding of at most 32768" : "sides, strides and channels of 1 to 32768");
  }
  c.stride("cStride", cStride);
  if (!c.passed()) return {};
  const auto fits = [&](uint32_t side, uint32_t kernel, uint32_t stride, uint32_t padding, uint32_t out) {
    c.require(kernel <= side + 2 * padding, "a kernel within the padded input");
    if (c.passed()) c.require(out == (side + 2 * padding - kernel) / stride + 1, "the side that the output of a convolution has");
  };
  fits(w[1], w[3], w[5], w[7], w[10]);
  fits(w[2], w[4], w[6], w[8], w[11]);
  c.require(w[9] <= cStride && cStride <= 1 << 15, "channels within cStride, of at most 32768");
  if (!c.passed()) return {};
  const uint64_t positions = uint64_t(w[10]) * w[11];
  return {uint64_t(w[0]) * w[1] * w[2], uint64_t(w[0]) * w[3] * w[4], positions, positions * w[9]};
}

inline void check(const operands::propagate_convolution& o, Checks& c) {
  const Extent e = checkGrid(o.grid, o.cStride, c);
  if (!c.passed()) return;
  c.require(e.pre <= o.stride, "a row of all inputs within stride");
  c.ring(o.x, o.rows, o.stride, 0, o.delay);
  c.matrix("weights", o.weights, e.taps, o.cStride);
  c.matrix("sums", o.sums, e.positions, o.cStride);
}
template <typename Maps>
void checkMaps(const Maps& o, Checks& c, Region last, Region first) {
  c.stride("cStride", o.cStride);
  c.require(o.channels <= o.cStride, "channels within cStride");
  c.matrix("channels last", last, o.positions, o.cStride);
  c.matrix("channels first", first, o.positions, o.channels);
}
inline void check(const operands::channels_first& o, Checks& c) { checkMaps(o, c, o.x, o.y); }
inline void check(const operands::channels_last& o, Checks& c) { checkMaps(o, c, o.y, o.x); }
inline void check(const operands::rank_one_convolution& o, Checks& c) {
  const Extent e = checkGrid(o.grid, o.cStride, c);
  if (!c.passed()) return;
  c.matrix("factor", o.factor, e.positions, o.cStride);
  c.vector("trace", o.trace, e.pre);
  c.matrix("gradient", o.gradient, e.taps, o.cStride);
}
inline void check(const operands::feedback_transpose_convolution& o, Checks& c) {
  const Extent e = checkGrid(o.grid, o.cStride, c);
  if (!c.passed()) return;
  c.vector("error", o.error, e.post);
  c.matrix("weights", o.weights, e.taps, o.cStride);
  c.vector("signal", o.signal, e.pre);
}

}  // namespace ganglion
