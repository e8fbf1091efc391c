#include "spikes.h"

#include "frame.h"
#include "messages.h"

#define BASE_BYTES 4u

int16_t spikes_read(const uint8_t *payload, uint16_t length, uint32_t ids, uint32_t *base, uint32_t *first, spike_visitor *visit) {
    if (length < BASE_BYTES) return -1;
    const uint8_t *at = payload + BASE_BYTES;
    const uint8_t *const end = payload + length;
    uint32_t tick = read32(payload);
    int16_t groups = 0;
    *base = tick;
    *first = tick;
    while (at != end) {
        uint32_t delta;
        uint32_t head;
        at = read_varint(at, end, &delta);
        if (at == NULL) return -1;
        at = read_varint(at, end, &head);
        if (at == NULL || (delta == 0 && groups > 0) || head < 2) return -1;
        tick += delta;
        if (groups++ == 0) *first = tick;
        uint32_t next = 0;
        for (uint32_t n = head >> 1; n > 0; n--) {
            uint32_t gap;
            uint32_t value = 1;
            at = read_varint(at, end, &gap);
            if (at == NULL || gap >= ids - next) return -1;
            if ((head & 1) != 0) at = read_varint(at, end, &value);
            if (at == NULL) return -1;
            if (visit != NULL) visit(tick, next + gap, value);
            next += gap + 1u;
        }
    }
    return groups;
}

uint16_t spikes_write(uint8_t *payload, uint16_t limit, uint32_t tick, const gl_id *ids, uint16_t count, uint16_t *from) {
    /* Behind base, delta and a count at its longest. */
    uint16_t room = (uint16_t)(limit - BASE_BYTES - 1u - varint_size((uint32_t)(count - *from) << 1));
    uint32_t next = 0;
    uint16_t to = *from;
    for (; to < count; to++) {
        const uint8_t size = varint_size(ids[to] - next);
        if (size > room) break;
        room = (uint16_t)(room - size);
        next = ids[to] + 1u;
    }
    const bool ends = to == count;
    write32(payload, ends ? tick : tick - 1u);
    uint8_t *at = payload + BASE_BYTES;
    if (to > *from) {
        *at++ = ends ? 0 : 1;
        at = write_varint(at, (uint32_t)(to - *from) << 1);
        next = 0;
        for (uint16_t i = *from; i < to; i++) {
            at = write_varint(at, ids[i] - next);
            next = ids[i] + 1u;
        }
        *from = to;
    }
    return (uint16_t)(at - payload);
}
