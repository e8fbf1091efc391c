#include "network.h"

#include <string.h>

#include "frame.h"
#include "integer.h"

#define HEADER 16u
#define POPULATION 32u
#define PROJECTION 16u
#define MAX_REGION 0xffffffu
#define MAX_SHIFT 24u
#define ONE 65536u
enum { RESET_ZERO = 1, REPORT = 2, BETA_TABLE = 4 };

struct population populations[GL_POPULATIONS];
struct projection projections[GL_PROJECTIONS];
uint8_t population_count;
uint8_t projection_count;
uint16_t network_ids;
uint16_t network_inputs;
uint16_t network_outputs;
gl_id network_spikes[GL_NEURONS];
uint16_t network_spike_count;

static uint32_t tick_us;
static int32_t states[GL_NEURONS + GL_OUTPUTS];
static int32_t adaptations[GL_NEURONS];
static gl_silent silent[GL_NEURONS];
#if GL_LEARNS
static bool held[GL_NEURONS];
#endif
static int32_t currents[GL_NEURONS > GL_OUTPUTS ? GL_NEURONS : GL_OUTPUTS];
static gl_sum sums[GL_NEURONS > GL_OUTPUTS ? GL_NEURONS : GL_OUTPUTS];

/* ── the image ── */

GL_INLINE uint8_t kind_of(const uint8_t *record) { return record[0]; }
GL_INLINE uint8_t flags_of(const uint8_t *record) { return record[1]; }
GL_INLINE uint32_t size_of(const uint8_t *record) { return read32(record + 4); }
static const uint8_t *record_at(const uint8_t *image, uint8_t population) { return image + HEADER + POPULATION * population; }
static const uint8_t *projection_at(const uint8_t *image, uint8_t projection) {
    return image + HEADER + POPULATION * image[6] + PROJECTION * (size_t)projection;
}

/* Rows that a population keeps of what it sent: the last tick, and as many as its longest projection needs. */
static uint8_t rows_of(const uint8_t *image, uint8_t population) {
    uint16_t rows = kind_of(record_at(image, population)) == SOURCE ? 1 : 2;
    for (uint8_t k = 0; k < image[7]; k++) {
        const uint8_t *record = projection_at(image, k);
        const uint16_t needed = (uint16_t)(read16(record + 4) + 1u);
        if (record[0] == population && needed > rows) rows = needed;
    }
    return (uint8_t)rows;
}

static size_t row_bytes(const uint8_t *record) {
    const uint8_t kind = kind_of(record);
    const size_t size = (size_t)size_of(record);
    return kind == SOURCE ? size * sizeof(gl_value) : kind == INTEGRATOR ? 0 : (size + 7u) / 8u;
}

static bool population_runs(const uint8_t *record) {
    const uint8_t kind = kind_of(record);
    const uint32_t size = size_of(record);
    const uint32_t refractory = read16(record + 2);
    return kind <= INTEGRATOR && flags_of(record) <= (RESET_ZERO | REPORT | BETA_TABLE) && size >= 1 && size <= 65535 &&
           refractory <= GL_MAX_REFRACTORY && read32(record + 12) <= ONE && read32(record + 16) == 0 &&
           read32(record + 20) <= ONE;
}

static bool projection_runs(const uint8_t *image, uint8_t projection) {
    const uint8_t *record = projection_at(image, projection);
    const uint8_t pre = record[0];
    const uint8_t post = record[1];
    const uint16_t delay = read16(record + 4);
    if (pre >= image[6] || post >= image[6] || record[2] == 0 || record[3] > MAX_SHIFT) return false;
    if (delay > GL_MAX_DELAY || (pre >= post && delay == 0)) return false;
    for (uint8_t k = 0; k < projection; k++) {
        if (projection_at(image, k)[2] == record[2]) return false;
    }
    return kind_of(record_at(image, pre)) != INTEGRATOR && kind_of(record_at(image, post)) != SOURCE;
}

static uint32_t synapses_of(const uint8_t *image, uint8_t projection) {
    const uint8_t *record = projection_at(image, projection);
    return size_of(record_at(image, record[0])) * size_of(record_at(image, record[1]));
}

bool network_check(const uint8_t *image, size_t length) {
    static const uint8_t magic[6] = {0x47, 0x4e, 0x57, 0x31, 1, 0};
    if (length < HEADER || memcmp(image, magic, sizeof magic) != 0) return false;
    const uint16_t count = image[6];
    const uint16_t between = image[7];
    if (count < 1 || count > GL_POPULATIONS || between > GL_PROJECTIONS || read32(image + 8) < GL_TICK_US) return false;
    size_t expected = HEADER + POPULATION * (size_t)count + PROJECTION * (size_t)between;
    if (length < expected) return false;
    uint32_t counts[4] = {0, 0, 0, 0};
    for (uint8_t p = 0; p < count; p++) {
        const uint8_t *record = record_at(image, p);
        if (!population_runs(record)) return false;
        counts[kind_of(record)] += size_of(record);
        if ((flags_of(record) & BETA_TABLE) == 0) continue;
        if (size_of(record) > (length - expected) / 4u) return false;
        expected += 4u * (size_t)size_of(record);
    }
    if (expected != length) return false;
    if (counts[SOURCE] > GL_INPUTS || counts[LIF] + counts[ALIF] > GL_NEURONS || counts[INTEGRATOR] > GL_OUTPUTS) return false;
    uint32_t synapses = 0;
    for (uint8_t k = 0; k < between; k++) {
        if (!projection_runs(image, k)) return false;
        synapses += synapses_of(image, k);
    }
    return synapses <= GL_SYNAPSES;
}

size_t network_bytes(const uint8_t *image) {
    size_t bytes = 0;
    for (uint8_t p = 0; p < image[6]; p++) bytes += row_bytes(record_at(image, p)) * rows_of(image, p);
    for (uint8_t k = 0; k < image[7]; k++) bytes += (size_t)synapses_of(image, k);
    return bytes;
}

void network_drop(void) {
    population_count = 0;
    projection_count = 0;
}

void network_build(const uint8_t *image, uint8_t *memory) {
    population_count = image[6];
    projection_count = image[7];
    tick_us = read32(image + 8);
    const uint8_t *betas = projection_at(image, projection_count);
    uint16_t state = 0;
    uint16_t spiking = 0;
    network_ids = network_inputs = network_outputs = 0;
    for (uint8_t p = 0; p < population_count; p++) {
        struct population *population = &populations[p];
        const uint8_t *record = record_at(image, p);
        const uint16_t size = (uint16_t)size_of(record);
        const uint8_t kind = kind_of(record);
        population->record = record;
        population->betas = (flags_of(record) & BETA_TABLE) != 0 ? betas : NULL;
        if (population->betas != NULL) betas += 4u * (size_t)size;
        population->first = (gl_id)network_ids;
        population->state = (gl_id)state;
        population->spiking = (gl_id)spiking;
        population->input = (gl_id)network_inputs;
        population->size = (gl_id)size;
        population->rows = rows_of(image, p);
        population->sent = memory;
        memory += row_bytes(record) * population->rows;
        network_ids = (uint16_t)(network_ids + size);
        if (kind == SOURCE) network_inputs = (uint16_t)(network_inputs + size);
        else state = (uint16_t)(state + size);
        if (kind == LIF || kind == ALIF) spiking = (uint16_t)(spiking + size);
        if (kind == INTEGRATOR) network_outputs = (uint16_t)(network_outputs + size);
    }
    for (uint8_t k = 0; k < projection_count; k++) {
        struct projection *projection = &projections[k];
        const uint8_t *record = projection_at(image, k);
        memset(projection, 0, sizeof *projection);
        projection->record = record;
        projection->shift = record[3];
        projection->weights = (int8_t *)memory;
        memory += synapses_of(image, k);
    }
    network_rest();
}

struct projection *network_projection(uint8_t region) {
    for (uint8_t k = 0; k < projection_count; k++) {
        if (projections[k].record[2] == region) return &projections[k];
    }
    return NULL;
}

size_t network_region_bytes(const struct projection *projection) {
    return (size_t)populations[projection->record[0]].size * populations[projection->record[1]].size;
}

bool network_complete(void) {
    for (uint8_t k = 0; k < projection_count; k++) {
        if (!projections[k].loaded) return false;
    }
    return population_count > 0;
}

bool network_known(void) {
    for (uint8_t k = 0; k < projection_count; k++) {
        if (!projections[k].known) return false;
    }
    return population_count > 0;
}

uint32_t network_tick_us(void) { return tick_us; }

int32_t network_state(uint8_t population, uint16_t neuron) {
    const struct population *of = &populations[population];
    return kind_of(of->record) == SOURCE ? 0 : states[of->state + neuron];
}

int32_t network_output(uint16_t output) {
    for (uint8_t p = 0; p < population_count; p++) {
        const struct population *of = &populations[p];
        if (kind_of(of->record) != INTEGRATOR) continue;
        if (output < of->size) return states[of->state + output];
        output = (uint16_t)(output - of->size);
    }
    return 0;
}

/* ── a tick ── */

void network_rest(void) {
    memset(states, 0, sizeof states);
    memset(adaptations, 0, sizeof adaptations);
    memset(silent, 0, sizeof silent);
    for (uint8_t p = 0; p < population_count; p++) {
        memset(populations[p].sent, 0, row_bytes(populations[p].record) * populations[p].rows);
        populations[p].row = 0;
    }
}

/* What was sent `delay` ticks ago; the row of this tick is the current one. */
static uint8_t *row_of(const struct population *population, uint16_t delay) {
    uint16_t row = population->row;
    if (row < delay) row = (uint16_t)(row + population->rows);
    return population->sent + (size_t)(row - delay) * row_bytes(population->record);
}

static void add_row(const int8_t *weights, uint16_t size) {
    gl_sum *sum = sums;
    while (size-- > 0) {
        *sum = (gl_sum)(*sum + *weights++);
        sum++;
    }
}

static void add_row_times(const int8_t *weights, uint16_t size, gl_value value) {
    for (uint16_t j = 0; j < size; j++) sums[j] = (gl_sum)(sums[j] + (gl_sum)value * weights[j]);
}

/* Sums the weights of what arrives; false if nothing does. */
static bool gather(const struct projection *projection, const struct population *pre, uint16_t size) {
    const uint8_t *row = row_of(pre, read16(projection->record + 4));
    const int8_t *weights = projection->weights;
    const uint16_t senders = pre->size;
    bool any = false;
    memset(sums, 0, size * sizeof *sums);
    if (kind_of(pre->record) == SOURCE) {
        for (uint16_t i = 0; i < senders; i++, weights += size) {
            gl_value value;
            memcpy(&value, row + i * sizeof value, sizeof value);
            if (value == 0) continue;
            any = true;
            if (value == 1) add_row(weights, size);
            else add_row_times(weights, size, value);
        }
        return any;
    }
    for (uint16_t i = 0; i < senders; i = (uint16_t)(i + 8u), weights += 8u * (size_t)size) {
        uint8_t bits = *row++;
        for (const int8_t *from = weights; bits != 0; bits >>= 1, from += size) {
            if ((bits & 1) == 0) continue;
            any = true;
            add_row(from, size);
        }
    }
    return any;
}

static void arrive(uint8_t post, uint16_t size) {
    memset(currents, 0, size * sizeof *currents);
    for (uint8_t k = 0; k < projection_count; k++) {
        const struct projection *projection = &projections[k];
        if (projection->record[1] != post) continue;
        if (!gather(projection, &populations[projection->record[0]], size)) continue;
        const uint8_t shift = projection->shift;
        int32_t *current = currents;
        const gl_sum *sum = sums;
        if (sizeof(gl_sum) == 2 && shift <= 16) {
            const uint16_t factor = (uint16_t)(1u << (shift & 7));
            for (uint16_t j = size; j > 0; j--, current++) *current = add(*current, shifted((int16_t)*sum++, factor, shift));
        } else {
            for (uint16_t j = size; j > 0; j--, current++) *current = add_shifted(*current, *sum++, shift);
        }
    }
}

/* Each state of a readout decays, and takes what has arrived. */
static void leak(int32_t *state, uint16_t size, uint32_t factor) {
    const int32_t *current = currents;
    /* 65536: nothing is lost */
    const bool keeps = factor >= ONE;
    for (; size > 0; size--, state++, current++) *state = add(keeps ? *state : decayed(*state, (uint16_t)factor), *current);
}

static void adapt(const struct population *population, const uint8_t *spiked) {
    const uint32_t factor = read32(population->record + 20);
    const bool keeps = factor >= ONE;
    const uint8_t *betas = population->betas;
    const int32_t beta = (int32_t)read32(population->record + 24);
    int32_t *b = adaptations + population->spiking;
    uint8_t bits = 0;
    for (gl_id j = 0; j < population->size; j++, b++, bits >>= 1) {
        if ((j & 7) == 0) bits = *spiked++;
        const int32_t left = keeps ? *b : decayed(*b, (uint16_t)factor);
        *b = (bits & 1) == 0 ? left : add(left, betas != NULL ? (int32_t)read32(betas + 4u * (size_t)j) : beta);
    }
}

/* Membranes leak and take what has arrived; of those that spiked in the last tick they began at zero, or lose the threshold. */
static void move(const struct population *population, const uint8_t *spiked) {
    const uint8_t *record = population->record;
    const bool to_zero = (flags_of(record) & RESET_ZERO) != 0;
    const int32_t threshold = (int32_t)read32(record + 8);
    const uint32_t factor = read32(record + 12);
    const bool keeps = factor >= ONE;
    int32_t *v = states + population->state;
    const int32_t *current = currents;
    uint8_t bits = 0;
    for (gl_id j = 0; j < population->size; j++, v++, current++, bits >>= 1) {
        if ((j & 7) == 0) bits = *spiked++;
        const bool before = (bits & 1) != 0;
        if (before && to_zero) {
            *v = *current;
            continue;
        }
        const int32_t left = keeps ? *v : decayed(*v, (uint16_t)factor);
        *v = before ? add_less(left, *current, threshold) : add(left, *current);
    }
}

/* Who spikes now. */
static void fire(const struct population *population, uint8_t *spikes) {
    const uint8_t *record = population->record;
    const bool adaptive = kind_of(record) == ALIF;
    const bool reported = (flags_of(record) & REPORT) != 0;
    const gl_silent refractory = (gl_silent)read16(record + 2);
    const int32_t threshold = (int32_t)read32(record + 8);
    const int32_t *v = states + population->state;
    const int32_t *b = adaptations + population->spiking;
    gl_silent *rest = silent + population->spiking;
    uint8_t bit = 1;
    for (gl_id j = 0; j < population->size; j++, v++, b++, rest++, bit = (uint8_t)(bit << 1)) {
        if ((j & 7) == 0) {
            if (j > 0) spikes++;
            *spikes = 0;
            bit = 1;
        }
#if GL_LEARNS
        held[population->spiking + j] = *rest > 0;
#endif
        if (*rest > 0) {
            (*rest)--;
        } else if (adaptive ? reaches(*v, threshold, *b) : *v >= threshold) {
            *spikes |= bit;
            *rest = refractory;
            if (reported) network_spikes[network_spike_count++] = (gl_id)(population->first + j);
        }
    }
}

const uint8_t *network_sent(const struct population *population, uint16_t delay) { return row_of(population, delay); }

#if GL_LEARNS
bool network_held(uint16_t spiking) { return held[spiking]; }
int32_t network_adaptation(uint16_t spiking) { return adaptations[spiking]; }
#endif

void network_step(const gl_value *values) {
    network_spike_count = 0;
    /* All at once, for a delay counts from this tick, whoever of the two comes first. */
    for (uint8_t p = 0; p < population_count; p++) {
        struct population *population = &populations[p];
        population->row = (uint8_t)(population->row + 1u == population->rows ? 0 : population->row + 1u);
    }
    for (uint8_t p = 0; p < population_count; p++) {
        const struct population *population = &populations[p];
        const uint8_t kind = kind_of(population->record);
        if (kind == SOURCE) {
            memcpy(row_of(population, 0), values + population->input, population->size * sizeof *values);
            continue;
        }
        arrive(p, population->size);
        if (kind == INTEGRATOR) {
            leak(states + population->state, population->size, read32(population->record + 12));
            continue;
        }
        const uint8_t *before = row_of(population, 1);
        move(population, before);
        if (kind == ALIF) adapt(population, before);
        fire(population, row_of(population, 0));
    }
}
