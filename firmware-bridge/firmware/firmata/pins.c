#include "pins.h"

#include "bus.h"
#include "hal.h"
#include "reply.h"
#include "wire.h"

/* Features of a pin. */
#define DIGITAL 1u
#define ANALOG 2u
#define PWM 4u
#define SERVO 8u
#define BUS 16u

/* Values below this are degrees, from it on microseconds: the shortest pulse of a common servo. */
#define SHORTEST_US 544u
#define LONGEST_US 2400u
#define DEGREES 180u

static const uint8_t features[PINS] = {
    /* the serial line */
    0,
    0,
    DIGITAL | SERVO,
    DIGITAL | SERVO | PWM,
    DIGITAL | SERVO,
    DIGITAL | SERVO | PWM,
    DIGITAL | SERVO | PWM,
    DIGITAL | SERVO,
    DIGITAL | SERVO,
    DIGITAL | SERVO | PWM,
    DIGITAL | SERVO | PWM,
    DIGITAL | SERVO | PWM,
    DIGITAL | SERVO,
    DIGITAL | SERVO,
    DIGITAL | ANALOG,
    DIGITAL | ANALOG,
    DIGITAL | ANALOG,
    DIGITAL | ANALOG,
    DIGITAL | ANALOG | BUS,
    DIGITAL | ANALOG | BUS,
};

static const struct {
    uint8_t mode, feature, bits;
} kinds[] = {
    {MODE_INPUT, DIGITAL, 1}, {MODE_OUTPUT, DIGITAL, 1}, {MODE_PULLUP, DIGITAL, 1}, {MODE_ANALOG, ANALOG, 10},
    {MODE_PWM, PWM, 8},       {MODE_SERVO, SERVO, 14},   {MODE_I2C, BUS, 1},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct {
    uint8_t mode;
    /* last value told */
    uint16_t state;
    uint16_t shortest, longest;
} pins[PINS];

static bool can(uint8_t pin, uint8_t mode) {
    for (uint8_t i = 0; i < KINDS; i++)
        if (kinds[i].mode == mode) return pin < PINS && (features[pin] & kinds[i].feature) != 0;
    return false;
}

static bool any(uint8_t mode) {
    for (uint8_t pin = 0; pin < PINS; pin++)
        if (features[pin] != 0 && pins[pin].mode == mode) return true;
    return false;
}

static bool shares_timer(uint8_t pin) { return pin == 9 || pin == 10; }

/* Pins 9 and 10 give their PWM up for servos. */
static void yield_timer(void) {
    for (uint8_t pin = 9; pin <= 10; pin++) {
        if (pins[pin].mode != MODE_PWM) continue;
        pins_mode(pin, MODE_OUTPUT);
        reply_text("servos take the PWM of pin", pin);
    }
}

static void leave(uint8_t pin) {
    const uint8_t mode = pins[pin].mode;
    hal_input(pin, false);
    pins[pin].state = 0;
    pins[pin].mode = MODE_INPUT;
    if (mode == MODE_SERVO && !any(MODE_SERVO)) hal_servos(false);
    if (mode == MODE_I2C) {
        bus_off();
        leave(pin == SDA_PIN ? SCL_PIN : SDA_PIN);
    }
}

static void enter(uint8_t pin, uint8_t mode) {
    if (mode == MODE_SERVO && !any(MODE_SERVO)) {
        yield_timer();
        hal_servos(true);
    }
    pins[pin].mode = mode;
    if (mode == MODE_OUTPUT || mode == MODE_PWM || mode == MODE_SERVO) hal_output(pin, false);
    if (mode == MODE_PULLUP) pins_digital(pin, true);
    if (mode == MODE_I2C) {
        const uint8_t other = pin == SDA_PIN ? SCL_PIN : SDA_PIN;
        if (pins[other].mode != MODE_I2C) pins_mode(other, MODE_I2C);
        else hal_i2c(true);
    }
}

void pins_mode(uint8_t pin, uint8_t mode) {
    if (!can(pin, mode) || (mode == MODE_PWM && shares_timer(pin) && any(MODE_SERVO))) {
        reply_text("mode refused by pin", pin);
        return;
    }
    /* An input that is told so again loses its pull-up. */
    if (pins[pin].mode == mode && mode != MODE_INPUT) return;
    leave(pin);
    enter(pin, mode);
}

uint8_t pins_mode_of(uint8_t pin) { return pin < PINS && features[pin] != 0 ? pins[pin].mode : NONE; }

void pins_digital(uint8_t pin, bool high) {
    const uint8_t mode = pins_mode_of(pin);
    if (mode == MODE_OUTPUT) hal_output(pin, high);
    else if (mode == MODE_INPUT || mode == MODE_PULLUP) hal_input(pin, high);
    else return;
    pins[pin].state = high;
}

static uint16_t pulse(uint8_t pin, uint16_t value) {
    const uint16_t shortest = pins[pin].shortest;
    const uint16_t longest = pins[pin].longest;
    if (value < SHORTEST_US) {
        const uint16_t degrees = value < DEGREES ? value : DEGREES;
        return (uint16_t)(shortest + ((uint32_t)(longest - shortest) * degrees + DEGREES / 2) / DEGREES);
    }
    if (value < shortest) return shortest;
    return value > longest ? longest : value;
}

void pins_analog(uint8_t pin, uint16_t value) {
    const uint8_t mode = pins_mode_of(pin);
    if (mode == MODE_PWM) hal_pwm(pin, (uint8_t)(value < 255 ? value : 255));
    else if (mode == MODE_SERVO) hal_servo(pin, pulse(pin, value));
    else return;
    pins[pin].state = value;
}

void pins_servo(uint8_t pin, uint16_t shortest, uint16_t longest) {
    if (!can(pin, MODE_SERVO) || shortest < 100 || longest > 3000 || shortest >= longest) {
        reply_text("servo range refused by pin", pin);
        return;
    }
    pins[pin].shortest = shortest;
    pins[pin].longest = longest;
    pins_mode(pin, MODE_SERVO);
}

uint8_t pins_levels(uint8_t port) {
    uint8_t levels = 0;
    for (uint8_t i = 0; i < 8; i++) {
        const uint8_t pin = (uint8_t)(8 * port + i);
        const uint8_t mode = pins_mode_of(pin);
        if ((mode == MODE_INPUT || mode == MODE_PULLUP) && hal_level(pin)) levels = (uint8_t)(levels | 1u << i);
    }
    return levels;
}

void pins_reset(void) {
    for (uint8_t pin = 0; pin < PINS; pin++) {
        if (features[pin] == 0) continue;
        leave(pin);
        if (pin >= FIRST_ANALOG) pins[pin].mode = MODE_ANALOG;
        pins[pin].shortest = SHORTEST_US;
        pins[pin].longest = LONGEST_US;
    }
}

void pins_safe(void) {
    for (uint8_t pin = 0; pin < PINS; pin++) {
        const uint8_t mode = pins_mode_of(pin);
        if (mode == MODE_OUTPUT) hal_output(pin, false);
        else if (mode == MODE_PWM) hal_pwm(pin, 0);
        else if (mode == MODE_SERVO) hal_servo(pin, 0);
        else continue;
        pins[pin].state = 0;
    }
}

void pins_reply_capabilities(void) {
    reply_begin(CAPABILITY_RESPONSE);
    for (uint8_t pin = 0; pin < PINS; pin++) {
        for (uint8_t i = 0; i < KINDS; i++) {
            if ((features[pin] & kinds[i].feature) == 0) continue;
            reply_7(kinds[i].mode);
            reply_7(kinds[i].bits);
        }
        reply_7(NONE);
    }
    reply_end();
}

void pins_reply_mapping(void) {
    reply_begin(ANALOG_MAPPING_RESPONSE);
    for (uint8_t pin = 0; pin < PINS; pin++) reply_7(pin >= FIRST_ANALOG ? (uint8_t)(pin - FIRST_ANALOG) : (uint8_t)NONE);
    reply_end();
}

void pins_reply_state(uint8_t pin) {
    if (pin >= PINS) return;
    reply_begin(PIN_STATE_RESPONSE);
    reply_7(pin);
    reply_7(pins_mode_of(pin));
    reply_14(pins[pin].state);
    reply_end();
}
