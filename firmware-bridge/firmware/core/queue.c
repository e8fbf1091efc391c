#include "queue.h"

#include <string.h>

#include "network.h"
#include "spikes.h"

#define HELD ((uint32_t)GL_HELD)

uint32_t queue_next;
uint32_t queue_strays;
uint32_t queue_overruns;

static gl_value values[GL_HELD][GL_INPUTS];
static uint32_t arrived_at[GL_HELD];
static bool counting;
static uint32_t ended;

GL_INLINE gl_value *values_of(uint32_t tick) { return values[tick & (HELD - 1u)]; }
GL_INLINE int32_t ahead_of(uint32_t tick, uint32_t other) { return (int32_t)(tick - other); }

bool queue_ready(void) { return counting && ahead_of(ended, queue_next) >= 0; }
const gl_value *queue_values(void) { return values_of(queue_next); }
uint32_t queue_arrived_at(void) { return arrived_at[queue_next & (HELD - 1u)]; }

void queue_done(void) {
    memset(values_of(queue_next), 0, sizeof values[0]);
    queue_next++;
}

void queue_clear(void) {
    counting = false;
    memset(values, 0, sizeof values);
}

static void restart(uint32_t tick) {
    if (queue_ready()) queue_overruns += ended - queue_next + 1u;
    queue_clear();
    counting = true;
    queue_next = tick;
    ended = tick - 1u;
}

/* Everything up to `tick` has been told. */
static void end(uint32_t tick, uint32_t now) {
    while (ahead_of(tick, queue_next) >= (int32_t)HELD) {
        queue_overruns++;
        queue_done();
    }
    for (uint32_t one = ended + 1u; ahead_of(tick, one) >= 0; one++) arrived_at[one & (HELD - 1u)] = now;
    ended = tick;
}

/* Index of an id among the inputs; the number of inputs where it is none. */
static uint16_t input_of(uint32_t id) {
    for (uint8_t p = 0; p < population_count; p++) {
        const struct population *population = &populations[p];
        if (id - population->first < population->size)
            return population->record[0] == SOURCE ? (uint16_t)(population->input + id - population->first) : network_inputs;
    }
    return network_inputs;
}

static void hold(uint32_t tick, uint32_t id, uint32_t value) {
    const int32_t wait = ahead_of(tick, queue_next);
    const uint16_t input = input_of(id);
    if (wait < 0 || wait >= (int32_t)HELD || input == network_inputs) queue_strays++;
    else values_of(tick)[input] = (gl_value)(value > GL_MAX_GRADE ? GL_MAX_GRADE : value);
}

bool queue_take(const uint8_t *payload, uint16_t length, uint32_t now) {
    uint32_t base;
    uint32_t first;
    /* Once to see whether it is right, for a message is taken whole or not at all. */
    const int16_t groups = spikes_read(payload, length, network_ids, &base, &first, NULL);
    if (groups < 0) return false;
    const bool ends = groups == 0 || first == base;
    const int32_t ahead = ahead_of(base, ended);
    /* A host that counts anew, or that skipped more than can be made up for, is followed. */
    if (!counting || ahead < 0 || (ends && ahead == 0) || ahead > (int32_t)HELD) restart(ends ? base : first);
    if (ends) end(base, now);
    (void)spikes_read(payload, length, network_ids, &base, &first, hold);
    return true;
}
