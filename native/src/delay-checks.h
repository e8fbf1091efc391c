// What must hold of the operands of delays that neurons have of their own.
#pragma once
#include "src/fold-checks.h"

namespace ganglion {

// A delay within 0 and `longest` reads two rows of the past.
inline void check(const operands::delay_line& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.require(o.pastRows > 0 && (o.pastRows & (o.pastRows - 1)) == 0, "pastRows a power of two");
  c.require(o.longest >= 0 && o.longest + 1 < float(o.pastRows), "longest within the past");
  c.matrix("past", o.past, o.pastRows, o.stride);
  c.vector("lag", o.lag, o.n);
  c.vector("slope", o.slope, o.n);
}
inline void check(const operands::delay_line_back& o, Checks& c) {
  checkHistory(o, c, MAX_WINDOW);
  c.require(o.n <= o.hStride, "a row of n values within hStride");
  c.require(o.longest >= 0 && o.longest <= float(MAX_WINDOW), "longest within the longest window");
  c.vector("lag", o.lag, o.n);
  c.vector("y", o.y, o.n);
}

}  // namespace ganglion
