// x86-64 with AVX2 and FMA.
#define KERNEL_TABLE kernelsAvx2
#define TARGET_NAME "avx2"
#include "kernels/all.inc"
