#include "ring.h"

typedef uint16_t ring_index;

static uint8_t received[GL_RX_RING];
static volatile ring_index rx_head;
static volatile ring_index rx_tail;
static volatile uint16_t overruns;

static uint8_t sending[GL_TX_RING];
static volatile ring_index tx_head;
static volatile ring_index tx_tail;

/* An index may be wider than what a processor reads at once: read until it did not change meanwhile. */
static ring_index settled(const volatile ring_index *index) {
    ring_index first = *index;
    for (;;) {
        const ring_index second = *index;
        if (first == second) return first;
        first = second;
    }
}

static ring_index after(ring_index index) { return (ring_index)(index < GL_RX_RING - 1u ? index + 1u : 0u); }

void ring_received(uint8_t byte) {
    const ring_index head = rx_head;
    const ring_index next = after(head);
    if (next == rx_tail) {
        overruns++;
        return;
    }
    received[head] = byte;
    rx_head = next;
}

uint16_t ring_unread(void) {
    const ring_index head = settled(&rx_head);
    const ring_index tail = rx_tail;
    return (uint16_t)((head >= tail ? 0u : GL_RX_RING) + head - tail);
}

uint16_t ring_free(void) { return (uint16_t)(GL_RX_RING - 1u - ring_unread()); }

uint8_t ring_take(void) {
    const ring_index tail = rx_tail;
    const uint8_t byte = received[tail];
    rx_tail = after(tail);
    return byte;
}

uint32_t ring_overruns(void) { return settled(&overruns); }

bool ring_to_send(void) { return tx_head != tx_tail; }

int16_t ring_next(void) {
    const ring_index tail = tx_tail;
    if (tail == tx_head) return -1;
    const uint8_t byte = sending[tail];
    tx_tail = (ring_index)((tail + 1u) & (GL_TX_RING - 1u));
    return byte;
}

uint16_t ring_room(void) { return (uint16_t)((settled(&tx_tail) - tx_head - 1u) & (GL_TX_RING - 1u)); }

/* ── COBS (Cheshire & Baker 1999) ── */

static ring_index code_at;
static ring_index write_at;
static uint8_t code;

static void append(uint8_t byte) {
    sending[write_at] = byte;
    write_at = (ring_index)((write_at + 1u) & (GL_TX_RING - 1u));
}

static void open_block(void) {
    code_at = write_at;
    append(0);
    code = 1;
}

static void close_block(void) {
    sending[code_at] = code;
    open_block();
}

void cobs_begin(bool behind_zero) {
    write_at = tx_head;
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
    sending[code_at] = code;
    append(0);
    tx_head = write_at;
}
