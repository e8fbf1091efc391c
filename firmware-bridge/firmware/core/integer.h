/* Exact arithmetic in 32 bits, for processors that have no more. */
#ifndef GL_INTEGER_H
#define GL_INTEGER_H

#include "config.h"

/* Half of what is cut off: a test builds firmware without it, to see that it is noticed. */
#ifndef GL_HALF
#define GL_HALF 32768u
#endif

/* value * 2^shift, which is known to fit. Whole bytes first: a small processor shifts bit by bit. */
static inline int32_t shifted(int32_t value, uint8_t shift) {
    uint32_t bits = (uint32_t)value;
    while (shift >= 8) {
        bits <<= 8;
        shift = (uint8_t)(shift - 8u);
    }
    while (shift > 0) {
        bits <<= 1;
        shift--;
    }
    return (int32_t)bits;
}

/* floor(x / 65536), by two's complement, as every compiler here shifts. */
static inline int32_t high(int32_t value) { return value >> 16; }

/* A sum of up to three int32 values: exact in high * 65536 + low. */
struct wide {
    int32_t high;
    uint16_t low;
};

static inline struct wide wide_sum(int32_t a, int32_t b, int32_t c) {
    const uint32_t low = (uint32_t)(uint16_t)a + (uint16_t)b + (uint16_t)c;
    const struct wide sum = {high(a) + high(b) + high(c) + (int32_t)(low >> 16), (uint16_t)low};
    return sum;
}

static inline int32_t saturated(struct wide sum) {
    if (sum.high > 32767) return INT32_MAX;
    if (sum.high < -32768) return INT32_MIN;
    return (int32_t)((uint32_t)sum.high << 16 | sum.low);
}

/* floor((value * decay + 2^15) / 2^16) with decay in 0..65536: the high half of the value gives whole numbers, and nothing leaves 32 bits. */
static inline int32_t decayed(int32_t value, uint32_t decay) {
    if (decay > 65535) return value;
    const uint16_t factor = (uint16_t)decay;
    const uint32_t fraction = (uint32_t)(uint16_t)value * factor + GL_HALF;
    return (int32_t)((int16_t)high(value) * (int32_t)factor) + (int32_t)(fraction >> 16);
}

/* sat(current + sum * 2^shift), exact before it saturates. */
static inline int32_t scaled_sum(int32_t current, int32_t sum, uint8_t shift) {
    const int32_t limit = INT32_MAX >> shift;
    if (sum <= limit && sum >= -limit) return saturated(wide_sum(current, shifted(sum, shift), 0));
    const int64_t next = current + (int64_t)((uint64_t)(int64_t)sum << shift);
    return next > INT32_MAX ? INT32_MAX : next < INT32_MIN ? INT32_MIN : (int32_t)next;
}

#endif
