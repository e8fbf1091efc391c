/*
 * The firmware as a process: its line is standard input and output. Without arguments it lives in the machine's time. With `--lockstep` it
 * lives in that of whoever feeds it: input is a sequence of {now u32, µs | length u16 | bytes}, each of which is one turn of its
 * main loop, answered by {safe u8 | length u16 | bytes}.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "failsafe.h"
#include "frame.h"
#include "hal.h"
#include "pins.h"
#include "ring.h"

#ifndef GL_BUILD
#define GL_BUILD ""
#endif
#define CHUNK 4096
#define NAP_MS 1

static bool lockstep;
static uint32_t given_time;

static uint64_t machine_micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint32_t hal_micros(void) { return lockstep ? given_time : (uint32_t)machine_micros(); }
void hal_transmit(void) {}
void hal_output(uint8_t channel, int32_t value) { (void)channel, (void)value; }

/* Pins of air, each wired to its neighbour: 0 to 1, 2 to 3. */
static struct {
    uint8_t mode;
    uint16_t value;
} pins[GL_PINS];

void hal_safe(void) {
    for (size_t pin = 0; pin < GL_PINS; pin++) pins[pin].value = 0;
}

uint8_t hal_pin_modes(uint8_t pin) {
    (void)pin;
    return PIN_BIT(PIN_MODES) - 1u;
}

void hal_pin(uint8_t pin, uint8_t mode, uint16_t value) {
    pins[pin].mode = mode;
    pins[pin].value = value;
}

/* What drives a pin, in 1/255 of the supply. */
static uint16_t driven(uint8_t pin) {
    if (pins[pin].mode == PIN_OUTPUT) return pins[pin].value != 0 ? 255u : 0;
    return pins[pin].mode == PIN_PWM ? pins[pin].value : 0;
}

bool hal_pin_level(uint8_t pin) { return driven(pins[pin].mode >= PIN_OUTPUT ? pin : pin ^ 1u) >= 128u; }
uint16_t hal_pin_analog(uint8_t pin) { return pins[pin].mode == PIN_ANALOG ? (uint16_t)(257u * driven(pin ^ 1u)) : 0; }
void hal_armed(void) {}
void hal_busy(bool busy) { (void)busy; }
void hal_watchdog(void) {}
uint8_t hal_reset_cause(void) { return 0; }
uint16_t hal_stack_free(void) { return 0; }

uint32_t hal_boot_id(void) {
    const uint32_t id = lockstep ? 1u : (uint32_t)machine_micros() ^ ((uint32_t)getpid() << 16);
    return id == 0 ? 1 : id;
}

/* 40 digits of hexadecimal. */
void hal_build(uint8_t *hash) {
    const char *digits = GL_BUILD;
    memset(hash, 0, 20);
    for (size_t i = 0; i < 40 && *digits != 0; i++) {
        const char digit = *digits++;
        const uint8_t value = (uint8_t)(digit >= 'a' ? digit - 'a' + 10 : digit - '0');
        hash[i / 2] = (uint8_t)(hash[i / 2] << 4 | value);
    }
}

static bool write_all(const uint8_t *bytes, size_t length) {
    while (length > 0) {
        const ssize_t wrote = write(STDOUT_FILENO, bytes, length);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return true;
}

static size_t drain(uint8_t *out, size_t room) {
    size_t length = 0;
    while (length < room && ring_to_send()) out[length++] = (uint8_t)ring_next();
    return length;
}

static int live(void) {
    uint8_t bytes[CHUNK];
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    for (;;) {
        const bool room = ring_free() > 0;
        if (poll(&input, room ? 1 : 0, NAP_MS) > 0) {
            const ssize_t got = read(STDIN_FILENO, bytes, ring_free() < CHUNK ? ring_free() : CHUNK);
            if (got < 0 && errno != EINTR) return 1;
            if (got == 0) return 0;
            for (ssize_t i = 0; i < got; i++) ring_received(bytes[i]);
        }
        board_poll();
        if (!write_all(bytes, drain(bytes, CHUNK))) return 0;
    }
}

static int stepped(void) {
    static uint8_t out[3 + GL_TX_RING];
    uint8_t head[6];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        given_time = read32(head);
        for (uint16_t left = read16(head + 4); left > 0; left--) {
            const int byte = getchar();
            if (byte == EOF) return 1;
            ring_received((uint8_t)byte);
        }
        board_poll();
        const size_t length = drain(out + 3, GL_TX_RING);
        out[0] = failsafe_state() == SAFE;
        out[1] = (uint8_t)length;
        out[2] = (uint8_t)(length >> 8);
        if (!write_all(out, 3 + length)) return 0;
    }
    return 0;
}

int main(int count, char **arguments) {
    lockstep = count > 1 && strcmp(arguments[1], "--lockstep") == 0;
    board_start();
    return lockstep ? stepped() : live();
}
