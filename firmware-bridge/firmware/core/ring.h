/*
 * Bytes between the line and the main loop. One side is an interrupt routine or the loop of the target, the other the core; each index has
 * one writer.
 */
#ifndef GL_RING_H
#define GL_RING_H

#include "config.h"

typedef uint16_t ring_index;

extern uint8_t ring_rx[GL_RX_RING];
extern volatile ring_index ring_rx_head;
extern volatile ring_index ring_rx_tail;
extern volatile uint16_t ring_lost;
extern uint8_t ring_tx[GL_TX_RING];
extern volatile ring_index ring_tx_head;
extern volatile ring_index ring_tx_tail;

GL_INLINE ring_index ring_after(ring_index index) { return (ring_index)(index < GL_RX_RING - 1u ? index + 1u : 0u); }

/* ── the line's side; whole in its interrupt routines, which then save what they use and no more ── */
/* A byte came; it is dropped and counted if there is no room. */
GL_INLINE void ring_received(uint8_t byte) {
    const ring_index head = ring_rx_head;
    const ring_index next = ring_after(head);
    if (next == ring_rx_tail) {
        ring_lost++;
        return;
    }
    ring_rx[head] = byte;
    ring_rx_head = next;
}

GL_INLINE bool ring_to_send(void) { return ring_tx_head != ring_tx_tail; }

/* The next byte to send, or -1. */
GL_INLINE int16_t ring_next(void) {
    const ring_index tail = ring_tx_tail;
    if (tail == ring_tx_head) return -1;
    const uint8_t byte = ring_tx[tail];
    ring_tx_tail = (ring_index)((tail + 1u) & (GL_TX_RING - 1u));
    return byte;
}

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
