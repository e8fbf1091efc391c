// 64-bit ARM: NEON and fused multiply-add.
#define KERNEL_TABLE kernelsNeon
#define TARGET_NAME "neon"
#include "kernels/all.inc"
