/*
 * What the board was told and has not yet run: the values of every source for a few ticks (PROTOCOL.md section 7.1). A tick is ready as
 * soon as it, or a later one, has been ended; ticks whose messages were lost run silent.
 */
#ifndef GL_QUEUE_H
#define GL_QUEUE_H

#include "config.h"

/* The tick to run next. */
extern uint32_t queue_next;
/* Spikes of no input or of no tick at hand; ticks given up because too many waited. */
extern uint32_t queue_strays;
extern uint32_t queue_overruns;

/* Takes a Spikes message; false, and nothing, if it is malformed. */
bool queue_take(const uint8_t *payload, uint16_t length, uint32_t now);
bool queue_ready(void);
const gl_value *queue_values(void);
/* When the next tick was ended. */
uint32_t queue_arrived_at(void);
/* The next tick has run. */
void queue_done(void);
/* Nothing is held; the first message to come says where the count of ticks begins. */
void queue_clear(void);

#endif
