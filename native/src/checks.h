// Collects what must hold of operands: lengths, strides, shapes.
#pragma once
#include <string>

#include "include/kernels.h"

namespace ganglion {

// Ticks that a window may have whose gradient runs backwards.
constexpr uint32_t MAX_WINDOW = 1 << 16;

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

  void block(uint32_t ticks, uint32_t most = 64) {
    require(ticks > 0 && ticks <= most && (ticks & (ticks - 1)) == 0, "block a power of two of at most " + std::to_string(most));
  }

  // Coefficients on two traces, the presynaptic trace and the value of each tick.
  void table(const char* operand, Region region, uint32_t ticks, uint32_t columns) { matrix(operand, region, uint64_t(3) + ticks, columns); }

  // A line a neuron for what is not a tick, then four lanes a neuron for each tick.
  void woven(Region region, uint32_t ticks, uint32_t columns) { matrix("woven", region, uint64_t(16) + 4 * ticks, columns); }

  void carriedRow(uint32_t row) { require(row < 2, "row 0 or 1"); }

  void state(Region region) { atLeast("state", region.length, 10); }

 private:
  const uint32_t ticks_;
  std::string& reason_;
};

}  // namespace ganglion
