/* Control messages: protobuf, read and written without a library. protocol.proto has their fields. */
#ifndef GL_MESSAGES_H
#define GL_MESSAGES_H

#include "config.h"

/* Field numbers up to this one are read; the others are skipped, as proto3 wants it. */
#define MESSAGE_FIELDS 6u

/* A message as it was read: value[n] is field n, 0 if absent; present has a bit for each. */
struct message {
    uint32_t value[MESSAGE_FIELDS + 1];
    uint8_t present;
};

/* False if it is malformed. `fixed` has a bit for each field that is a fixed32; the others are varints. */
bool message_read(struct message *message, const uint8_t *bytes, uint16_t length, uint8_t fixed);

/* Writers return the end. A field of value 0 is not written. */
uint8_t *write_varint(uint8_t *at, uint32_t value);
uint8_t *write_field(uint8_t *at, uint8_t number, uint32_t value);
uint8_t *write_fixed(uint8_t *at, uint8_t number, uint32_t value);
uint8_t *write_bytes(uint8_t *at, uint8_t number, const uint8_t *bytes, uint8_t length);

/* Reads a varint below 2^32 of at most five bytes; NULL if there is none before `end`. */
const uint8_t *read_varint(const uint8_t *at, const uint8_t *end, uint32_t *value);

static inline uint8_t varint_size(uint32_t value) {
    uint8_t size = 1;
    while (value >= 0x80) {
        value >>= 7;
        size++;
    }
    return size;
}
static inline uint32_t zigzag(int32_t value) { return ((uint32_t)value << 1) ^ (value < 0 ? 0xffffffffu : 0u); }
static inline int32_t unzigzag(uint32_t value) { return (int32_t)(value >> 1) ^ -(int32_t)(value & 1u); }

#endif
