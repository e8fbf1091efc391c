/*
 * e-prop on the chip. The arithmetic is that of drivers/emulated/integer-learning.ts, which is its specification, bit for bit. Only on
 * targets with the feature `learns`; elsewhere nothing of it is compiled.
 */
#ifndef GL_LEARN_H
#define GL_LEARN_H

#include "config.h"

#if GL_LEARNS

/* Bytes that the running network needs to learn with the rates and dampenings it was given. */
size_t learn_bytes(void);
/* Begins with empty traces and sums, in so many bytes of aligned memory; a seed of 0 ends. */
void learn_begin(uint32_t seed, uint8_t *memory);
bool learn_begun(void);
/* A new network: what was said of the one before is over. */
void learn_forget(void);

/* How a region learns, and what q a population has; false where there is none, or the number is out of its range. Held until the next begin. */
bool learn_rate(uint32_t region, int32_t rate, uint32_t shift);
bool learn_dampening(uint32_t population, int32_t q);
bool learn_target_rate(int32_t rate);
bool learn_regularization(int32_t strength);

/* Takes a Target message (PROTOCOL.md section 13); false if it is malformed. *taken: whether there was room for it. */
bool learn_target(const uint8_t *payload, uint16_t length, uint32_t next, bool *taken);
/* After a tick; `rest` with the network's. */
void learn_tick(uint32_t tick);
void learn_reward(int32_t reward);
void learn_rest(void);
/* Targets that came after their ticks. */
extern uint32_t learn_late;

#else

static inline bool learn_begun(void) { return false; }
static inline void learn_forget(void) {}
static inline void learn_tick(uint32_t tick) { (void)tick; }
static inline void learn_rest(void) {}
#define learn_late 0u

#endif

#endif
