/* The sending half of the reliable class: go-back-N over a few slots, with an adaptive timeout (RFC 6298). */
#ifndef GL_DELIVERY_H
#define GL_DELIVERY_H

#include "config.h"

struct delivery_message {
    uint8_t code, seq, length;
    const uint8_t *payload;
};

/* A new session: empty, numbered from 0. */
void delivery_reset(void);
bool delivery_full(void);
bool delivery_push(uint8_t code, const uint8_t *payload, uint8_t length);
/* The message to send next, if there is one; delivery_sent() when it is on its way. */
bool delivery_next(struct delivery_message *message);
void delivery_sent(uint32_t now);
/* Bytes on the wire of what is in flight. */
int32_t delivery_in_flight(void);
void delivery_acknowledge(uint8_t ack, uint32_t now);
void delivery_nak(uint32_t now);
/* Starts again from the oldest when its time is over. */
void delivery_poll(uint32_t now);
/* The other end does not answer, or one message never gets through. */
bool delivery_hopeless(void);
/* Smoothed round trip, µs; 0 before the first measurement. */
uint32_t delivery_round_trip(void);

#endif
