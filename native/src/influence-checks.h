// What must hold of the operands of cells, of traces that a synapse carries by itself, and of influences.
#pragma once
#include <initializer_list>

#include "src/checks.h"

namespace ganglion {

// Regions of one value a neuron.
inline void checkVectors(Checks& c, uint32_t n, std::initializer_list<Region> regions) {
  for (const Region region : regions) c.vector("a region", region, n);
}

inline void check(const operands::snu_linear& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  checkVectors(c, o.n, {o.current, o.s, o.carry, o.back});
}
inline void check(const operands::snu_relu& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  checkVectors(c, o.n, {o.current, o.s, o.carry, o.back, o.drive});
}
inline void check(const operands::output_sigmoid& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  checkVectors(c, o.n, {o.s, o.current, o.slope});
}
inline void check(const operands::output_step& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  checkVectors(c, o.n, {o.s, o.current, o.slope});
}
inline void check(const operands::gru& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  checkVectors(c, o.n, {o.reset, o.update, o.candidate, o.memory, o.carry, o.driveReset, o.driveUpdate, o.driveCandidate, o.driveMemory});
}
inline void check(const operands::lstm& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  checkVectors(c, o.n, {o.input, o.forget, o.cell, o.output, o.c, o.carry, o.driveInput, o.driveForget, o.driveCell, o.slope, o.direct});
}
inline void check(const operands::sigmoid& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 0);
  c.vector("p", o.p, o.n);
}
inline void check(const operands::carry_zero& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.n, 1);
  checkVectors(c, o.n, {o.v, o.carry, o.back});
}
inline void check(const operands::slope_tanh& o, Checks& c) { checkVectors(c, o.n, {o.current, o.drive}); }
inline void check(const operands::slope_relu& o, Checks& c) { checkVectors(c, o.n, {o.current, o.drive}); }
inline void check(const operands::own_carry& o, Checks& c) { checkVectors(c, o.n, {o.carry, o.back, o.slope, o.last, o.own}); }

inline void check(const operands::local_dense& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.pre, o.delay);
  c.stride("eStride", o.eStride);
  checkVectors(c, o.eStride, {o.carry, o.drive});
  c.matrix("trace", o.trace, o.pre, o.eStride);
}
inline void check(const operands::local_sparse& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.pre, o.delay);
  c.stored(o.rowStart, o.column, o.pre, o.carry.length < o.drive.length ? o.carry.length : o.drive.length);
  c.synapses("trace", o.trace, o.rowStart, o.pre);
}
inline void check(const operands::local_filtered_dense& o, Checks& c) {
  c.stride("eStride", o.eStride);
  c.vector("slope", o.slope, o.eStride);
  c.matrix("trace", o.trace, o.pre, o.eStride);
  c.matrix("filtered", o.filtered, o.pre, o.eStride);
}
inline void check(const operands::local_filtered_sparse& o, Checks& c) {
  c.stored(o.rowStart, o.column, o.pre, o.slope.length);
  c.synapses("trace", o.trace, o.rowStart, o.pre);
  c.synapses("filtered", o.filtered, o.rowStart, o.pre);
}

// Every block lies within regions of `length` words and every row names a neuron below `neurons`.
inline void checkBlocks(Topology blocks, Topology kept, uint64_t length, uint64_t neurons, Checks& c) {
  c.require(blocks.length % 5 == 0, "five words a block");
  for (uint32_t j = 0; j < blocks.length / 5 && c.passed(); j++) {
    const uint32_t* b = blocks.at + 5 * size_t(j);
    c.require(b[0] % LINE == 0 && b[1] % LINE == 0, "blocks of whole lines");
    c.require(uint64_t(b[0]) + uint64_t(b[1]) * b[2] <= length, "blocks within their region");
    c.require(uint64_t(b[3]) + b[2] <= kept.length, "kept neurons within their list");
    c.require(b[4] < b[2], "the own row among the kept ones");
    for (uint32_t row = 0; row < b[2] && c.passed(); row++) c.require(kept.at[b[3] + row] < neurons, "kept neurons below " + std::to_string(neurons));
  }
}
inline uint64_t shorter(Region a, Region b) { return a.length < b.length ? a.length : b.length; }

// One start a block and one behind the last: ascending, within a list, no more synapses than a block has columns.
inline void checkSources(Topology blocks, Topology sourceAt, Topology list, Checks& c) {
  const uint32_t n = blocks.length / 5;
  c.atLeast("sourceAt", sourceAt.length, uint64_t(n) + 1);
  for (uint32_t j = 0; j < n && c.passed(); j++) {
    const uint32_t from = sourceAt.at[j], end = sourceAt.at[j + 1];
    c.require(from <= end && end <= list.length && end - from <= blocks.at[5 * size_t(j) + 1], "ascending sources within their list and block");
  }
}
inline void checkBelow(const char* what, Topology list, uint64_t bound, Checks& c) {
  for (uint32_t k = 0; k < list.length && c.passed(); k++) c.require(list.at[k] < bound, std::string(what) + " below " + std::to_string(bound));
}

inline void check(const operands::influence_carry& o, Checks& c) {
  checkBlocks(o.blocks, o.kept, shorter(o.outputs, o.states), shorter(o.carry, o.back), c);
}
inline void check(const operands::influence_spread& o, Checks& c) {
  checkBlocks(o.blocks, o.kept, shorter(o.outputs, o.states), o.drive.length, c);
  c.atLeast("edgeAt", o.edgeAt.length, uint64_t(o.kept.length) + 1);
  c.require(o.edgeRow.length == o.edgeWeight.length, "a weight for each edge");
  for (uint32_t k = 0; k < o.kept.length && c.passed(); k++) {
    c.require(o.edgeAt.at[k] <= o.edgeAt.at[k + 1] && o.edgeAt.at[k + 1] <= o.edgeRow.length, "ascending edges within their list");
  }
  checkBelow("weights of edges", o.edgeWeight, o.weights.length, c);
  for (uint32_t j = 0; j < o.blocks.length / 5 && c.passed(); j++) {
    const uint32_t* b = o.blocks.at + 5 * size_t(j);
    for (uint32_t row = 0; row < b[2] && c.passed(); row++) {
      for (uint32_t edge = o.edgeAt.at[b[3] + row]; edge < o.edgeAt.at[b[3] + row + 1] && c.passed(); edge++) {
        c.require(o.edgeRow.at[edge] < b[2], "edges from rows of their block");
      }
    }
  }
}
inline void check(const operands::influence_feed& o, Checks& c) {
  checkBlocks(o.blocks, o.kept, shorter(o.from, o.states), o.slope.length, c);
}
inline void check(const operands::influence_input& o, Checks& c) {
  c.ring(o.x, o.rows, o.stride, o.pre, o.delay);
  checkBlocks(o.blocks, o.kept, o.states.length, o.drive.length, c);
  c.vector("drive", o.drive, o.blocks.length / 5);
  checkSources(o.blocks, o.sourceAt, o.source, c);
  checkBelow("sources", o.source, o.pre, c);
}
inline void check(const operands::influence_output& o, Checks& c) {
  checkBlocks(o.blocks, o.kept, shorter(o.outputs, o.states), o.slope.length, c);
}
inline void check(const operands::influence_output_add& o, Checks& c) {
  checkBlocks(o.blocks, o.kept, shorter(o.outputs, o.states), o.slope.length, c);
}
inline void check(const operands::influence_gradient& o, Checks& c) {
  checkBlocks(o.blocks, o.kept, o.outputs.length, o.signal.length, c);
  checkSources(o.blocks, o.sourceAt, o.synapse, c);
  checkBelow("synapses", o.synapse, o.gradient.length, c);
}

}  // namespace ganglion
