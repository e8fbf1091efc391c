/* Where a pin of the Uno is on the chip. */
#ifndef FM_PORT_H
#define FM_PORT_H

#include <avr/io.h>
#include <stdint.h>

/* The port's output register; its direction and its input register stand one and two below it. */
static inline volatile uint8_t *port_of(uint8_t pin) { return pin < 8 ? &PORTD : pin < 14 ? &PORTB : &PORTC; }
static inline uint8_t mask_of(uint8_t pin) { return (uint8_t)(1u << (pin < 8 ? pin : pin < 14 ? pin - 8 : pin - 14)); }

#endif
