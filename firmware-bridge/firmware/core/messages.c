#include "messages.h"

#include <string.h>

#include "frame.h"

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
#define VARINT_BYTES 5u
/* A varint of protobuf, of which the low 32 bits are kept. */
#define LONG_VARINT_BYTES 10u

const uint8_t *read_varint(const uint8_t *at, const uint8_t *end, uint32_t *value) {
    uint32_t result = 0;
    for (uint8_t i = 0; i < VARINT_BYTES; i++) {
        if (at == end) return NULL;
        const uint8_t byte = *at++;
        if (i == VARINT_BYTES - 1u && byte > 15) return NULL;
        result |= (uint32_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = result;
            return at;
        }
    }
    return NULL;
}

static const uint8_t *read_long_varint(const uint8_t *at, const uint8_t *end, uint32_t *value) {
    uint32_t result = 0;
    for (uint8_t i = 0; i < LONG_VARINT_BYTES; i++) {
        if (at == end) return NULL;
        const uint8_t byte = *at++;
        if (i < VARINT_BYTES) result |= (uint32_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = result;
            return at;
        }
    }
    return NULL;
}

/* The value of one field, or NULL if it is cut off or of a wire type that proto3 does not have. */
static const uint8_t *read_value(const uint8_t *at, const uint8_t *end, uint8_t type, uint32_t *value) {
    if (type == VARINT) return read_long_varint(at, end, value);
    uint32_t size = type == FIXED64 ? 8 : 4;
    if (type == BYTES) {
        at = read_varint(at, end, &size);
        if (at == NULL) return NULL;
    } else if (type != FIXED64 && type != FIXED32) {
        return NULL;
    }
    if (size > (uint32_t)(end - at)) return NULL;
    if (type == FIXED32) *value = read32(at);
    return at + size;
}

bool message_read(struct message *message, const uint8_t *bytes, uint16_t length, uint8_t fixed) {
    const uint8_t *at = bytes;
    const uint8_t *const end = bytes + length;
    memset(message, 0, sizeof *message);
    while (at != end) {
        uint32_t tag;
        uint32_t value = 0;
        at = read_varint(at, end, &tag);
        if (at == NULL || tag < 8) return false;
        const uint8_t type = tag & 7;
        at = read_value(at, end, type, &value);
        if (at == NULL) return false;
        const uint32_t number = tag >> 3;
        if (number > MESSAGE_FIELDS) continue;
        /* A field of another type than ours is an unknown one. */
        if (type != ((fixed >> number & 1) != 0 ? FIXED32 : VARINT)) continue;
        message->value[number] = value;
        message->present = (uint8_t)(message->present | 1u << number);
    }
    return true;
}

uint8_t *write_varint(uint8_t *at, uint32_t value) {
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

uint8_t *write_field(uint8_t *at, uint8_t number, uint32_t value) {
    if (value == 0) return at;
    at = write_varint(at, (uint32_t)number << 3 | VARINT);
    return write_varint(at, value);
}

uint8_t *write_fixed(uint8_t *at, uint8_t number, uint32_t value) {
    if (value == 0) return at;
    at = write_varint(at, (uint32_t)number << 3 | FIXED32);
    write32(at, value);
    return at + 4;
}

uint8_t *write_bytes(uint8_t *at, uint8_t number, const uint8_t *bytes, uint8_t length) {
    at = write_varint(at, (uint32_t)number << 3 | BYTES);
    *at++ = length;
    memcpy(at, bytes, length);
    return at + length;
}
