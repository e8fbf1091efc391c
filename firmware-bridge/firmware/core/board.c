#include "board.h"

#include <string.h>

#include "clock.h"
#include "failsafe.h"
#include "frame.h"
#include "hal.h"
#include "learn.h"
#include "link.h"
#include "memory.h"
#include "messages.h"
#include "network.h"
#include "pins.h"
#include "queue.h"
#include "ring.h"
#include "spikes.h"

#define MS UINT32_C(1000)
#define TELEMETRY_EVERY (250u * MS)
/* A reset that came so many ticks too late belongs to a count of ticks that is over. */
#define LATE_REST 1024
enum { REST_AFTER = 1, LEARN = 2, TARGET_RATE = 3, REGULARIZATION = 4, SHIFT_OF = 256, RATE_OF = 512, DAMPENING_OF = 1024 };
#define NEURON_KINDS 15u

static uint32_t boot_id;
static uint32_t refused;
static uint32_t late_ticks;
static bool was_late;
static bool rest_waits;
static uint32_t rest_after;
#if GL_LEARNS
static bool reward_waits;
static uint32_t reward_after;
static int32_t reward_value;
#endif
static uint32_t told_at;

uint16_t board_caps(uint8_t *payload, uint32_t session) {
    uint8_t hash[20];
    hal_build(hash);
    uint8_t *at = write_field(payload, 1, GL_PROTO_MAJOR);
    at = write_field(at, 2, GL_PROTO_MINOR);
    at = write_fixed(at, 3, session);
    at = write_fixed(at, 4, GL_SCHEMA32);
    at = write_bytes(at, 5, hash, sizeof hash);
    at = write_bytes(at, 6, (const uint8_t *)GL_BOARD_ID, sizeof GL_BOARD_ID - 1);
    at = write_field(at, 7, GL_NEURONS);
    at = write_field(at, 8, GL_INPUTS);
    at = write_field(at, 9, GL_OUTPUTS);
    at = write_field(at, 10, 8);
    at = write_field(at, 11, 32);
    at = write_field(at, 12, GL_TICK_US);
    at = write_field(at, 13, GL_MAX_FRAME);
    at = write_field(at, 14, GL_RX_WINDOW);
    at = write_field(at, 15, GL_FEATURES);
    at = write_fixed(at, 16, boot_id);
    at = write_field(at, 17, GL_FAILSAFE_MS);
    at = write_field(at, 18, GL_SYNAPSES);
    at = write_field(at, 19, NEURON_KINDS);
    at = write_field(at, 20, hal_reset_cause());
    at = write_field(at, 21, GL_MAX_DELAY);
    at = write_field(at, 22, GL_MAX_GRADE);
#ifdef GL_NETWORK_BYTES
    at = write_field(at, 23, GL_NETWORK_BYTES);
#endif
    return (uint16_t)(at - payload);
}

uint32_t board_dropped(void) { return refused + queue_strays + ring_overruns() + learn_late + link_counters.late; }

static void tell(void) {
    uint8_t payload[64];
    told_at = clock_now;
    uint8_t *at = write_field(payload, 1, queue_next);
    at = write_field(at, 2, queue_overruns);
    at = write_field(at, 3, link_counters.damaged);
    at = write_field(at, 4, board_dropped());
    at = write_field(at, 5, late_ticks);
    at = write_field(at, 6, hal_stack_free());
    at = write_field(at, 9, hal_reset_cause());
    at = write_field(at, 10, failsafe_state());
    at = write_field(at, 11, memory_region);
    at = write_field(at, 12, memory_generation);
    (void)link_send(TELEMETRY, payload, (uint16_t)(at - payload));
}

static void rest(void) {
    network_rest();
    learn_rest();
    rest_waits = false;
}

static void forget_reward(void) {
#if GL_LEARNS
    reward_waits = false;
#endif
}

/* Rewards that wait for their tick. */
static void pay(uint32_t tick) {
#if GL_LEARNS
    if (!reward_waits || reward_after != tick) return;
    learn_reward(reward_value);
    reward_waits = false;
#else
    (void)tick;
#endif
}

/* A session begins and ends disarmed, and its count of ticks is its own. */
void board_session(void) {
    failsafe_disarm();
    queue_clear();
    rest_waits = false;
    forget_reward();
}

void board_network(void) {
    queue_clear();
    queue_next = 0;
    queue_overruns = 0;
    queue_strays = 0;
    rest_waits = false;
    forget_reward();
    learn_forget();
}

/* ── ticks ── */

/* Answers a tick. */
static void report(uint32_t tick) {
    uint8_t payload[GL_SPIKES_BYTES];
    const uint16_t limit = link_max_payload() < GL_SPIKES_BYTES ? link_max_payload() : GL_SPIKES_BYTES;
    uint16_t from = 0;
    do {
        const uint16_t length = spikes_write(payload, limit, tick, network_spikes, network_spike_count, &from);
        (void)link_send(SPIKES, payload, length);
    } while (from < network_spike_count);
}

/* Counts a tick that was late, and complains once for all that follow one another. */
static void judge(uint32_t took) {
    const uint32_t allowed = network_tick_us();
    const bool late = took > allowed;
    if (late) late_ticks++;
    if (late && !was_late) link_error(ERROR_TIMING, took - allowed);
    was_late = late;
}

/* Runs what is ready. A tick waits until there is room for its answer. */
static void run(void) {
    while (failsafe_state() != SAFE && network_complete() && queue_ready() && ring_room() > GL_WIRE(GL_SPIKES_BYTES)) {
        const uint32_t tick = queue_next;
        const uint32_t arrived = queue_arrived_at();
        hal_busy(true);
        network_step(queue_values());
        learn_tick(tick);
        pay(tick);
        hal_busy(false);
        queue_done();
        for (uint16_t k = 0; k < network_outputs; k++) hal_output((uint8_t)k, network_output(k));
        if (rest_waits && rest_after == tick) rest();
        report(tick);
        clock_poll();
        judge(clock_now - arrived);
        hal_watchdog();
        failsafe_poll();
    }
}

/* ── messages ── */

static bool spikes(const uint8_t *payload, uint16_t length) {
    if (!network_known() || failsafe_state() == SAFE) {
        refused++;
        return true;
    }
    return queue_take(payload, length, clock_now);
}

#if GL_LEARNS

static bool configure_learning(uint32_t key, int32_t value, uint32_t generation) {
    if (key == LEARN) return memory_learn((uint32_t)value);
    if (key == TARGET_RATE) return learn_target_rate(value);
    if (key == REGULARIZATION) return learn_regularization(value);
    if (key >= DAMPENING_OF) return learn_dampening(key - DAMPENING_OF, value);
    return learn_rate(key - RATE_OF, value, generation);
}

/* A reward for a tick that is long over would be one for something else. */
static bool reward(const struct message *message) {
    if (!learn_begun()) return false;
    const uint32_t tick = message->value[1];
    const int32_t value = unzigzag(message->value[2]);
    const int32_t behind = (int32_t)(queue_next - 1u - tick);
    if (behind >= LATE_REST) refused++;
    else if (behind >= 0) learn_reward(value);
    else if (reward_waits) return false;
    else {
        reward_waits = true;
        reward_after = tick;
        reward_value = value;
    }
    return true;
}

static bool target(const uint8_t *payload, uint16_t length) {
    bool taken;
    if (!learn_target(payload, length, queue_next, &taken)) return false;
    if (!taken) link_error(ERROR_REJECTED, TARGET);
    return true;
}

#else

static bool configure_learning(uint32_t key, int32_t value, uint32_t generation) {
    (void)key, (void)value, (void)generation;
    return false;
}
static bool reward(const struct message *message) {
    (void)message;
    return false;
}

#endif

static bool configure(const struct message *message) {
    const uint32_t key = message->value[1];
    const int32_t value = unzigzag(message->value[2]);
    if (key >= SHIFT_OF && key < RATE_OF) return memory_rescale(key - SHIFT_OF, message->value[3], value);
    if (key != REST_AFTER) return key > REST_AFTER && (key <= REGULARIZATION || key >= RATE_OF) && configure_learning(key, value, message->value[3]);
    if (population_count == 0) return false;
    rest_after = (uint32_t)value;
    rest_waits = true;
    /* Spikes do not wait for reliable messages: perhaps that tick has run. */
    const int32_t behind = (int32_t)(queue_next - 1u - rest_after);
    if (behind >= 0 && behind < LATE_REST) rest();
    return true;
}

static bool answer_time(uint8_t *payload, uint16_t length) {
    if (!clock_answer(payload, length)) return false;
    (void)link_send(TIME_SYNC, payload, length);
    return true;
}

static bool answer_states(uint8_t *payload, uint16_t length) {
    if (length != 3) return false;
    const uint8_t population = payload[0];
    uint16_t neuron = read16(payload + 1);
    if (population >= population_count || neuron >= populations[population].size) return false;
    memmove(payload + 4, payload, 3);
    write32(payload, queue_next);
    const uint16_t limit = link_max_payload() < GL_SPIKES_BYTES ? link_max_payload() : GL_SPIKES_BYTES;
    uint16_t at = 7;
    for (; neuron < populations[population].size && at + 4u <= limit; neuron++, at = (uint16_t)(at + 4u))
        write32(payload + at, (uint32_t)network_state(population, neuron));
    (void)link_send(STATES, payload, at);
    return true;
}

#if GL_PINS > 0

static bool set_pin(const uint8_t *payload, uint16_t length) {
    if (length != 4) return false;
    if (!pins_set(payload, failsafe_state() != SAFE)) link_error(ERROR_REJECTED, PIN);
    return true;
}

static bool answer_pins(uint8_t *payload, uint16_t length) {
    const uint16_t answer = length == 1 ? pins_answer(payload) : 0;
    if (answer > 0) (void)link_send(PINS, payload, answer);
    return answer > 0;
}

#endif

static bool control(uint8_t code, const uint8_t *payload, uint16_t length) {
    struct message message;
    if (!message_read(&message, payload, length, code == ARM ? 1u << 1 : 0)) return false;
    bool taken = true;
    if (code == ARM) taken = failsafe_arm(message.value[1], message.value[2]);
    else if (code == CONFIGURE) taken = configure(&message);
    else if (code == REWARD) taken = reward(&message);
    else if (code == DISARM) {
        failsafe_disarm();
        told_at = clock_now - TELEMETRY_EVERY;
    } else return code == ERROR;
    if (!taken) link_error(ERROR_REJECTED, code);
    return true;
}

bool board_message(uint8_t code, uint8_t *payload, uint16_t length) {
    switch (code) {
        case SPIKES: return spikes(payload, length);
        case TIME_SYNC: return answer_time(payload, length);
        case STATES: return answer_states(payload, length);
#if GL_PINS > 0
        case PIN: return set_pin(payload, length);
        case PINS: return answer_pins(payload, length);
#endif
        case WEIGHT_BEGIN:
        case WEIGHT_COMMIT:
        case WEIGHT_QUERY:
        case WEIGHT_CHUNK:
        case WEIGHT_PATCH: return memory_receive(code, payload, length);
#if GL_LEARNS
        case TARGET: return target(payload, length);
        case WEIGHT_READ: return memory_read(payload, length);
#endif
        default: return control(code, payload, length);
    }
}

/* ── the loop ── */

void board_start(void) {
    hal_safe();
    boot_id = hal_boot_id();
    clock_poll();
    link_start();
}

void board_poll(void) {
    do {
        clock_poll();
        hal_watchdog();
        failsafe_poll();
        link_poll();
        run();
        if (link_session() != 0 && clock_now - told_at >= TELEMETRY_EVERY) tell();
    } while (ring_unread() > 0);
}
