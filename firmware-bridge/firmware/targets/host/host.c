/*
 * The firmware as a process: its line is standard input and output. Without arguments it lives in the machine's time; with `--lockstep BOOT_ID CAUSE
 * MICROS COMPUTE` in that of whoever feeds it (lockstep.c), who says which start this is and why, what its clock shows, and the µs that a tick takes.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "hal.h"
#include "lockstep.h"
#include "pins.h"
#include "ring.h"

#ifndef GL_BUILD
#define GL_BUILD ""
#endif
#define CHUNK 4096
#define NAP_MS 1

static bool lockstep;
static struct start start;
static bool armed;
static int32_t outputs[GL_OUTPUTS];

static uint64_t machine_micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint32_t hal_micros(void) { return lockstep ? start.micros : (uint32_t)machine_micros(); }
void hal_transmit(void) {}

/* Pins of air, each wired to its neighbour: 0 to 1, 2 to 3. */
static struct {
    uint8_t mode;
    uint16_t value;
} pins[GL_PINS];

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
void hal_watchdog(void) {}
uint8_t hal_reset_cause(void) { return start.cause; }
uint16_t hal_stack_free(void) { return 0; }

void hal_output(uint8_t channel, int32_t value) { outputs[channel] = value; }
void hal_armed(void) { armed = true; }
void hal_safe(void) {
    armed = false;
    memset(outputs, 0, sizeof outputs);
    for (size_t pin = 0; pin < GL_PINS; pin++) pins[pin].value = 0;
}

/* The end of a tick, which took its time. */
void hal_busy(bool busy) {
    if (!busy) start.micros += start.compute;
}

uint32_t hal_boot_id(void) {
    const uint32_t id = lockstep ? start.boot_id : (uint32_t)machine_micros() ^ ((uint32_t)getpid() << 16);
    return id == 0 ? 1 : id;
}

void host_time(uint32_t micros) {
    /* A tick that took longer than its time has carried the clock ahead of whoever feeds it. */
    if ((int32_t)(micros - start.micros) > 0) start.micros = micros;
}

bool host_safe(void) {
    for (size_t k = 0; k < GL_OUTPUTS; k++)
        if (outputs[k] != 0) return false;
    return !armed;
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

bool host_write(const uint8_t *bytes, size_t length) {
    while (length > 0) {
        const ssize_t wrote = write(STDOUT_FILENO, bytes, length);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return true;
}

size_t host_drain(uint8_t *out, size_t room) {
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
        if (!host_write(bytes, host_drain(bytes, CHUNK))) return 0;
    }
}

static uint32_t number(const char *argument) { return (uint32_t)strtoul(argument, NULL, 10); }

int main(int count, char **arguments) {
    lockstep = count == 6 && strcmp(arguments[1], "--lockstep") == 0;
    if (count > 1 && !lockstep) return 2;
    if (lockstep) {
        start.boot_id = number(arguments[2]);
        start.cause = (uint8_t)number(arguments[3]);
        start.micros = number(arguments[4]);
        start.compute = number(arguments[5]);
    }
    board_start();
    return lockstep ? lockstep_run() : live();
}
