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
/* Every output to its safe value. Called at the start, and whenever the board becomes safe. */
void hal_safe(void);
/* A tick is being computed: for an oscilloscope. */
void hal_busy(bool busy);
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
