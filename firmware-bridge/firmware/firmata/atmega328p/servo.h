#ifndef FM_SERVO_H
#define FM_SERVO_H

#include <stdint.h>

/* No pulse on this pin any more, nor the rest of one. */
void servo_off(uint8_t pin);

#endif
