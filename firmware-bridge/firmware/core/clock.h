/* The clock beyond 32 bits, and who asks for it: PROTOCOL.md section 10. */
#ifndef GL_CLOCK_H
#define GL_CLOCK_H

#include "config.h"

/* To be called more often than the 32-bit clock wraps. */
void clock_poll(void);
/* Makes the answer to a TimeSync message of it; false if it is malformed. */
bool clock_answer(uint8_t *payload, uint16_t length);

#endif
