/*
 * Bytes between the line and the main loop. One side is an interrupt routine or the loop of the target, the other the core; each index has
 * one writer.
 */
#ifndef GL_RING_H
#define GL_RING_H

#include "config.h"

/* ── the line's side ── */
/* A byte came; it is dropped and counted if there is no room. */
void ring_received(uint8_t byte);
/* The next byte to send, or -1. */
int16_t ring_next(void);
bool ring_to_send(void);

/* ── the core's side ── */
/* Bytes that can still arrive unread. */
uint16_t ring_free(void);
/* Bytes at hand, and the first of them. */
uint16_t ring_unread(void);
uint8_t ring_take(void);
uint32_t ring_overruns(void);

/* Bytes that can be sent now. */
uint16_t ring_room(void);
/* COBS into the transmit ring: begin (behind a zero that ends whatever half frame the other end holds), bytes, finish. The caller has made sure of the room. */
void cobs_begin(bool behind_zero);
void cobs_byte(uint8_t value);
void cobs_finish(void);

#endif
