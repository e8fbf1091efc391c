#include "memory.h"

#include <string.h>

#include "crc.h"
#include "frame.h"
#include "learn.h"
#include "link.h"
#include "messages.h"
#include "network.h"

#define MAX_SHIFT 24
#define READ_BYTES 112u
#define FEATURE_DOUBLE_BUFFER 16u
#define DOUBLE_BUFFER ((GL_FEATURES & FEATURE_DOUBLE_BUFFER) != 0)

enum {
    RECEIVING, COMMITTED, WRONG_CRC, WRONG_BASE, NOT_BEGUN, UNKNOWN_REGION, WRONG_SIZE, REFUSED, BUSY, EMPTY
};

uint8_t memory_region;
uint8_t memory_generation;

/* From below: the image of the network, what it sends and its weights; from above: an image that arrives beside them. */
static uint8_t arena[GL_ARENA] __attribute__((aligned(4)));
static size_t used;
static size_t image_length;
static uint8_t image_generation;

/* What arrives: one image at a time. */
static struct {
    bool begun, patched;
    uint8_t region, generation;
    uint32_t crc;
    size_t total, next;
    uint8_t *bytes;
} staging;
/* the host was told that its chunks are not what is expected, and has not yet reacted */
static bool complained;

static void answer(uint32_t region, uint32_t generation, uint32_t offset, uint32_t crc, uint8_t status) {
    /* In the memory of the message that is answered, which has been read. */
    uint8_t *const payload = frame.payload;
    uint8_t *at = write_field(payload, 1, region);
    at = write_field(at, 2, generation);
    at = write_field(at, 3, offset);
    at = write_fixed(at, 4, crc);
    at = write_field(at, 5, status);
    (void)link_send(WEIGHT_ACK, payload, (uint16_t)(at - payload));
}

bool memory_running(uint32_t region, struct running *found) {
    if (region == 0) {
        found->bytes = arena;
        found->length = image_length;
        found->generation = image_generation;
        return population_count > 0;
    }
    const struct projection *projection = region <= 255 ? network_projection((uint8_t)region) : NULL;
    if (projection == NULL || !projection->loaded) return false;
    found->bytes = (const uint8_t *)projection->weights;
    found->length = network_region_bytes(projection);
    found->generation = projection->generation;
    return true;
}

/* Where an image of a region is to arrive, or NULL if there is no room. */
static uint8_t *place_for(uint8_t region, size_t total) {
    if (DOUBLE_BUFFER) return total <= GL_ARENA - used ? arena + GL_ARENA - total : NULL;
    return region == 0 ? arena : (uint8_t *)network_projection(region)->weights;
}

static uint8_t admit(uint32_t region, uint32_t generation, uint32_t total) {
    if (region > 0 && (region > 255 || network_projection((uint8_t)region) == NULL)) return UNKNOWN_REGION;
    const size_t limit = region == 0 ? GL_IMAGE_BYTES : network_region_bytes(network_projection((uint8_t)region));
    if (generation > 255 || total == 0 || total > limit || (region > 0 && total != limit)) return WRONG_SIZE;
    return RECEIVING;
}

/* What runs ends, for another image takes its place. */
static void vacate(uint8_t region) {
    if (region > 0) {
        network_projection(region)->loaded = false;
        return;
    }
    network_drop();
    image_length = 0;
    used = 0;
    board_network();
}

static void begin(const struct message *message) {
    const uint32_t *value = message->value;
    const uint32_t region = value[1];
    const uint32_t generation = value[2];
    const uint32_t crc = value[4];
    complained = false;
    const uint8_t admitted = admit(region, generation, value[3]);
    if (admitted != RECEIVING) {
        answer(region, generation, 0, crc, admitted);
        return;
    }
    const size_t total = (size_t)value[3];
    struct running running;
    const bool runs = memory_running(region, &running) && running.length == total;
    if (runs && running.generation == generation && crc32c(running.bytes, total, CRC32C_START) == crc) {
        answer(region, generation, (uint32_t)total, crc, COMMITTED);
        return;
    }
    const bool patched = (message->present & 1u << 5) != 0;
    if (patched && (!runs || running.generation != value[5])) {
        answer(region, generation, 0, crc, WRONG_BASE);
        return;
    }
    const bool resumes = !patched && staging.begun && !staging.patched && staging.region == region && staging.generation == generation &&
                         staging.crc == crc && staging.total == total;
    if (resumes) {
        answer(region, generation, (uint32_t)staging.next, crc, RECEIVING);
        return;
    }
    uint8_t *bytes = place_for((uint8_t)region, total);
    staging.begun = bytes != NULL;
    if (bytes == NULL) {
        answer(region, generation, 0, crc, WRONG_SIZE);
        return;
    }
    staging.patched = patched;
    staging.region = (uint8_t)region;
    staging.generation = (uint8_t)generation;
    staging.crc = crc;
    staging.total = total;
    staging.next = 0;
    staging.bytes = bytes;
    if (!DOUBLE_BUFFER) vacate((uint8_t)region);
    else if (patched) memcpy(bytes, running.bytes, total);
    answer(region, generation, 0, crc, RECEIVING);
}

/* Only the first of a row of wrong chunks is answered. */
static void complain(uint8_t region, uint8_t generation, size_t next, uint8_t status) {
    if (complained) return;
    complained = true;
    answer(region, generation, (uint32_t)next, 0, status);
}

bool patch_apply(const uint8_t *at, const uint8_t *end, uint32_t position, uint8_t *image, size_t total) {
    while (at != end) {
        uint32_t skip;
        uint32_t length;
        at = read_varint(at, end, &skip);
        if (at == NULL) return false;
        at = read_varint(at, end, &length);
        if (at == NULL || length < 1 || length > (uint32_t)(end - at)) return false;
        if (position > total || skip > total - position) return false;
        position += skip;
        if (length > total - position) return false;
        memcpy(image + position, at, (size_t)length);
        at += length;
        position += length;
    }
    return true;
}

struct weight_header weight_header(const uint8_t *payload) {
    const struct weight_header header = {payload[0], payload[1], (uint32_t)payload[2] | (uint32_t)payload[3] << 8 | (uint32_t)payload[4] << 16};
    return header;
}

static void body(bool patch, const uint8_t *payload, uint16_t length) {
    const struct weight_header header = weight_header(payload);
    const uint8_t region = header.region;
    const uint8_t generation = header.generation;
    const size_t size = length - WEIGHT_HEADER_BYTES;
    if (!staging.begun || staging.region != region || staging.generation != generation || staging.patched != patch) {
        complain(region, generation, 0, NOT_BEGUN);
        return;
    }
    if (patch) {
        if (patch_apply(payload + WEIGHT_HEADER_BYTES, payload + length, header.offset, staging.bytes, staging.total)) return;
        staging.begun = false;
        complain(region, generation, 0, NOT_BEGUN);
        return;
    }
    if (header.offset != staging.next || size > staging.total - staging.next) {
        complain(region, generation, staging.next, RECEIVING);
        return;
    }
    memcpy(staging.bytes + staging.next, payload + WEIGHT_HEADER_BYTES, size);
    staging.next += size;
    complained = false;
}

/* The largest image that may arrive beside a network. */
static size_t largest_beside(const uint8_t *image) {
    if (!DOUBLE_BUFFER) return 0;
    size_t beside = GL_IMAGE_BYTES;
    for (uint8_t k = 0; k < image[7]; k++) {
        const uint8_t *record = image + 16u + 32u * image[6] + 16u * (size_t)k;
        const size_t region = (size_t)read32(image + 20u + 32u * record[0]) * (size_t)read32(image + 20u + 32u * record[1]);
        if (region > beside) beside = region;
    }
    return beside;
}

/* Whether this board can run a network and still take images beside it. */
static bool fits(const uint8_t *image, size_t total) {
    if (!network_check(image, total)) return false;
    const size_t beside = largest_beside(image);
    const size_t needed = total + network_bytes(image);
    return needed <= GL_ARENA && beside <= GL_ARENA - needed;
}

static bool swap(void) {
    if (staging.region > 0) {
        struct projection *projection = network_projection(staging.region);
        memmove(projection->weights, staging.bytes, staging.total);
        projection->generation = staging.generation;
        projection->loaded = true;
        projection->known = true;
        if (projection->rescaled && projection->next_generation == staging.generation) projection->shift = projection->next_shift;
        projection->rescaled = false;
    } else {
        if (!fits(staging.bytes, staging.total)) return false;
        memmove(arena, staging.bytes, staging.total);
        image_length = staging.total;
        image_generation = staging.generation;
        used = image_length + network_bytes(arena);
        network_build(arena, arena + image_length);
        board_network();
    }
    memory_region = staging.region;
    memory_generation = staging.generation;
    return true;
}

static void commit(const struct message *message) {
    const uint32_t *value = message->value;
    const uint32_t region = value[1];
    const uint32_t generation = value[2];
    const uint32_t total = value[3];
    const uint32_t crc = value[4];
    if (!staging.begun || staging.region != region || staging.generation != generation || staging.total != total) {
        /* Perhaps the answer to the first commit was lost with the session. */
        struct running running;
        const bool done = memory_running(region, &running) && running.generation == generation && running.length == total &&
                          crc32c(running.bytes, running.length, CRC32C_START) == crc;
        answer(region, generation, done ? total : 0, crc, done ? COMMITTED : NOT_BEGUN);
        return;
    }
    if (!staging.patched && staging.next < staging.total) {
        answer(region, generation, (uint32_t)staging.next, crc, RECEIVING);
        return;
    }
    staging.begun = false;
    if (staging.crc != crc || crc32c(staging.bytes, staging.total, CRC32C_START) != crc) answer(region, generation, 0, crc, WRONG_CRC);
    else if (!swap()) answer(region, generation, 0, crc, REFUSED);
    else answer(region, generation, total, crc, COMMITTED);
}

/* The CRC is computed anew, so that a bit that changed in memory shows. */
static void query(uint32_t region) {
    struct running running;
    if (memory_running(region, &running))
        answer(region, running.generation, (uint32_t)running.length, crc32c(running.bytes, running.length, CRC32C_START), COMMITTED);
    else
        answer(region, 0, 0, 0, EMPTY);
}

bool memory_receive(uint8_t code, const uint8_t *payload, uint16_t length) {
    if (code == WEIGHT_CHUNK || code == WEIGHT_PATCH) {
        if (length <= WEIGHT_HEADER_BYTES) return false;
        body(code == WEIGHT_PATCH, payload, length);
        return true;
    }
    struct message message;
    if (!message_read(&message, payload, length, 1u << 4)) return false;
    if (code == WEIGHT_BEGIN) begin(&message);
    else if (code == WEIGHT_COMMIT) commit(&message);
    else query(message.value[1]);
    return true;
}

#if GL_LEARNS

bool memory_learn(uint32_t seed) {
    if (population_count == 0 || staging.begun) return false;
    const size_t taken = image_length + network_bytes(arena);
    const size_t from = (taken + 3u) & ~(size_t)3u;
    const size_t end = seed == 0 ? taken : from + learn_bytes();
    const size_t beside = largest_beside(arena);
    if (end > GL_ARENA || beside > GL_ARENA - end) return false;
    used = end;
    learn_begin(seed, arena + from);
    return true;
}

bool memory_read(const uint8_t *payload, uint16_t length) {
    uint8_t answered[WEIGHT_HEADER_BYTES + READ_BYTES];
    if (length != WEIGHT_HEADER_BYTES || payload[4] < 1 || payload[4] > READ_BYTES) return false;
    const size_t offset = payload[1] | (size_t)payload[2] << 8 | (size_t)payload[3] << 16;
    struct running running;
    const bool there = memory_running(payload[0], &running) && offset < running.length;
    const size_t left = there ? running.length - offset : 0;
    const uint16_t count = (uint16_t)(left < payload[4] ? left : payload[4]);
    answered[0] = payload[0];
    answered[1] = there ? running.generation : 0;
    memcpy(answered + 2, payload + 1, 3);
    if (there) memcpy(answered + WEIGHT_HEADER_BYTES, running.bytes + offset, count);
    (void)link_send(WEIGHT_DATA, answered, (uint16_t)(WEIGHT_HEADER_BYTES + count));
    return true;
}

#endif

bool memory_rescale(uint32_t region, uint32_t generation, int32_t shift) {
    if (region > 255 || shift < 0 || shift > MAX_SHIFT) return false;
    struct projection *projection = network_projection((uint8_t)region);
    if (projection == NULL) return false;
    projection->rescaled = true;
    projection->next_generation = (uint8_t)generation;
    projection->next_shift = (uint8_t)shift;
    return true;
}
