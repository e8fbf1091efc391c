// The instruction set that every machine of the architecture has, with our own fma.
#define KERNEL_TABLE kernelsBaseline
#define TARGET_NAME "baseline"
#define PORTABLE_FMA
#include "kernels/all.inc"
