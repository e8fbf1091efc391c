// What the kernels of every target and the program that calls them share: operands, moment, table. No std headers but
// stdint and stddef, and no functions: a function compiled here for AVX could be merged by the linker into baseline code.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace ganglion {

// Floats in a 64-byte line: every region begins on one, every row of a matrix or ring is a whole number of them.
constexpr uint32_t LINE = 16;

// Words of the arena's first line, twins of `header` in runtime/program/arena.ts.
namespace header {
enum : uint32_t { tick, status, learning, sinceUpdate, updates, sinceFold };
}

// Bits of the event tape.
enum : uint32_t { LABEL_EVENT = 1, EPISODE_END = 2 };

// Bits of the status word.
enum : uint32_t { NON_FINITE = 1 };

// A block of the arena: floats, or words or doubles where an op says so.
struct Region {
  float* at;
  uint32_t length;
};

// A block of the topology: row starts or columns of stored synapses.
struct Topology {
  const uint32_t* at;
  uint32_t length;
};

// Where a run stands: the tick since the start, the row of the tapes, and the counters that ops read or set.
struct Moment {
  uint32_t tick;
  uint32_t row;
  uint32_t* header;
  // Which part of how many a kernel that can be divided works on.
  uint32_t part, parts;
};

// operands::sgd and so on: the operands of each op, in the order of the table.
namespace operands {
#define REGION(name) Region name;
#define TOPOLOGY(name) Topology name;
#define COUNT(name) uint32_t name;
#define SCALAR(name) float name;
#define DOUBLE(name) double name;
#define OP(name, list) struct name { list };
#include "ops.def"
}  // namespace operands

enum OpCode : uint32_t {
#define REGION(name)
#define TOPOLOGY(name)
#define COUNT(name)
#define SCALAR(name)
#define DOUBLE(name)
#define OP(name, list) code_##name,
#include "ops.def"
  OP_COUNT
};

// The kernels of one target, by op code.
struct KernelTable {
  const char* target;
  bool hardwareFma;
  // The probe of native/kernels/probe.inc: (rounds, a line of floats) → multiply-adds done.
  double (*multiplyAdds)(uint32_t rounds, float* line);
  // (rounds, floats that begin on a line, how many) → floats updated in place.
  double (*updates)(uint32_t rounds, float* at, size_t length);
  void (*ops[OP_COUNT])(const Moment& now, const void* operands);
};

}  // namespace ganglion
