// What must hold of the operands of an influence of rank one.
#pragma once
#include "src/checks.h"

namespace ganglion {

// Three sums in double, and the scales made from them.
inline void checkSum(Region sums, uint32_t at, Checks& c) {
  c.require(at < 3, "at < 3");
  c.atLeast("sums", sums.length, 6);
}
inline void check(const operands::signs& o, Checks& c) { c.vector("nu", o.nu, o.n); }
inline void check(const operands::square_sum& o, Checks& c) { checkSum(o.sums, o.at, c); }
inline void check(const operands::outer_square& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, o.delay);
  c.vector("factor", o.factor, o.m);
  checkSum(o.sums, o.at, c);
}
inline void check(const operands::balance& o, Checks& c) {
  checkSum(o.sums, 0, c);
  c.vector("scales", o.scales, 4);
}
inline void check(const operands::blend& o, Checks& c) {
  c.vector("x", o.x, o.n);
  c.vector("nu", o.nu, o.n);
  c.vector("scales", o.scales, 4);
  c.vector("a", o.a, o.n);
}
inline void check(const operands::shrink& o, Checks& c) {
  c.vector("scales", o.scales, 4);
  c.vector("carry", o.carry, o.n);
  c.vector("factor", o.factor, o.n);
}
inline void check(const operands::project& o, Checks& c) {
  c.vector("signal", o.signal, o.n);
  c.vector("a", o.a, o.n);
  c.vector("p", o.p, o.n);
}

}  // namespace ganglion
