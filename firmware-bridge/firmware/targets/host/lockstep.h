/* The process in the time of whoever feeds it, and what it lends to that. */
#ifndef GL_LOCKSTEP_H
#define GL_LOCKSTEP_H

#include "config.h"

/* How it starts: the number of the start, its ResetCause, what the clock shows, and what a tick takes, µs. */
struct start {
    uint32_t boot_id, micros, compute;
    uint8_t cause;
};

/* Serves questions until standard input ends; the exit code. */
int lockstep_run(void);

/* The clock shows so much, unless a tick has carried it further. */
void host_time(uint32_t micros);
/* Every output is at its safe value, and none is armed. */
bool host_safe(void);
/* Writes all of it; false if nobody reads any more. */
bool host_write(const uint8_t *bytes, size_t length);
/* Takes what waits to be sent, at most `room` bytes; returns how many. */
size_t host_drain(uint8_t *out, size_t room);

#endif
