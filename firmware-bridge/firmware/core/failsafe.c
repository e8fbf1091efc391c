#include "failsafe.h"

#include "clock.h"
#include "hal.h"
#include "link.h"
#include "network.h"

#define MS UINT32_C(1000)
#define HOLD_AFTER (50u * MS)
#define HOLD_TICKS 3u
#define MAX_TTL_MS 1000u

static uint8_t state;
static uint32_t ttl;
static uint32_t armed_at;

uint8_t failsafe_state(void) { return state; }

bool failsafe_arm(uint32_t session, uint32_t ttl_ms) {
    if (session == 0 || session != link_session() || ttl_ms == 0 || ttl_ms > MAX_TTL_MS) return false;
    ttl = ttl_ms * MS;
    armed_at = clock_now;
    state = RUN;
    hal_armed();
    return true;
}

void failsafe_disarm(void) {
    state = SAFE;
    hal_safe();
}

void failsafe_poll(void) {
    if (state == SAFE) return;
    const uint32_t now = clock_now;
    const uint32_t unheard = now - link_heard_at();
    const uint32_t unarmed = now - armed_at;
    const uint32_t silence = unheard < unarmed ? unheard : unarmed;
    const uint32_t tick = population_count > 0 ? network_tick_us() : 0;
    const uint32_t hold = tick <= HOLD_AFTER / HOLD_TICKS ? HOLD_AFTER : tick > UINT32_MAX / HOLD_TICKS ? UINT32_MAX : HOLD_TICKS * tick;
    if (silence >= ttl) failsafe_disarm();
    else state = silence >= hold ? HOLD : RUN;
}
