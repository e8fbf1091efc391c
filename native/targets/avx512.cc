// x86-64 with AVX-512 F, DQ, VL, BW.
#define KERNEL_TABLE kernelsAvx512
#define TARGET_NAME "avx512"
#include "kernels/all.inc"
