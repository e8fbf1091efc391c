#include <avr/interrupt.h>
#include <avr/io.h>

#include "hal.h"
#include "port.h"
#include "pwm.h"
#include "servo.h"

/* The servos' interrupt writes to the same registers. */
static void set(volatile uint8_t *where, uint8_t mask, bool on) {
    const uint8_t status = SREG;
    cli();
    *where = (uint8_t)(on ? *where | mask : *where & ~mask);
    SREG = status;
}

void hal_input(uint8_t pin, bool pull_up) {
    volatile uint8_t *port = port_of(pin);
    pwm_off(pin);
    servo_off(pin);
    set(port - 1, mask_of(pin), false);
    set(port, mask_of(pin), pull_up);
}

void hal_output(uint8_t pin, bool high) {
    volatile uint8_t *port = port_of(pin);
    pwm_off(pin);
    servo_off(pin);
    set(port, mask_of(pin), high);
    set(port - 1, mask_of(pin), true);
}

bool hal_level(uint8_t pin) { return (*(port_of(pin) - 2) & mask_of(pin)) != 0; }

/* 104 us. */
uint16_t hal_analog(uint8_t channel) {
    ADMUX = (uint8_t)(1 << REFS0 | channel);
    ADCSRA = 1 << ADEN | 1 << ADSC | 1 << ADPS2 | 1 << ADPS1 | 1 << ADPS0;
    while ((ADCSRA & (1 << ADSC)) != 0) {}
    return ADC;
}
