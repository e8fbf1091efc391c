// What must hold of the operands of policies, rewards and tags.
#pragma once
#include "src/checks.h"

namespace ganglion {

inline void check(const operands::exponential& o, Checks& c) {
  c.vector("x", o.x, o.n);
  c.vector("y", o.y, o.n);
}
inline void check(const operands::choose& o, Checks& c) {
  c.require(o.n > 0, "n > 0");
  c.vector("p", o.p, o.n);
  c.perTick("asked", o.asked);
  c.vector("action", o.action, 1);
}
inline void check(const operands::choose_gaussian& o, Checks& c) {
  c.vector("mean", o.mean, o.n);
  c.vector("sigma", o.sigma, o.n);
  c.perTick("asked", o.asked);
  c.vector("noise", o.noise, o.n);
  c.vector("action", o.action, o.n);
}
inline void check(const operands::surprise& o, Checks& c) {
  c.vector("p", o.p, o.n);
  c.vector("action", o.action, 1);
  c.perTick("importance", o.importance);
  c.vector("error", o.error, o.n);
}
inline void check(const operands::surprise_gaussian& o, Checks& c) {
  c.vector("noise", o.noise, o.n);
  c.vector("sigma", o.sigma, o.n);
  c.perTick("importance", o.importance);
  c.vector("error", o.error, o.n);
}
inline void check(const operands::surprise_spread& o, Checks& c) {
  c.vector("noise", o.noise, o.n);
  c.perTick("importance", o.importance);
  c.vector("error", o.error, o.n);
}
inline void check(const operands::entropy& o, Checks& c) {
  c.vector("p", o.p, o.n);
  c.perTick("importance", o.importance);
  c.vector("error", o.error, o.n);
}
inline void check(const operands::temporal_difference& o, Checks& c) {
  c.vector("value", o.value, 1);
  c.vector("last", o.last, 1);
  c.tape("tape", o.tape, o.tapeStride, 2);
  c.vector("modulator", o.modulator, 1);
}
inline void check(const operands::reward_difference& o, Checks& c) {
  c.vector("mean", o.mean, 1);
  c.tape("tape", o.tape, o.tapeStride, 1);
  c.vector("modulator", o.modulator, 1);
}
inline void check(const operands::credit& o, Checks& c) {
  c.vector("modulator", o.modulator, 1);
  c.vector("tag", o.tag, o.gradient.length);
  c.vector("fresh", o.fresh, o.gradient.length);
}

inline void check(const operands::credit_trace& o, Checks& c) {
  c.vector("modulator", o.modulator, 1);
  c.vector("trace", o.trace, o.gradient.length);
}

}  // namespace ganglion
