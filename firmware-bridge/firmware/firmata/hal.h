/* All that the protocol asks of a chip. Pins are numbered as on an Arduino Uno: 0..13 digital, 14..19 the analog channels 0..5. */
#ifndef FM_HAL_H
#define FM_HAL_H

#include <stdbool.h>
#include <stdint.h>

#define PINS 20u
#define PORTS 3u
#define CHANNELS 6u
#define FIRST_ANALOG 14u
#define SDA_PIN 18u
#define SCL_PIN 19u

/* Time since the start, modulo 2^16. */
uint16_t hal_ms(void);

/* A byte to the host; waits for room. */
void hal_send(uint8_t byte);
/* Bytes that need not wait. */
uint8_t hal_room(void);

/* The pin is an input, or a digital output at this level; PWM and servo pulses on it end. */
void hal_input(uint8_t pin, bool pull_up);
void hal_output(uint8_t pin, bool high);
bool hal_level(uint8_t pin);
/* The share of the time that the pin, which is an output, is high: duty / 255. */
void hal_pwm(uint8_t pin, uint8_t duty);
/* Whether the timer that pins 9 and 10 share makes servo pulses, or their PWM. */
void hal_servos(bool on);
/* Pulses of so many microseconds, 50 a second or fewer; 0: none, and the pin is low. */
void hal_servo(uint8_t pin, uint16_t us);
/* A channel's voltage as a share of the supply's: 0..1023. */
uint16_t hal_analog(uint8_t channel);

/* The two pins are the bus, at 100 kHz, or no longer. */
void hal_i2c(bool on);
/* False: nobody at `address`, a byte refused, or a bus that is stuck. With `stop` false the bus is kept, and the next transfer begins with a
 * repeated start. */
bool hal_i2c_write(uint8_t address, const uint8_t *bytes, uint8_t count, bool stop);
bool hal_i2c_read(uint8_t address, uint8_t *bytes, uint8_t count);
void hal_delay_us(uint16_t us);

#endif
