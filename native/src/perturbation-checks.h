// What must hold of the operands of perturbations.
#pragma once
#include "src/checks.h"

namespace ganglion {

template <typename Operands>
inline void checkShape(const Operands& o, const char* operand, Region region, Checks& c) {
  c.require(o.columns <= o.stride, "a row of columns within stride");
  c.require(uint64_t(o.rows) * o.stride <= 0xffffffffu, "places that 32 bits can count");
  c.require(o.rows <= 1 || o.stride % LINE == 0, "rows of whole lines");
  c.matrix(operand, region, o.rows, o.stride);
}

template <typename Operands>
inline void checkPerturbedWeights(const Operands& o, Checks& c) {
  checkShape(o, "weights", o.weights, c);
  checkShape(o, "acting", o.acting, c);
  c.vector("made", o.made, 1);
  c.vector("pass", o.pass, 2);
  c.vector("trial", o.trial, 1);
}
inline void check(const operands::perturb_weights_normal& o, Checks& c) { checkPerturbedWeights(o, c); }
inline void check(const operands::perturb_weights_signs& o, Checks& c) { checkPerturbedWeights(o, c); }

template <typename Operands>
inline void checkPerturbedNodes(const Operands& o, Checks& c) {
  c.vector("current", o.current, o.n);
  c.vector("factor", o.factor, o.n);
  c.vector("pass", o.pass, 2);
  c.vector("trial", o.trial, 1);
}
inline void check(const operands::perturb_nodes_normal& o, Checks& c) { checkPerturbedNodes(o, c); }
inline void check(const operands::perturb_nodes_signs& o, Checks& c) { checkPerturbedNodes(o, c); }

inline void check(const operands::pass_tick& o, Checks& c) { c.vector("pass", o.pass, 2); }
inline void check(const operands::score_pair& o, Checks& c) {
  c.vector("pass", o.pass, 2);
  c.vector("first", o.first, 1);
  c.tape("tape", o.tape, o.tapeStride, 1);
  c.vector("modulator", o.modulator, 1);
}

template <typename Operands>
inline void checkCreditedWeights(const Operands& o, Checks& c) {
  checkShape(o, "gradient", o.gradient, c);
  c.vector("modulator", o.modulator, 1);
  c.vector("trial", o.trial, 1);
}
inline void check(const operands::credit_weights_normal& o, Checks& c) { checkCreditedWeights(o, c); }
inline void check(const operands::credit_weights_signs& o, Checks& c) { checkCreditedWeights(o, c); }

inline void check(const operands::credit_nodes& o, Checks& c) {
  c.vector("modulator", o.modulator, 1);
  c.vector("fresh", o.fresh, o.gradient.length);
}
inline void check(const operands::next_pass& o, Checks& c) {
  c.vector("pass", o.pass, 2);
  c.vector("trial", o.trial, 1);
}

}  // namespace ganglion
