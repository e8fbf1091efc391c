#include "learn.h"

#if GL_LEARNS

#include <string.h>

#include "frame.h"
#include "integer.h"
#include "network.h"

#define TRACE_MAX (1 << 20)
#define ADAPTATION_MAX (1 << 30)
#define REACH (1 << 22)
#define FILTERED_MAX ((1 << 21) - 1)
#define SUM_MAX (1 << 30)
#define SIGNAL_MAX 32767
#define REWARD_MAX (1 << 19)
#define WEIGHT_MAX 127
#define RATE_DECAY 65472u
#define MIN_SHIFT 16u
#define MAX_SHIFT 47u
#define NONE 255u
#define HELD_TARGETS 4u
#define TARGET_HEAD 6u

uint32_t learn_late;

/* What was said of the running network. */
static struct {
    uint16_t rate[GL_PROJECTIONS];
    uint8_t shift[GL_PROJECTIONS];
    uint16_t dampening[GL_POPULATIONS];
    int32_t target_rate;
    int32_t regularization;
} said;

/* What learns, one for each projection that does; sizes are those of the network. */
static struct learned {
    uint8_t projection;
    bool to_readout, adaptive;
    int32_t *trace, *adaptation, *filtered, *sum;
} learned[GL_PROJECTIONS];
static uint8_t learned_count;
static uint32_t state;
static uint8_t readout;
/* The projection to the readout by which errors come back, of each population, or NONE. */
static uint8_t back[GL_POPULATIONS];

static int32_t strengths[GL_NEURONS];
static int32_t slopes[GL_NEURONS];
static int32_t signals[GL_NEURONS];
static int32_t rates[GL_NEURONS];
static int32_t errors[GL_OUTPUTS];
/* of one row of synapses */
static int32_t reaches_of[GL_NEURONS];

static struct target {
    uint32_t tick;
    uint16_t count;
    bool labelled;
    uint8_t label;
    int32_t values[GL_OUTPUTS];
} targets[HELD_TARGETS];
static uint8_t target_count;

GL_INLINE int32_t faded(int32_t value, uint32_t decay) { return decay > 65535 ? value : decayed(value, (uint16_t)decay); }
GL_INLINE int32_t clip(int32_t value, int32_t limit) { return value > limit ? limit : value < -limit ? -limit : value; }
static int32_t clip64(int64_t value, int32_t limit) { return value > limit ? limit : value < -limit ? -limit : (int32_t)value; }

static uint8_t kind_of(uint8_t population) { return populations[population].record[0]; }
static bool spiking(uint8_t population) { return kind_of(population) == LIF || kind_of(population) == ALIF; }

/* The first readout, or NONE. */
static uint8_t find_readout(void) {
    for (uint8_t p = 0; p < population_count; p++) {
        if (kind_of(p) == INTEGRATOR) return p;
    }
    return NONE;
}

static bool learns(uint8_t k, uint8_t to) {
    const uint8_t post = projections[k].record[1];
    return said.rate[k] > 0 && (post == to || (spiking(post) && said.dampening[post] > 0));
}

static size_t words_of(uint8_t k, uint8_t to) {
    const uint8_t post = projections[k].record[1];
    const size_t synapses = network_region_bytes(&projections[k]);
    return populations[projections[k].record[0]].size + synapses * (post == to ? 1u : kind_of(post) == ALIF ? 3u : 2u);
}

size_t learn_bytes(void) {
    const uint8_t to = find_readout();
    size_t words = 0;
    for (uint8_t k = 0; to != NONE && k < projection_count; k++) {
        if (learns(k, to)) words += words_of(k, to);
    }
    return 4u * words;
}

bool learn_begun(void) { return state != 0; }

void learn_forget(void) {
    memset(&said, 0, sizeof said);
    state = 0;
    learned_count = 0;
    target_count = 0;
}

/* k_j: what a spike adds to the threshold, as the derivative sees it. */
static int32_t strength_of(const struct population *population, uint16_t j, uint16_t q) {
    if (population->record[0] == LIF) return 0;
    const uint8_t *at = population->betas != NULL ? population->betas + 4u * (size_t)j : population->record + 24;
    const int64_t strength = (int64_t)(int32_t)read32(at) * q >> 16;
    return strength < 0 ? 0 : strength > 65536 ? 65536 : (int32_t)strength;
}

void learn_begin(uint32_t seed, uint8_t *memory) {
    int32_t *free = (int32_t *)(void *)memory;
    state = seed;
    readout = find_readout();
    learned_count = 0;
    target_count = 0;
    learn_late = 0;
    memset(memory, 0, seed == 0 ? 0 : learn_bytes());
    memset(rates, 0, sizeof rates);
    if (seed == 0) return;
    for (uint8_t p = 0; p < population_count; p++) {
        const struct population *population = &populations[p];
        back[p] = NONE;
        if (!spiking(p) || said.dampening[p] == 0) continue;
        for (uint16_t j = 0; j < population->size; j++) strengths[population->spiking + j] = strength_of(population, j, said.dampening[p]);
        for (uint8_t k = projection_count; k-- > 0;) {
            if (projections[k].record[0] == p && projections[k].record[1] == readout) back[p] = k;
        }
    }
    for (uint8_t k = 0; readout != NONE && k < projection_count; k++) {
        if (!learns(k, readout)) continue;
        struct learned *one = &learned[learned_count++];
        const size_t synapses = network_region_bytes(&projections[k]);
        const uint8_t post = projections[k].record[1];
        one->projection = k;
        one->to_readout = post == readout;
        one->adaptive = kind_of(post) == ALIF;
        one->trace = free;
        one->sum = one->trace + populations[projections[k].record[0]].size;
        one->filtered = one->sum + synapses;
        one->adaptation = one->filtered + synapses;
        free += words_of(k, readout);
    }
}

bool learn_rate(uint32_t region, int32_t rate, uint32_t shift) {
    if (region > 255 || rate < 0 || rate > 65535 || (rate > 0 && (shift < MIN_SHIFT || shift > MAX_SHIFT))) return false;
    const struct projection *projection = network_projection((uint8_t)region);
    if (projection == NULL) return false;
    said.rate[projection - projections] = (uint16_t)rate;
    said.shift[projection - projections] = (uint8_t)shift;
    return true;
}

bool learn_dampening(uint32_t population, int32_t q) {
    if (population >= population_count || q < 0 || q > 65535) return false;
    said.dampening[population] = (uint16_t)q;
    return true;
}

bool learn_target_rate(int32_t rate) {
    said.target_rate = rate;
    return rate >= 0 && rate <= 65536;
}

bool learn_regularization(int32_t strength) {
    said.regularization = strength;
    return strength >= 0 && strength <= 65535;
}

/* ── targets ── */

/* Those whose last tick is over make room. */
static void drop_old(uint32_t next) {
    uint8_t kept = 0;
    for (uint8_t k = 0; k < target_count; k++) {
        if ((int32_t)(targets[k].tick + targets[k].count - next) > 0) targets[kept++] = targets[k];
    }
    target_count = kept;
}

bool learn_target(const uint8_t *payload, uint16_t length, uint32_t next, bool *taken) {
    *taken = false;
    if (length < TARGET_HEAD + 1u) return false;
    struct target target = {read32(payload), read16(payload + 4), length == TARGET_HEAD + 1u, payload[TARGET_HEAD], {0}};
    if (target.count == 0) return false;
    if (!learn_begun()) return true;
    const uint16_t outputs = populations[readout].size;
    if (target.labelled ? target.label >= outputs : length != TARGET_HEAD + 4u * outputs) return false;
    for (uint16_t o = 0; !target.labelled && o < outputs; o++) target.values[o] = (int32_t)read32(payload + TARGET_HEAD + 4u * o);
    *taken = true;
    if ((int32_t)(target.tick + target.count - next) <= 0) {
        learn_late += target.count;
        return true;
    }
    drop_old(next);
    *taken = target_count < HELD_TARGETS;
    if (*taken) targets[target_count++] = target;
    return true;
}

static const struct target *target_of(uint32_t tick) {
    for (uint8_t k = 0; k < target_count; k++) {
        if (tick - targets[k].tick < targets[k].count) return &targets[k];
    }
    return NULL;
}

/* ── a tick ── */

static int32_t power_of_two(uint32_t below) {
    const uint32_t reach = below >> 8;
    const int32_t exponent = (int32_t)((reach > 81920u ? 81920u : reach) * 5909u >> 12);
    const int32_t fraction = exponent & 4095;
    const int32_t slope = 2751 - (703 * fraction >> 12);
    return (32768 - (fraction * slope >> 9)) >> (exponent >> 12);
}

static void judge(const struct target *target) {
    const uint16_t outputs = populations[readout].size;
    if (!target->labelled) {
        for (uint16_t o = 0; o < outputs; o++)
            errors[o] = clip64(((int64_t)target->values[o] - (network_state(readout, o) >> 4)) >> 4, SIGNAL_MAX);
        return;
    }
    int32_t most = network_state(readout, 0);
    for (uint16_t o = 1; o < outputs; o++) most = network_state(readout, o) > most ? network_state(readout, o) : most;
    uint32_t sum = 0;
    for (uint16_t o = 0; o < outputs; o++) {
        errors[o] = power_of_two((uint32_t)most - (uint32_t)network_state(readout, o));
        sum += (uint32_t)errors[o];
    }
    for (uint16_t o = 0; o < outputs; o++) errors[o] = (o == target->label ? 4096 : 0) - (int32_t)(4096u * (uint32_t)errors[o] / sum);
}

static int32_t slope_of(int32_t v, int32_t threshold, int32_t adaptation) {
    int64_t distance = (int64_t)v - threshold - adaptation;
    if (distance < 0) distance = -distance;
    const int64_t inside = threshold - distance;
    return inside <= 0 ? 0 : inside >= 256 << 12 ? 256 : (int32_t)(inside >> 12);
}

/* Pseudo-derivative, learning signal and rate of every neuron of a population. */
static void observe(uint8_t p, bool told) {
    const struct population *population = &populations[p];
    const int32_t threshold = (int32_t)read32(population->record + 8);
    const uint16_t outputs = populations[readout].size;
    const int8_t *weights = back[p] == NONE ? NULL : projections[back[p]].weights;
    const uint8_t *spikes = network_sent(population, 0);
    for (uint16_t j = 0; j < population->size; j++) {
        const uint16_t n = (uint16_t)(population->spiking + j);
        slopes[n] = network_held(n) ? 0 : slope_of(network_state(p, j), threshold, network_adaptation(n));
        if (told) {
            int32_t sum = 0;
            for (uint16_t o = 0; weights != NULL && o < outputs; o++) sum += *weights++ * errors[o];
            const int64_t wished = (int64_t)said.regularization * (said.target_rate - rates[n]) >> 16;
            signals[n] = clip64(((sum + 8) >> 4) + wished, SIGNAL_MAX);
        }
        rates[n] = decayed(rates[n], RATE_DECAY) + ((spikes[j >> 3] >> (j & 7u) & 1) != 0 ? 64 : 0);
    }
}

GL_INLINE void accumulate(int32_t *sum, int32_t by) { *sum = clip(*sum + ((by + 32) >> 6), SUM_MAX); }

/* What each synapse of a sender would do now (e), where thresholds adapt. One pass for one thing: more would not stay in eight registers. */
static void reach_adaptive(int32_t *adaptation, uint16_t n, uint16_t size, int32_t x, uint32_t rho) {
    for (uint16_t j = 0; j < size; j++) {
        const int32_t a = adaptation[j];
        const int32_t p = slopes[n + j];
        if (p == 0) {
            reaches_of[j] = 0;
            if (a != 0) adaptation[j] = faded(a, rho);
            continue;
        }
        const int32_t k = strengths[n + j];
        if (a == 0 || k == 0) {
            const int32_t next = (p * x >> 8) + (a == 0 ? 0 : faded(a, rho));
            reaches_of[j] = p * x >> 8;
            adaptation[j] = next > ADAPTATION_MAX ? ADAPTATION_MAX : next;
            continue;
        }
        const uint32_t m = (uint32_t)(p * k) >> 8;
        const int32_t next = (p * x >> 8) + faded(a, rho > m ? rho - m : 0);
        reaches_of[j] = p * clip(x - faded(a, (uint32_t)k), REACH) >> 8;
        adaptation[j] = next > ADAPTATION_MAX ? ADAPTATION_MAX : next;
    }
}

static void reach_plain(uint16_t n, uint16_t size, int32_t x) {
    for (uint16_t j = 0; j < size; j++) reaches_of[j] = slopes[n + j] * x >> 8;
}

static void filter(int32_t *filtered, uint16_t size, uint32_t kappa) {
    for (uint16_t j = 0; j < size; j++) {
        const int32_t f = filtered[j];
        const int32_t e = reaches_of[j];
        if (f != 0 || e != 0) filtered[j] = clip(faded(f, kappa) + e, FILTERED_MAX);
    }
}

/* The synapses of one sender into spiking neurons. */
static void follow(const struct learned *one, size_t first, uint16_t n, uint16_t size, int32_t x, uint32_t rho, uint32_t kappa, bool told) {
    const int32_t *filtered = one->filtered + first;
    int32_t *sum = one->sum + first;
    if (one->adaptive) reach_adaptive(one->adaptation + first, n, size, x, rho);
    else reach_plain(n, size, x);
    filter(one->filtered + first, size, kappa);
    for (uint16_t j = 0; told && j < size; j++) accumulate(&sum[j], signals[n + j] * ((filtered[j] + 32) >> 6));
}

static int32_t arrival(const struct population *pre, const uint8_t *row, uint16_t i) {
    if (pre->record[0] != SOURCE) return row[i >> 3] >> (i & 7u) & 1;
    gl_value value;
    memcpy(&value, row + i * sizeof value, sizeof value);
    return value;
}

static void move_on(const struct learned *one, bool told) {
    const struct projection *projection = &projections[one->projection];
    const struct population *pre = &populations[projection->record[0]];
    const struct population *post = &populations[projection->record[1]];
    const uint8_t *row = network_sent(pre, read16(projection->record + 4));
    const uint32_t leak = read32(post->record + 12);
    const uint32_t rho = read32(post->record + 20);
    const uint32_t kappa = read32(populations[readout].record + 12);
    size_t first = 0;
    for (uint16_t i = 0; i < pre->size; i++, first += post->size) {
        const int32_t x = faded(one->trace[i], leak) + 4096 * arrival(pre, row, i);
        one->trace[i] = x > TRACE_MAX ? TRACE_MAX : x;
        if (!one->to_readout) {
            follow(one, first, post->spiking, post->size, one->trace[i], rho, kappa, told);
            continue;
        }
        for (uint16_t o = 0; told && o < post->size; o++) accumulate(&one->sum[first + o], errors[o] * ((one->trace[i] + 32) >> 6));
    }
}

void learn_tick(uint32_t tick) {
    if (!learn_begun() || readout == NONE) return;
    const struct target *target = target_of(tick);
    if (target != NULL) judge(target);
    for (uint8_t p = 0; p < population_count; p++) {
        if (spiking(p) && said.dampening[p] > 0) observe(p, target != NULL);
    }
    for (uint8_t k = 0; k < learned_count; k++) move_on(&learned[k], target != NULL);
}

/* ── the end of a sum ── */

/* 16 bits of xorshift32. */
static uint32_t draw(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state >> 16;
}

void learn_reward(int32_t reward) {
    for (uint8_t k = 0; k < learned_count; k++) {
        const struct learned *one = &learned[k];
        const struct projection *projection = &projections[one->projection];
        const size_t synapses = network_region_bytes(projection);
        const int64_t factor = (int64_t)said.rate[one->projection] * clip(reward, REWARD_MAX) >> 16;
        const uint8_t shift = (uint8_t)(said.shift[one->projection] - 16u);
        for (size_t s = 0; s < synapses; s++) {
            if (one->sum[s] == 0) continue;
            const int64_t step = ((one->sum[s] * factor >> shift) + (int64_t)draw()) >> 16;
            one->sum[s] = 0;
            projection->weights[s] = (int8_t)clip64(projection->weights[s] + step, WEIGHT_MAX);
        }
    }
}

void learn_rest(void) {
    for (uint8_t k = 0; k < learned_count; k++) {
        const struct learned *one = &learned[k];
        const size_t synapses = network_region_bytes(&projections[one->projection]);
        memset(one->trace, 0, 4u * (size_t)populations[projections[one->projection].record[0]].size);
        if (one->to_readout) continue;
        memset(one->filtered, 0, 4u * synapses);
        if (one->adaptive) memset(one->adaptation, 0, 4u * synapses);
    }
}

#endif
