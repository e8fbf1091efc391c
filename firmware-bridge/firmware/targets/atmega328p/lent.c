/*
 * Pins lent to the host, by their numbers on an Arduino Uno: 2..7 (PD2..PD7), with PWM on 3, 5 and 6, and 14..19 (PC0..PC5), the analog
 * channels. PWM is phase-correct, 490 Hz. Servo pulses come from the second compare of timer 1, the clock, whose counts are half microseconds: six
 * slots of a third of 10 ms, one a pin.
 */
#include "lent.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "hal.h"
#include "pins.h"

#define FIRST_DIGITAL 2u
#define SERVOS 6u
#define FIRST_ANALOG 14u
#define DIGITAL 0xfcu
#define COUNTS_PER_US 2u
#define SLOT 6666u
/* So far ahead a compare is not missed. */
#define AHEAD 20u
/* From the rise of a pin to the moment that its width is counted from, and from the compare to the fall. */
#define LATENCY 8u

/* Counts; 0: no pulses. */
static volatile uint16_t widths[SERVOS];
static volatile uint8_t slot;
/* the bit of port D that falls at the next compare */
static volatile uint8_t falling;
static bool in_pulse;
static uint16_t slot_at;
/* channels that are analog inputs */
static uint8_t analog;

ISR(TIMER1_COMPB_vect) {
    const uint16_t width = widths[slot];
    if (!in_pulse && width != 0) {
        falling = (uint8_t)(1u << (FIRST_DIGITAL + slot));
        PORTD |= falling;
        OCR1B = (uint16_t)(TCNT1 + width - LATENCY);
        in_pulse = true;
        return;
    }
    PORTD &= (uint8_t)~falling;
    falling = 0;
    in_pulse = false;
    slot = slot + 1u < SERVOS ? (uint8_t)(slot + 1u) : 0;
    slot_at = (uint16_t)(slot_at + SLOT);
    OCR1B = slot_at;
}

static bool is_digital(uint8_t pin) { return pin >= FIRST_DIGITAL && pin < FIRST_DIGITAL + SERVOS; }
/* The output register of its port; those of direction and input stand one and two below. */
static volatile uint8_t *port_of(uint8_t pin) { return is_digital(pin) ? &PORTD : &PORTC; }
static uint8_t mask_of(uint8_t pin) { return (uint8_t)(1u << (is_digital(pin) ? pin : pin - FIRST_ANALOG)); }

/* The interrupt of the servos writes to the same register. */
static void put(volatile uint8_t *where, uint8_t mask, bool on) {
    const uint8_t status = SREG;
    cli();
    *where = (uint8_t)(on ? *where | mask : *where & ~mask);
    SREG = status;
}

/* Width of the pulses of pin 2 + servo, from the next one on. */
static void pulse(uint8_t servo, uint16_t us) {
    const uint8_t status = SREG;
    cli();
    widths[servo] = (uint16_t)(COUNTS_PER_US * us);
    if (us == 0 && slot == servo) {
        PORTD &= (uint8_t)~falling;
        falling = 0;
    }
    if (us != 0 && (TIMSK1 & (1 << OCIE1B)) == 0) {
        slot = 0;
        in_pulse = false;
        slot_at = (uint16_t)(TCNT1 + AHEAD);
        OCR1B = slot_at;
        TIFR1 = 1 << OCF1B;
        TIMSK1 |= 1 << OCIE1B;
    }
    SREG = status;
}

static void no_pwm(uint8_t pin) {
    if (pin == 3) TCCR2A = 0;
    if (pin == 5) TCCR0A &= (uint8_t)~(1 << COM0B1);
    if (pin == 6) TCCR0A &= (uint8_t)~(1 << COM0A1);
}

static void pwm(uint8_t pin, uint8_t duty) {
    if (pin == 3) {
        OCR2B = duty;
        TCCR2A = 1 << COM2B1 | 1 << WGM20;
        TCCR2B = 1 << CS22;
        return;
    }
    if (pin == 5) OCR0B = duty;
    else OCR0A = duty;
    TCCR0A = (uint8_t)(TCCR0A | (pin == 5 ? 1 << COM0B1 : 1 << COM0A1) | 1 << WGM00);
    TCCR0B = 1 << CS01 | 1 << CS00;
}

uint8_t hal_pin_modes(uint8_t pin) {
    const uint8_t plain = PIN_BIT(PIN_INPUT) | PIN_BIT(PIN_PULL_UP) | PIN_BIT(PIN_OUTPUT);
    if (pin >= FIRST_ANALOG) return plain | PIN_BIT(PIN_ANALOG);
    if (!is_digital(pin)) return 0;
    return (uint8_t)(plain | PIN_BIT(PIN_SERVO) | (pin == 3 || pin == 5 || pin == 6 ? PIN_BIT(PIN_PWM) : 0));
}

void hal_pin(uint8_t pin, uint8_t mode, uint16_t value) {
    volatile uint8_t *const port = port_of(pin);
    const uint8_t mask = mask_of(pin);
    /* Never and always are no work for a timer. */
    const bool by_timer = mode == PIN_PWM && value != 0 && value != 255;
    const bool pulses = mode == PIN_SERVO && value != 0;
    if (!by_timer) no_pwm(pin);
    if (is_digital(pin) && !pulses) pulse((uint8_t)(pin - FIRST_DIGITAL), 0);
    if (!is_digital(pin)) analog = (uint8_t)(mode == PIN_ANALOG ? analog | mask : analog & ~mask);
    /* The level of a pin that goes on pulsing is its interrupt's. */
    if (!pulses || widths[pin - FIRST_DIGITAL] == 0) put(port, mask, mode == PIN_PULL_UP || (mode != PIN_SERVO && value != 0));
    put(port - 1, mask, mode >= PIN_OUTPUT);
    if (by_timer) pwm(pin, (uint8_t)value);
    if (pulses) pulse((uint8_t)(pin - FIRST_DIGITAL), value);
}

bool hal_pin_level(uint8_t pin) { return (*(port_of(pin) - 2) & mask_of(pin)) != 0; }

/* 104 us. */
uint16_t hal_pin_analog(uint8_t pin) {
    if ((analog & mask_of(pin)) == 0) return 0;
    ADMUX = (uint8_t)(1 << REFS0 | (pin - FIRST_ANALOG));
    ADCSRA = 1 << ADEN | 1 << ADSC | 1 << ADPS2 | 1 << ADPS1 | 1 << ADPS0;
    while ((ADCSRA & (1 << ADSC)) != 0) {}
    return (uint16_t)(ADC << 6);
}

void lent_safe(void) {
    const uint8_t status = SREG;
    cli();
    TIMSK1 &= (uint8_t)~(1 << OCIE1B);
    for (uint8_t servo = 0; servo < SERVOS; servo++) widths[servo] = 0;
    falling = 0;
    TCCR0A = 0;
    TCCR2A = 0;
    PORTD &= (uint8_t)~(DDRD & DIGITAL);
    PORTC &= (uint8_t)~DDRC;
    SREG = status;
}
