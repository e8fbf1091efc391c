/* Exact arithmetic on int32, for processors that have no more; 64 bits are used only where 32 have overflowed. */
#ifndef GL_INTEGER_H
#define GL_INTEGER_H

#include "config.h"

/* Half of what is cut off: a test builds firmware without it, to see that it is noticed. */
#ifndef GL_HALF
#define GL_HALF 32768u
#endif

/* a + b wraps to `sum`: whether that is not the true sum. Both have another sign than it then. */
GL_INLINE bool overflowed(int32_t a, int32_t b, uint32_t sum) {
    const uint8_t top = (uint8_t)(sum >> 24);
    const uint8_t other_a = (uint8_t)((uint32_t)a >> 24) ^ top;
    const uint8_t other_b = (uint8_t)((uint32_t)b >> 24) ^ top;
    return (other_a & other_b & 0x80) != 0;
}

GL_INLINE int32_t saturated(int64_t value) { return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value; }

/* sat(a + b) */
GL_INLINE int32_t add(int32_t a, int32_t b) {
    const uint32_t sum = (uint32_t)a + (uint32_t)b;
    if (!overflowed(a, b, sum)) return (int32_t)sum;
    return a < 0 ? INT32_MIN : INT32_MAX;
}

/* sat(a + b - c), exact before it saturates */
GL_INLINE int32_t add_less(int32_t a, int32_t b, int32_t c) {
    const uint32_t sum = (uint32_t)a + (uint32_t)b;
    const uint32_t rest = sum - (uint32_t)c;
    /* sum = rest + c */
    if (!overflowed(a, b, sum) && !overflowed((int32_t)rest, c, sum)) return (int32_t)rest;
    return saturated((int64_t)a + b - c);
}

/* v >= a + b */
GL_INLINE bool reaches(int32_t v, int32_t a, int32_t b) {
    const uint32_t sum = (uint32_t)a + (uint32_t)b;
    return overflowed(a, b, sum) ? a < 0 : v >= (int32_t)sum;
}

/* floor((value * decay + 2^15) / 2^16), decay in 0..65535: the high half of the value gives whole numbers, and nothing leaves 32 bits. */
GL_INLINE int32_t decayed(int32_t value, uint16_t decay) {
    const uint32_t fraction = (uint32_t)(uint16_t)value * decay + GL_HALF;
    return (int32_t)(int16_t)((uint32_t)value >> 16) * (int32_t)decay + (int32_t)(fraction >> 16);
}

/* sum * 2^shift for a 16-bit sum and a shift of at most 16. A small processor shifts bit by bit, but multiplies, and moves whole bytes. */
GL_INLINE int32_t shifted(int16_t sum, uint16_t factor, uint8_t shift) {
    uint32_t product = (uint32_t)((int32_t)sum * (int32_t)factor);
    if ((shift & 8) != 0) product <<= 8;
    if ((shift & 16) != 0) product <<= 16;
    return (int32_t)product;
}

/* sat(current + sum * 2^shift), exact before it saturates. */
GL_INLINE int32_t add_shifted(int32_t current, gl_sum sum, uint8_t shift) {
    return saturated(current + (int64_t)((uint64_t)(int64_t)sum << shift));
}

#endif
