/* What each pin can be, is, and was last told. */
#ifndef FM_PINS_H
#define FM_PINS_H

#include <stdbool.h>
#include <stdint.h>

/* Digital pins are inputs, analog ones analog; no report, no servo configured. */
void pins_reset(void);
/* Whatever drives something stops: outputs low, PWM 0, servos without pulses. Modes stay. */
void pins_safe(void);

void pins_mode(uint8_t pin, uint8_t mode);
uint8_t pins_mode_of(uint8_t pin);
/* For an output its level, for an input its pull-up. */
void pins_digital(uint8_t pin, bool high);
/* Duty of a PWM pin, or angle or pulse of a servo. */
void pins_analog(uint8_t pin, uint16_t value);
/* Shortest and longest pulse of a servo, microseconds: 0 and 180 degrees. */
void pins_servo(uint8_t pin, uint16_t shortest, uint16_t longest);

/* Levels of the inputs of a port of eight pins. */
uint8_t pins_levels(uint8_t port);

void pins_reply_capabilities(void);
void pins_reply_mapping(void);
void pins_reply_state(uint8_t pin);

#endif
