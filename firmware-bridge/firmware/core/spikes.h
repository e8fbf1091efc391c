/* The payload of a Spikes message: PROTOCOL.md section 7. */
#ifndef GL_SPIKES_H
#define GL_SPIKES_H

#include "config.h"

typedef void spike_visitor(uint32_t tick, uint32_t id, uint32_t value);

/*
 * Walks the groups of a payload and hands every spike to `visit`, if there is one. Returns the number of groups, or -1 if it breaks a rule
 * or names an id of `ids` or above. `base` is its base tick, `first` the tick of its first group.
 */
int16_t spikes_read(const uint8_t *payload, uint16_t length, uint32_t ids, uint32_t *base, uint32_t *first, spike_visitor *visit);

/*
 * Writes the next message of at most `limit` bytes that answers `tick`: the ascending ids[*from..count), or as many as fit, which then go
 * ahead of the message that ends the tick. Moves *from on and returns the length; the message ends the tick if *from is count.
 */
uint16_t spikes_write(uint8_t *payload, uint16_t limit, uint32_t tick, const gl_id *ids, uint16_t count, uint16_t *from);

#endif
