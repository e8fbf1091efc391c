/* The device's end of a session: handshake, delivery, credit, heartbeats (PROTOCOL.md sections 6 and 9). */
#ifndef GL_LINK_H
#define GL_LINK_H

#include "config.h"

/* Largest payload of a reliable message of a device: WeightAck. */
#define LINK_RELIABLE_BYTES 20u

/* Frames of the session that were good, and all that were not; reliable ones sent again; unreliable ones that never came, came too late, and were not sent. */
struct link_counters {
    uint32_t heard;
    uint32_t damaged;
    uint32_t retransmits;
    uint32_t lost;
    uint32_t late;
    uint32_t shed;
};
extern struct link_counters link_counters;

/* Starts, and says so on the line. */
void link_start(void);
/* Reads what has arrived, up to the end of the next frame, and does what is due. */
void link_poll(void);

/* Number of the running session, or 0. */
uint32_t link_session(void);
/* When the last valid frame of the session came, µs. */
uint32_t link_heard_at(void);
/* Largest payload that can be sent. */
uint16_t link_max_payload(void);

/* Sends a message of the session; false if there is no room for it now, or no session. Reliable ones have LINK_RELIABLE_BYTES at most. */
bool link_send(uint8_t code, const uint8_t *payload, uint16_t length);
/* Error {reason, context} */
void link_error(uint8_t reason, uint32_t context);

/* ── what the board gives to the link ── */
/* A message of the session; false if it is unknown or malformed. Answers at most one reliable message. */
bool board_message(uint8_t code, uint8_t *payload, uint16_t length);
/* The session has begun or ended. */
void board_session(void);
/* Writes Caps for a session into 120 bytes at `payload`; returns its length. */
uint16_t board_caps(uint8_t *payload, uint32_t session);

enum { ERROR_UNKNOWN_MESSAGE = 1, ERROR_MALFORMED = 2, ERROR_REJECTED = 3, ERROR_OVERRUN = 4, ERROR_HARDWARE = 5, ERROR_TIMING = 6 };

#endif
