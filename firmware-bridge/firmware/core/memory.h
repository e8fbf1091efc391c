/*
 * Images that arrive, and what runs: PROTOCOL.md section 8. Messages are read between two ticks, so that what was committed runs from
 * the next one on. A target without the feature double buffer takes an image in place of the running one, which ends at WeightBegin.
 */
#ifndef GL_MEMORY_H
#define GL_MEMORY_H

#include "config.h"

/* What was swapped in last. */
extern uint8_t memory_region;
extern uint8_t memory_generation;

/* An image that runs; false if none does in this region. */
struct running {
    const uint8_t *bytes;
    size_t length;
    uint8_t generation;
};
bool memory_running(uint32_t region, struct running *found);

/* Takes a weight message and answers it; false if it is malformed. */
bool memory_receive(uint8_t code, const uint8_t *payload, uint16_t length);
/* The weights of this generation will have this shift; false if there is no such region or shift. */
bool memory_rescale(uint32_t region, uint32_t generation, int32_t shift);

#if GL_LEARNS
/* The network learns from here on (0: no longer); false if there is none, or no memory for it beside an image that may arrive. */
bool memory_learn(uint32_t seed);
/* Answers WeightRead; false if it is malformed. */
bool memory_read(const uint8_t *payload, uint16_t length);
#endif

#define WEIGHT_HEADER_BYTES 5u
struct weight_header {
    uint8_t region, generation;
    uint32_t offset;
};
/* The header of a chunk or a patch, which is longer. */
struct weight_header weight_header(const uint8_t *payload);
/* Applies the runs of a patch; false if one is malformed or leaves the image. */
bool patch_apply(const uint8_t *at, const uint8_t *end, uint32_t position, uint8_t *image, size_t total);

/* The board hears of a new network. */
void board_network(void);

#endif
