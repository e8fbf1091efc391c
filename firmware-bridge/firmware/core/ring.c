#include "ring.h"

uint8_t ring_rx[GL_RX_RING];
volatile ring_index ring_rx_head;
volatile ring_index ring_rx_tail;
volatile uint16_t ring_lost;
uint8_t ring_tx[GL_TX_RING];
volatile ring_index ring_tx_head;
volatile ring_index ring_tx_tail;

/* An index may be wider than what a processor reads at once: read until it did not change meanwhile. */
GL_INLINE ring_index settled(const volatile ring_index *index) {
    ring_index first = *index;
    for (;;) {
        const ring_index second = *index;
        if (first == second) return first;
        first = second;
    }
}

uint16_t ring_unread(void) {
    const ring_index head = settled(&ring_rx_head);
    const ring_index tail = ring_rx_tail;
    return (uint16_t)((head >= tail ? 0u : GL_RX_RING) + head - tail);
}

uint16_t ring_free(void) { return (uint16_t)(GL_RX_RING - 1u - ring_unread()); }

uint8_t ring_take(void) {
    const ring_index tail = ring_rx_tail;
    const uint8_t byte = ring_rx[tail];
    ring_rx_tail = ring_after(tail);
    return byte;
}

uint32_t ring_overruns(void) { return settled(&ring_lost); }

uint16_t ring_room(void) { return (uint16_t)((settled(&ring_tx_tail) - ring_tx_head - 1u) & (GL_TX_RING - 1u)); }

/* ── COBS (Cheshire & Baker 1999) ── */

static ring_index code_at;
static ring_index write_at;
static uint8_t code;

GL_INLINE void append(uint8_t byte) {
    ring_tx[write_at] = byte;
    write_at = (ring_index)((write_at + 1u) & (GL_TX_RING - 1u));
}

GL_INLINE void open_block(void) {
    code_at = write_at;
    append(0);
    code = 1;
}

GL_INLINE void close_block(void) {
    ring_tx[code_at] = code;
    open_block();
}

void cobs_begin(bool behind_zero) {
    write_at = ring_tx_head;
    if (behind_zero) append(0);
    open_block();
}

void cobs_byte(uint8_t value) {
    /* A full block stands for its 254 bytes alone, without a zero behind it. */
    if (code == 0xff) close_block();
    if (value == 0) {
        close_block();
        return;
    }
    append(value);
    code++;
}

/* Only now does the line see the frame. */
void cobs_finish(void) {
    ring_tx[code_at] = code;
    append(0);
    ring_tx_head = write_at;
}
