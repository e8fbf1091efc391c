#include "pwm.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "hal.h"

/* Timer 0 counts half microseconds, and the time with them: 3.9 kHz on pins 5 and 6. The others give 490 Hz. */
#define PERIOD_US 255u

static volatile uint16_t ms;
static uint16_t us;

ISR(TIMER0_OVF_vect) {
    us = (uint16_t)(us + PERIOD_US);
    if (us < 1000) return;
    us = (uint16_t)(us - 1000);
    ms++;
}

uint16_t hal_ms(void) {
    const uint8_t status = SREG;
    cli();
    const uint16_t now = ms;
    SREG = status;
    return now;
}

void pwm_timer_1(bool servos) {
    TIMSK1 = 0;
    TCCR1A = servos ? 0 : 1 << WGM10;
    TCCR1B = servos ? 1 << CS11 : 1 << CS11 | 1 << CS10;
    /* Above the top of the PWM it would count on to the end. */
    TCNT1 = 0;
}

void pwm_start(void) {
    TCCR0A = 1 << WGM00;
    TCCR0B = 1 << CS01;
    TIMSK0 = 1 << TOIE0;
    TCCR2A = 1 << WGM20;
    TCCR2B = 1 << CS22;
    pwm_timer_1(false);
}

/* Pin, control register, bit that connects the pin, compare register. */
#define EACH_PIN(PIN) \
    PIN(3, TCCR2A, COM2B1, OCR2B) \
    PIN(5, TCCR0A, COM0B1, OCR0B) \
    PIN(6, TCCR0A, COM0A1, OCR0A) \
    PIN(9, TCCR1A, COM1A1, OCR1A) \
    PIN(10, TCCR1A, COM1B1, OCR1B) \
    PIN(11, TCCR2A, COM2A1, OCR2A)

void pwm_off(uint8_t pin) {
#define PIN(number, control, bit, compare) \
    if (pin == number) control = (uint8_t)(control & ~(1 << bit));
    EACH_PIN(PIN)
#undef PIN
}

void hal_pwm(uint8_t pin, uint8_t duty) {
    /* Never and always are no work for a timer. */
    if (duty == 0 || duty == 255) {
        hal_output(pin, duty != 0);
        return;
    }
#define PIN(number, control, bit, compare) \
    if (pin == number) { \
        compare = duty; \
        control = (uint8_t)(control | 1 << bit); \
    }
    EACH_PIN(PIN)
#undef PIN
}
