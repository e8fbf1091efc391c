/* The clock beyond 32 bits, and who asks for it: PROTOCOL.md section 10. */
#ifndef GL_CLOCK_H
#define GL_CLOCK_H

#include "config.h"

/* The time as the core goes by it, µs: that of the last clock_poll, for to read the clock costs a small chip more than it is worth. */
extern uint32_t clock_now;
/* Reads the clock: at every turn of the loop, and after what takes long. */
void clock_poll(void);
/* Makes the answer to a TimeSync message of it; false if it is malformed. */
bool clock_answer(uint8_t *payload, uint16_t length);

#endif
