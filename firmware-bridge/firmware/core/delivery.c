#include "delivery.h"

#include <string.h>

#include "link.h"

#define MS UINT32_C(1000)
#define UNKNOWN_TIMEOUT (250u * MS)
#define MIN_TIMEOUT (25u * MS)
#define MAX_TIMEOUT (5000u * MS)
#define MAX_TIMEOUTS 10u
#define MAX_SENDS 64u

static struct {
    uint8_t code, length, sends;
    uint8_t payload[LINK_RELIABLE_BYTES];
    uint32_t sent_at;
} slots[GL_SLOTS];
static uint8_t head;
static uint8_t first_seq;
static uint8_t count;
/* messages from the oldest on that are in flight, and that ever were */
static uint8_t cursor;
static uint8_t reached;
static uint8_t timeouts;
static uint8_t backoff;
static uint32_t timer_at;
static bool went_back;
static uint32_t went_back_at;
static uint32_t smoothed;
static uint32_t variation;

static uint8_t slot(uint8_t from_oldest) { return (uint8_t)((unsigned)(head + from_oldest) % GL_SLOTS); }

void delivery_reset(void) {
    head = first_seq = count = cursor = reached = timeouts = backoff = 0;
    went_back = false;
    smoothed = variation = 0;
}

uint32_t delivery_round_trip(void) { return smoothed; }
bool delivery_full(void) { return count == GL_SLOTS; }

bool delivery_push(uint8_t code, const uint8_t *payload, uint8_t length) {
    if (delivery_full() || length > LINK_RELIABLE_BYTES) return false;
    const uint8_t to = slot(count++);
    slots[to].code = code;
    slots[to].length = length;
    slots[to].sends = 0;
    memcpy(slots[to].payload, payload, length);
    return true;
}

bool delivery_next(struct delivery_message *message) {
    if (cursor >= count) return false;
    const uint8_t at = slot(cursor);
    message->code = slots[at].code;
    message->seq = (uint8_t)(first_seq + cursor);
    message->length = slots[at].length;
    message->payload = slots[at].payload;
    return true;
}

void delivery_sent(uint32_t now) {
    const uint8_t at = slot(cursor);
    if (cursor == 0) timer_at = now;
    if (slots[at].sends > 0) link_counters.retransmits++;
    if (slots[at].sends < 255) slots[at].sends++;
    slots[at].sent_at = now;
    cursor++;
    if (reached < cursor) reached = cursor;
}

int32_t delivery_in_flight(void) {
    int32_t bytes = 0;
    for (uint8_t i = 0; i < cursor; i++) bytes += (int32_t)GL_WIRE(slots[slot(i)].length);
    return bytes;
}

static void measured(uint32_t took) {
    if (took == 0) took = 1;
    if (smoothed == 0) {
        smoothed = took;
        variation = took / 2;
    } else {
        const uint32_t apart = took > smoothed ? took - smoothed : smoothed - took;
        variation = variation - variation / 4 + apart / 4;
        smoothed = smoothed - smoothed / 8 + took / 8;
        if (smoothed == 0) smoothed = 1;
    }
    backoff = 0;
}

void delivery_acknowledge(uint8_t ack, uint32_t now) {
    const uint8_t done = (uint8_t)(ack - first_seq);
    if (done == 0 || done > reached) return;
    const uint8_t last = slot((uint8_t)(done - 1u));
    /* What was sent twice could be answered for either (Karn). */
    if (slots[last].sends == 1) measured(now - slots[last].sent_at);
    else if (backoff > 0) backoff--;
    head = slot(done);
    first_seq = ack;
    count = (uint8_t)(count - done);
    reached = (uint8_t)(reached - done);
    cursor = (uint8_t)(cursor > done ? cursor - done : 0);
    timeouts = 0;
    timer_at = now;
}

static void go_back(uint32_t now) {
    cursor = 0;
    went_back = true;
    went_back_at = now;
}

void delivery_nak(uint32_t now) {
    const uint32_t pause = smoothed == 0 ? MIN_TIMEOUT : smoothed;
    if (cursor == 0 || (went_back && now - went_back_at < pause / 2)) return;
    timeouts = 0;
    backoff = 0;
    go_back(now);
}

static uint32_t timeout(void) {
    uint32_t base = smoothed == 0 ? UNKNOWN_TIMEOUT : smoothed + 4 * variation;
    if (base < MIN_TIMEOUT) base = MIN_TIMEOUT;
    for (uint8_t i = 0; i < backoff && base < MAX_TIMEOUT; i++) base *= 2;
    return base < MAX_TIMEOUT ? base : MAX_TIMEOUT;
}

void delivery_poll(uint32_t now) {
    if (cursor == 0 || now - timer_at < timeout()) return;
    timeouts++;
    backoff++;
    go_back(now);
}

bool delivery_hopeless(void) { return timeouts >= MAX_TIMEOUTS || (count > 0 && slots[head].sends >= MAX_SENDS); }
