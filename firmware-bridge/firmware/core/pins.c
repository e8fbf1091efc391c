#include "pins.h"

#if GL_PINS > 0

#include <string.h>

#include "frame.h"
#include "hal.h"

enum { MODES = 0, READINGS = 1 };

static uint16_t most(uint8_t mode) {
    switch (mode) {
        case PIN_OUTPUT: return 1;
        case PIN_PWM: return 255;
        case PIN_SERVO: return PIN_LONGEST_PULSE_US;
        default: return 0;
    }
}

bool pins_set(const uint8_t *payload, bool armed) {
    const uint8_t pin = payload[0];
    const uint8_t mode = payload[1];
    const uint16_t value = read16(payload + 2);
    if (pin >= GL_PINS || mode >= PIN_MODES || (hal_pin_modes(pin) & PIN_BIT(mode)) == 0 || value > most(mode)) return false;
    if (mode >= PIN_OUTPUT && !armed) return false;
    hal_pin(pin, mode, value);
    return true;
}

static uint16_t write_readings(uint8_t *at) {
    uint8_t *analog = at + (GL_PINS + 7u) / 8u;
    memset(at, 0, (GL_PINS + 7u) / 8u);
    for (uint8_t pin = 0; pin < GL_PINS; pin++) {
        const uint8_t modes = hal_pin_modes(pin);
        if (modes != 0 && hal_pin_level(pin)) at[pin / 8u] = (uint8_t)(at[pin / 8u] | 1u << pin % 8u);
        if ((modes & PIN_BIT(PIN_ANALOG)) == 0) continue;
        const uint16_t value = hal_pin_analog(pin);
        *analog++ = (uint8_t)value;
        *analog++ = (uint8_t)(value >> 8);
    }
    return (uint16_t)(analog - at);
}

uint16_t pins_answer(uint8_t *payload) {
    if (payload[0] == READINGS) return (uint16_t)(1u + write_readings(payload + 1));
    if (payload[0] != MODES) return 0;
    for (uint8_t pin = 0; pin < GL_PINS; pin++) payload[1 + pin] = hal_pin_modes(pin);
    return 1u + GL_PINS;
}

#endif
