/* Servo pulses by timer 1, which counts half microseconds: one pin after the other, then a rest until 20 ms are full. */
#include "servo.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>

#include "hal.h"
#include "port.h"
#include "pwm.h"

#ifndef COUNTS_PER_US
#define COUNTS_PER_US 2u
#endif
#define FIRST 2u
#define SERVOS 12u
#define PERIOD 40000u
/* So far ahead a compare is not missed. */
#define AHEAD 20u
/* From the rise of a pin to the moment that its width is counted from, and from the compare to the fall. */
#define LATENCY 12u
#define NONE 0xff

/* Counts; 0: no pulses. */
static volatile uint16_t widths[SERVOS];
/* Whose pulse it is, and who comes next. */
static volatile uint8_t raised = NONE;
static uint8_t next;
static uint16_t frame_at;

static void drive(uint8_t servo, bool high) {
    volatile uint8_t *port = port_of((uint8_t)(servo + FIRST));
    const uint8_t mask = mask_of((uint8_t)(servo + FIRST));
    *port = (uint8_t)(high ? *port | mask : *port & ~mask);
}

ISR(TIMER1_COMPA_vect) {
    if (raised != NONE) drive(raised, false);
    if (next == 0) frame_at = TCNT1;
    while (next < SERVOS && widths[next] == 0) next++;
    if (next < SERVOS) {
        drive(next, true);
        OCR1A = (uint16_t)(TCNT1 + widths[next] - LATENCY);
        raised = next++;
        return;
    }
    raised = NONE;
    next = 0;
    const uint16_t now = TCNT1;
    OCR1A = (uint16_t)(now - frame_at) < PERIOD - AHEAD ? (uint16_t)(frame_at + PERIOD) : (uint16_t)(now + AHEAD);
}

void hal_servos(bool on) {
    const uint8_t status = SREG;
    cli();
    pwm_timer_1(on);
    if (on) {
        raised = NONE;
        next = 0;
        OCR1A = (uint16_t)(TCNT1 + AHEAD);
        TIFR1 = 1 << OCF1A;
        TIMSK1 = 1 << OCIE1A;
    }
    SREG = status;
}

void servo_off(uint8_t pin) {
    if (pin < FIRST || pin >= FIRST + SERVOS) return;
    const uint8_t servo = (uint8_t)(pin - FIRST);
    const uint8_t status = SREG;
    cli();
    widths[servo] = 0;
    if (raised == servo) raised = NONE;
    SREG = status;
}

void hal_servo(uint8_t pin, uint16_t us) {
    if (us == 0) {
        hal_output(pin, false);
        return;
    }
    const uint8_t status = SREG;
    cli();
    widths[pin - FIRST] = (uint16_t)(COUNTS_PER_US * us);
    SREG = status;
}
