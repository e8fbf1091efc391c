/* The watch over the outputs, whatever becomes of the host: PROTOCOL.md section 9. */
#ifndef GL_FAILSAFE_H
#define GL_FAILSAFE_H

#include "config.h"

enum { SAFE = 0, RUN = 1, HOLD = 2 };

uint8_t failsafe_state(void);
/* Takes an Arm; false, and no change, if its session is not the running one or the ttl is out of range. */
bool failsafe_arm(uint32_t session, uint32_t ttl_ms);
void failsafe_disarm(void);
/* To be called at least once a tick, before the line is read: what arrives now must not hide that nothing came for too long. */
void failsafe_poll(void);

#endif
