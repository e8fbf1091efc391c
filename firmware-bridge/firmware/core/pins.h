/* Pins lent to the host: PROTOCOL.md section 15. */
#ifndef GL_PINS_H
#define GL_PINS_H

#include "config.h"

enum pin_mode { PIN_INPUT, PIN_PULL_UP, PIN_ANALOG, PIN_OUTPUT, PIN_PWM, PIN_SERVO, PIN_MODES };
#define PIN_BIT(mode) (1u << (mode))
#define PIN_LONGEST_PULSE_US 3000u

#if GL_PINS > 0
/* Takes a Pin message, as long as it should be; false, and no change, if its pin cannot do that, or not while the outputs are not armed. */
bool pins_set(const uint8_t *payload, bool armed);
/* Writes the answer to the Pins message that begins at `payload` over it; its length, or 0 if there is none. */
uint16_t pins_answer(uint8_t *payload);
#endif

#endif
