/* Sends back what it hears, as fast as it comes: what the emulated line loses is the emulator's. */
#include <avr/io.h>

#ifndef BAUD
#define BAUD 115200UL
#endif

int main(void) {
    uint8_t byte = 0;
    uint8_t waits = 0;
    UBRR0 = (F_CPU + 4UL * BAUD) / (8UL * BAUD) - 1UL;
    UCSR0A = 1 << U2X0;
    UCSR0B = 1 << RXEN0 | 1 << TXEN0;
    for (;;) {
        if (waits == 0 && (UCSR0A & (1 << RXC0)) != 0) {
            byte = UDR0;
            waits = 1;
        }
        if (waits != 0 && (UCSR0A & (1 << UDRE0)) != 0) {
            UDR0 = byte;
            waits = 0;
        }
    }
}
