#include "clock.h"

#include "frame.h"
#include "hal.h"

#define TIME_SYNC_BYTES 25u
#define RECEIVED 9u
#define SENT 17u

uint32_t clock_now;
static uint32_t wraps;

void clock_poll(void) {
    const uint32_t now = hal_micros();
    if (now < clock_now) wraps++;
    clock_now = now;
}

static void stamp(uint8_t *at) {
    clock_poll();
    write32(at, clock_now);
    write32(at + 4, wraps);
}

bool clock_answer(uint8_t *payload, uint16_t length) {
    if (length != TIME_SYNC_BYTES) return false;
    stamp(payload + RECEIVED);
    stamp(payload + SENT);
    return true;
}
