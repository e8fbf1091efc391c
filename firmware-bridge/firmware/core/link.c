#include "link.h"

#include <string.h>

#include "clock.h"
#include "delivery.h"
#include "frame.h"
#include "messages.h"
#include "ring.h"

#define MS UINT32_C(1000)
#define BEAT_EVERY (50u * MS)
#define SILENCE (2000u * MS)
#define ANNOUNCE (100u * MS)
/* A receiver that does not know the round trip asks again so late. */
#define UNKNOWN_PAUSE (25u * MS)
/* Unreliable frames this close behind the expected one are old. */
#define LATE 32u
#define FEATURE_WIDE_CRC 1u

struct link_counters link_counters;

static bool up;
static uint32_t session;
static uint16_t max_frame;
static uint32_t heard_at;
/* when silence began, and when the line was looked at last */
static uint32_t quiet_since;
static uint32_t polled_at;
static uint32_t sent_at;
static uint32_t announced_at;
/* what the other end had free when it was last heard, and unreliable bytes sent since */
static uint16_t peer_free;
static uint16_t sent_since_heard;
static uint16_t heard_since_sent;
static uint8_t unreliable_seq;
static uint8_t expected;
static uint8_t unreliable_expected;
static bool ack_owed;
/* when a resend was asked for, and how long the shortest answer to that took; 0: unknown */
static bool asked;
static bool asked_ever;
static uint32_t asked_at;
static uint32_t shortest;

uint32_t link_session(void) { return up ? session : 0; }
uint32_t link_heard_at(void) { return heard_at; }
uint16_t link_max_payload(void) { return (uint16_t)(max_frame - 8u); }

static bool transmit(uint8_t code, uint8_t seq, const uint8_t *payload, uint16_t length) {
    /* What arrives is held by the ring and, of one frame, by the memory of frames; some is kept for what is exempt from credit. */
    const uint16_t kept = GL_RX_RING - 1u - GL_RX_WINDOW;
    uint16_t free = (uint16_t)(ring_free() + frame_room());
    free = (uint16_t)(free > kept ? free - kept : 0);
    free = (uint16_t)((free > GL_RX_WINDOW ? GL_RX_WINDOW : free) / 16u);
    if (!frame_write((uint8_t)(code | FROM_DEVICE), seq, expected, (uint8_t)(free > 255 ? 255 : free), payload, length)) return false;
    sent_at = clock_now;
    heard_since_sent = 0;
    ack_owed = false;
    return true;
}

/* Bytes that the other end has room for. */
static int32_t credit(void) { return (int32_t)peer_free - delivery_in_flight() - sent_since_heard; }

static void pump(uint32_t now) {
    struct delivery_message message;
    while (delivery_next(&message) && (int32_t)GL_WIRE(message.length) <= credit()) {
        if (!transmit(message.code, message.seq, message.payload, message.length)) return;
        delivery_sent(now);
    }
}

bool link_send(uint8_t code, const uint8_t *payload, uint16_t length) {
    if (!up) return false;
    if ((code & UNRELIABLE) == 0) {
        if (!delivery_push(code, payload, (uint8_t)length)) return false;
        pump(clock_now);
        return true;
    }
    if ((int32_t)GL_WIRE(length) > credit() || !transmit(code, unreliable_seq, payload, length)) {
        link_counters.shed++;
        return false;
    }
    unreliable_seq++;
    sent_since_heard = (uint16_t)(sent_since_heard + GL_WIRE(length));
    return true;
}

void link_error(uint8_t reason, uint32_t context) {
    uint8_t payload[8];
    const uint8_t *end = write_field(write_field(payload, 1, reason), 2, context);
    (void)link_send(ERROR, payload, (uint16_t)(end - payload));
}

/* A frame of the link itself: it carries the number of the next unreliable message, so that a loss shows. */
static void beat(uint8_t code) { (void)transmit(code, unreliable_seq, NULL, 0); }

static void request_resend(uint32_t now) {
    const uint32_t known = shortest != 0 ? shortest : delivery_round_trip();
    const uint32_t pause = known == 0 ? UNKNOWN_PAUSE : known < MS ? MS : known;
    if (asked_ever && now - asked_at < pause) return;
    asked_at = now;
    asked = true;
    asked_ever = true;
    beat(NAK);
}

/* The frame that was due has come. The shortest time is slowly forgotten: a longer one has lost naks or resends in it. */
static void resend_answered(uint32_t now) {
    if (!asked) return;
    asked = false;
    const uint32_t took = now - asked_at;
    shortest = shortest == 0 || took < shortest ? took : shortest + (took - shortest) / 16;
}

static bool send_caps(uint32_t number) {
    uint8_t *payload = frame_scratch();
    return transmit(CAPS, 0, payload, board_caps(payload, number));
}

/* This device has no session: it has just started, or hears frames that it cannot read. */
static void announce(uint32_t now) {
    announced_at = now;
    (void)send_caps(0);
}

static void open(uint32_t number, uint32_t frame_limit, uint32_t features, uint16_t free) {
    const uint32_t now = clock_now;
    session = number;
    max_frame = (uint16_t)(frame_limit < 128 ? 128 : frame_limit > GL_MAX_FRAME ? GL_MAX_FRAME : frame_limit);
    frame_session(number, (features & GL_FEATURES & FEATURE_WIDE_CRC) != 0);
    delivery_reset();
    peer_free = free;
    sent_since_heard = 0;
    unreliable_seq = 0;
    expected = 0;
    unreliable_expected = 0;
    ack_owed = false;
    asked = false;
    asked_ever = false;
    shortest = 0;
    heard_at = now;
    quiet_since = now;
    polled_at = now;
    sent_at = now;
    up = true;
    board_session();
}

static void close(void) {
    up = false;
    board_session();
}

static void hello(void) {
    struct message message;
    const uint16_t free = (uint16_t)(frame.credit * 16u);
    const uint8_t fixed = 1u << 3 | 1u << 5;
    if (!message_read(&message, frame.payload, frame.length, fixed) || message.value[3] == 0) return;
    const uint32_t *value = message.value;
    /* Whoever cannot be served learns why from our Caps. Caps that find no room are asked for again. */
    if (!send_caps(value[3])) return;
    if (value[1] != GL_PROTO_MAJOR || value[5] != GL_SCHEMA32 || (up && value[3] == session)) return;
    open(value[3], value[4], value[6], free);
}

static void note_unreliable(uint8_t seq, uint8_t next) {
    link_counters.lost += (uint8_t)(seq - unreliable_expected);
    unreliable_expected = next;
}

static void deliver(uint8_t code) {
    if (board_message(code, frame.payload, frame.length) || code == ERROR) return;
    const bool known = (code >= CONFIGURE && code <= (GL_LEARNS ? TARGET : WEIGHT_PATCH)) || (GL_PINS > 0 && code == PIN);
    const bool hot = code == SPIKES || code == TIME_SYNC || code == STATES || code == TELEMETRY || (GL_LEARNS && code == WEIGHT_READ) ||
                     (GL_PINS > 0 && code == PINS);
    link_error(known || hot ? ERROR_MALFORMED : ERROR_UNKNOWN_MESSAGE, code);
}

static void accept(uint8_t code, uint32_t now) {
    const uint8_t seq = frame.seq;
    heard_at = now;
    quiet_since = now;
    link_counters.heard++;
    peer_free = (uint16_t)(frame.credit * 16u);
    sent_since_heard = 0;
    delivery_acknowledge(frame.ack, now);
    if ((code & UNRELIABLE) != 0) {
        const bool late = (uint8_t)(seq - unreliable_expected) > 255u - LATE;
        if (code == HEARTBEAT || code == NAK) {
            if (!late) note_unreliable(seq, seq);
            if (code == NAK) delivery_nak(now);
        } else if (late) {
            link_counters.late++;
        } else {
            note_unreliable(seq, (uint8_t)(seq + 1u));
            deliver(code);
        }
        return;
    }
    ack_owed = true;
    if (seq != expected) {
        if ((uint8_t)(seq - expected) < 128) request_resend(now);
        return;
    }
    /* A message is not taken while there is no room for its answer: it will come again. */
    if (delivery_full()) return;
    expected++;
    resend_answered(now);
    deliver(code);
}

static void take(enum frame_event event, uint32_t now) {
    const uint8_t code = frame.type & CODE_MASK;
    if (event == FRAME_GOOD) {
        if ((frame.type & FROM_DEVICE) != 0) return;
        if (code == HELLO) {
            hello();
            return;
        }
        if (code == CAPS) return;
        if (up) {
            accept(code, now);
            return;
        }
    } else if (up) {
        link_counters.damaged++;
        request_resend(now);
        return;
    }
    if (now - announced_at >= ANNOUNCE) announce(now);
}

void link_start(void) { announce(clock_now); }

/* While nobody polled, nobody listened either: a board that stood still, or whose clock jumped, must not blame the host. */
static void forgive(uint32_t now) {
    const uint32_t unpolled = now - polled_at;
    if (unpolled > BEAT_EVERY) quiet_since += unpolled - BEAT_EVERY;
    polled_at = now;
}

void link_poll(void) {
    forgive(clock_now);
    enum frame_event event = FRAME_MORE;
    uint16_t unread = ring_unread();
    const bool heard = unread > 0;
    for (; unread > 0 && event == FRAME_MORE; unread--) {
        event = frame_push(ring_take());
        if (heard_since_sent < 0xffff) heard_since_sent++;
    }
    if (event != FRAME_MORE) take(event, clock_now);
    if (!up) return;
    const uint32_t now = clock_now;
    if (heard) {
        pump(now);
        /* A window update, lest a sender whose frames ask for no answer runs out of credit. */
        if (heard_since_sent >= GL_RX_WINDOW / 4u) ack_owed = true;
        if (ack_owed) beat(HEARTBEAT);
    }
    if (now - quiet_since >= SILENCE || delivery_hopeless()) {
        close();
        return;
    }
    delivery_poll(now);
    pump(now);
    if (now - sent_at >= BEAT_EVERY) beat(HEARTBEAT);
}
