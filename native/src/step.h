// One op of a loaded program: its kernel and its decoded operands.
#pragma once
#include "include/kernels.h"

namespace ganglion {

union Operands {
#define REGION(name)
#define TOPOLOGY(name)
#define COUNT(name)
#define SCALAR(name)
#define DOUBLE(name)
#define OP(name, list) operands::name name;
#include "include/ops.def"
};

struct Step {
  void (*run)(const Moment&, const void*);
  // Parts that threads may share out; 1 where the kernel takes the whole.
  uint32_t parts;
  Operands operands;
};

}  // namespace ganglion
