#include "frame.h"

#include "crc.h"
#include "hal.h"
#include "ring.h"

#define HEADER 4u
/* Header and payload of at most so many bytes have CRC-16. */
#define SHORT_BODY 64u

struct frame_format frame_format;
struct frame frame;

static uint8_t buffer[GL_MAX_FRAME];
static uint16_t length;
static uint8_t left;
static uint8_t previous_code;
static bool overflow;

void frame_session(uint32_t session, bool wide) {
    uint8_t salt[4];
    write32(salt, session);
    frame_format.seed16 = crc16(salt, 4, GL_SCHEMA16);
    frame_format.seed32 = crc32c(salt, 4, GL_SCHEMA32);
    frame_format.wide = wide;
}

/* Hello and Caps start from the plain values. */
static struct frame_format format_of(uint8_t type) {
    if (!is_handshake(type & CODE_MASK)) return frame_format;
    const struct frame_format plain = {CRC16_START, CRC32C_START, false};
    return plain;
}

static enum frame_event check(void) {
    if (length < HEADER + 2u) return FRAME_DAMAGED;
    const struct frame_format format = format_of(buffer[0]);
    const bool wide = format.wide || length - 2u > SHORT_BODY;
    const uint16_t body = (uint16_t)(length - (wide ? 4u : 2u));
    /* Lengths that no sender makes. */
    if (body < HEADER || (wide && !format.wide && body <= SHORT_BODY)) return FRAME_DAMAGED;
    const bool good = wide ? crc32c(buffer, body, format.seed32) == read32(buffer + body)
                           : crc16(buffer, body, format.seed16) == read16(buffer + body);
    if (!good) return FRAME_DAMAGED;
    frame.type = buffer[0];
    frame.seq = buffer[1];
    frame.ack = buffer[2];
    frame.credit = buffer[3];
    frame.payload = buffer + HEADER;
    frame.length = (uint16_t)(body - HEADER);
    return FRAME_GOOD;
}

GL_INLINE void append(uint8_t byte) {
    if (length < GL_MAX_FRAME) buffer[length++] = byte;
    else overflow = true;
}

static enum frame_event delimiter(void) {
    const bool begun = previous_code != 0;
    const bool whole = left == 0 && !overflow;
    previous_code = 0;
    left = 0;
    if (!begun) return FRAME_MORE;
    return whole ? check() : FRAME_DAMAGED;
}

enum frame_event frame_push(uint8_t byte) {
    if (byte == 0) return delimiter();
    if (left > 0) {
        left--;
        append(byte);
        return FRAME_MORE;
    }
    /* A new code byte: the block before it stands for a zero too, unless it was full or there was none. */
    if (previous_code == 0) {
        length = 0;
        overflow = false;
    } else if (previous_code != 0xff) {
        append(0);
    }
    previous_code = byte;
    left = (uint8_t)(byte - 1u);
    return FRAME_MORE;
}

uint8_t *frame_scratch(void) { return buffer; }

uint16_t frame_room(void) { return (uint16_t)(previous_code == 0 ? GL_MAX_FRAME : GL_MAX_FRAME - length); }

bool frame_write(uint8_t type, uint8_t seq, uint8_t ack, uint8_t credit, const uint8_t *payload, uint16_t size) {
    if (ring_room() < GL_WIRE(size) + 1u) return false;
    const uint8_t header[HEADER] = {type, seq, ack, credit};
    const struct frame_format format = format_of(type);
    const bool wide = format.wide || HEADER + size > SHORT_BODY;
    uint32_t crc = wide ? crc32c(payload, size, crc32c(header, HEADER, format.seed32))
                        : crc16(payload, size, crc16(header, HEADER, format.seed16));
    cobs_begin(is_handshake(type & CODE_MASK));
    for (uint8_t i = 0; i < HEADER; i++) cobs_byte(header[i]);
    for (uint16_t i = 0; i < size; i++) cobs_byte(payload[i]);
    for (uint8_t i = 0; i < (wide ? 4 : 2); i++, crc >>= 8) cobs_byte((uint8_t)crc);
    cobs_finish();
    hal_transmit();
    return true;
}
