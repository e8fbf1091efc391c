/* PWM by the three timers, phase-correct: of 510 counts the pin is high for twice the duty. */
#ifndef FM_PWM_H
#define FM_PWM_H

#include <stdbool.h>
#include <stdint.h>

void pwm_start(void);
/* The timer no longer drives the pin. */
void pwm_off(uint8_t pin);
/* Timer 1 for servos, or for the PWM of pins 9 and 10. */
void pwm_timer_1(bool servos);

#endif
