/* All that the core asks of a chip. Interrupt routines call ring_received() and ring_next() (ring.h). */
#ifndef GL_HAL_H
#define GL_HAL_H

#include "config.h"

/* Time since the start, modulo 2^32. */
uint32_t hal_micros(void);
/* Bytes wait in the transmit ring: begin to send, if not sending. */
void hal_transmit(void);
/* The outputs are armed: from now on they follow the readouts. */
void hal_armed(void);
/* Value of a readout, after each tick of an armed board. */
void hal_output(uint8_t channel, int32_t value);
/* Every output to its safe value, and every pin that was driven for the host low. Called at the start, and whenever the board becomes safe. */
void hal_safe(void);
/* A tick is being computed: for an oscilloscope. */
void hal_busy(bool busy);
#if GL_PINS > 0
/* A bit for each mode (pins.h) in which the host may use the pin; 0: it is not the host's. */
uint8_t hal_pin_modes(uint8_t pin);
/* What the pin is from now on, and what it drives; all of it is allowed. */
void hal_pin(uint8_t pin, uint8_t mode, uint16_t value);
bool hal_pin_level(uint8_t pin);
/* The voltage of a pin that is an analog input, in 1/65536 of the reference; of any other 0. */
uint16_t hal_pin_analog(uint8_t pin);
#endif
/* The watchdog, of at most 1 s, is fed. */
void hal_watchdog(void);
/* Another number at every start, not 0. */
uint32_t hal_boot_id(void);
/* ResetCause of the protocol. */
uint8_t hal_reset_cause(void);
/* Bytes of stack that were never used, or 0. */
uint16_t hal_stack_free(void);
/* The 20 bytes that name this build. */
void hal_build(uint8_t *hash);

#endif
