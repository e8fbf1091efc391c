/*
 * The protocol on a chip of air: standard input is what the host says, standard output what it hears. A millisecond passes with every sixth
 * byte, as at 57600 baud, and 100 at the end. What the protocol must never ask of a chip ends the program.
 */
#include <stdio.h>
#include <stdlib.h>

#include "firmata.h"
#include "hal.h"

#define BYTES_PER_MS 6u
#define LAST_MS 100u
#define DEVICE 0x68

static uint16_t ms;
static uint8_t bytes_left = 255;
static bool driven[PINS];
static bool servos_on, bus_on;

static void demand(bool held, const char *what) {
    if (held) return;
    fprintf(stderr, "the protocol broke: %s\n", what);
    abort();
}

static void pin_exists(uint8_t pin) { demand(pin >= 2 && pin < PINS, "a pin that exists"); }

uint16_t hal_ms(void) { return ms; }

void hal_send(uint8_t byte) {
    if (bytes_left > 0) bytes_left--;
    putchar(byte);
}

uint8_t hal_room(void) { return bytes_left; }

void hal_input(uint8_t pin, bool pull_up) {
    (void)pull_up;
    pin_exists(pin);
    driven[pin] = false;
}

void hal_output(uint8_t pin, bool high) {
    (void)high;
    pin_exists(pin);
    demand(!bus_on || pin < SDA_PIN, "no output on the bus");
    driven[pin] = true;
}

bool hal_level(uint8_t pin) {
    pin_exists(pin);
    return (ms >> (pin & 7u) & 1) != 0;
}

void hal_pwm(uint8_t pin, uint8_t duty) {
    (void)duty;
    demand(pin == 3 || pin == 5 || pin == 6 || (pin >= 9 && pin <= 11), "PWM where there is some");
    demand(!servos_on || (pin != 9 && pin != 10), "one use of timer 1");
    demand(driven[pin], "PWM on an output");
}

void hal_servos(bool on) {
    demand(on != servos_on, "servos turned on once and off once");
    servos_on = on;
}

void hal_servo(uint8_t pin, uint16_t us) {
    demand(pin >= 2 && pin <= 13 && driven[pin], "a servo on a digital output");
    demand(servos_on, "pulses while the timer makes some");
    demand(us == 0 || (us >= 100 && us <= 3000), "a pulse that a servo knows");
}

uint16_t hal_analog(uint8_t channel) {
    demand(channel < CHANNELS, "a channel that exists");
    demand(!driven[FIRST_ANALOG + channel], "a channel that is not an output");
    return ms & 1023u;
}

void hal_i2c(bool on) { bus_on = on; }

bool hal_i2c_write(uint8_t address, const uint8_t *bytes, uint8_t count, bool stop) {
    (void)bytes;
    (void)stop;
    demand(bus_on && address < 128 && count <= 64, "a transfer on a bus that is on");
    return address == DEVICE;
}

bool hal_i2c_read(uint8_t address, uint8_t *bytes, uint8_t count) {
    demand(bus_on && address < 128 && count > 0 && count <= 64, "a transfer on a bus that is on");
    for (uint8_t i = 0; i < count; i++) bytes[i] = (uint8_t)(200u + i);
    return address == DEVICE;
}

void hal_delay_us(uint16_t us) { (void)us; }

static void pass(void) {
    ms++;
    bytes_left = (uint8_t)(bytes_left > 255u - BYTES_PER_MS ? 255u : bytes_left + BYTES_PER_MS);
    firmata_poll();
}

int main(void) {
    unsigned count = 0;
    firmata_start();
    for (int byte = getchar(); byte != EOF; byte = getchar()) {
        firmata_byte((uint8_t)byte);
        if (++count % BYTES_PER_MS == 0) pass();
    }
    for (unsigned i = 0; i < LAST_MS; i++) pass();
    return 0;
}
