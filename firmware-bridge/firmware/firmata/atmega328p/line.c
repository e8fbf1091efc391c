#include "line.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "hal.h"

#define BAUD 57600UL
/* Double speed: 57142 in truth, 0.8 % off. */
#define UBRR_VALUE ((F_CPU + 4UL * BAUD) / (8UL * BAUD) - 1UL)

/* Indices wrap by themselves; each has one writer. */
static uint8_t received[256];
static volatile uint8_t rx_head, rx_tail;
static volatile bool lost;
static uint8_t sending[256];
static volatile uint8_t tx_head, tx_tail;

ISR(USART_RX_vect) {
    const bool overrun = (UCSR0A & (1 << DOR0)) != 0;
    const uint8_t byte = UDR0;
    const uint8_t next = (uint8_t)(rx_head + 1);
    if (next == rx_tail) {
        lost = true;
        return;
    }
    received[rx_head] = byte;
    rx_head = next;
    if (overrun) lost = true;
}

ISR(USART_UDRE_vect) {
    if (tx_tail == tx_head) UCSR0B = (uint8_t)(UCSR0B & ~(1 << UDRIE0));
    else UDR0 = sending[tx_tail++];
}

void line_start(void) {
    UBRR0 = UBRR_VALUE;
    UCSR0A = 1 << U2X0;
    UCSR0C = 1 << UCSZ01 | 1 << UCSZ00;
    UCSR0B = 1 << RXEN0 | 1 << TXEN0 | 1 << RXCIE0;
}

bool line_unread(void) { return rx_head != rx_tail; }

bool line_take(uint8_t *byte) {
    if (!line_unread()) return false;
    *byte = received[rx_tail++];
    return true;
}

bool line_lost(void) {
    if (!lost) return false;
    lost = false;
    return true;
}

uint8_t hal_room(void) { return (uint8_t)(tx_tail - tx_head - 1); }

void hal_send(uint8_t byte) {
    while (hal_room() == 0) {}
    sending[tx_head] = byte;
    tx_head++;
    const uint8_t status = SREG;
    cli();
    UCSR0B = (uint8_t)(UCSR0B | 1 << UDRIE0);
    SREG = status;
}
