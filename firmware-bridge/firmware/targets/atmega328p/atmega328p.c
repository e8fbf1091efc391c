/*
 * ATmega328P at 16 MHz. USART 0 is the line; timer 1 counts half microseconds. Port B: PB0..PB3 are the outputs (high while readout k is
 * above 0, low when safe), PB4 is high while a tick is computed, PB5 while the outputs are armed. Ports C and D: lent.c.
 */
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "board.h"
#include "hal.h"
#include "lent.h"
#include "ring.h"

#ifndef BAUD
#define BAUD 115200UL
#endif
/* Double speed: 115200 is 117647 in truth (2.1 % off), 500000 is exact. */
#define UBRR_VALUE ((F_CPU + 4UL * BAUD) / (8UL * BAUD) - 1UL)

#define OUTPUTS 0x0f
#define TICK_PIN (1 << PB4)
#define ARMED_PIN (1 << PB5)
#define PAINT 0xa5
#define COUNTS_PER_MS 2000u

extern uint8_t __heap_start;
static const uint8_t build[20] PROGMEM = {GL_BUILD};
static uint32_t EEMEM boots;
static volatile uint32_t overflows;
static uint8_t reset_flags;

ISR(USART_RX_vect) { ring_received(UDR0); }

ISR(USART_UDRE_vect) {
    const int16_t byte = ring_next();
    if (byte < 0) UCSR0B = (uint8_t)(UCSR0B & ~(1 << UDRIE0));
    else UDR0 = (uint8_t)byte;
}

ISR(TIMER1_OVF_vect) { overflows++; }

/* Each millisecond the main loop looks at its timeouts, if it slept. */
ISR(TIMER1_COMPA_vect) { OCR1A = (uint16_t)(OCR1A + COUNTS_PER_MS); }

void hal_transmit(void) {
    const uint8_t status = SREG;
    cli();
    UCSR0B = (uint8_t)(UCSR0B | 1 << UDRIE0);
    SREG = status;
}

uint32_t hal_micros(void) {
    const uint8_t status = SREG;
    cli();
    uint16_t count = TCNT1;
    uint32_t high = overflows;
    if ((TIFR1 & (1 << TOV1)) != 0) {
        count = TCNT1;
        high++;
    }
    SREG = status;
    return high << 15 | count >> 1;
}

void hal_output(uint8_t channel, int32_t value) {
    const uint8_t pin = (uint8_t)(1 << channel);
    PORTB = (uint8_t)(value > 0 ? PORTB | pin : PORTB & ~pin);
}

void hal_armed(void) { PORTB |= ARMED_PIN; }

void hal_safe(void) {
    PORTB = (uint8_t)(PORTB & ~(OUTPUTS | ARMED_PIN));
    DDRB |= OUTPUTS | TICK_PIN | ARMED_PIN;
    lent_safe();
}

void hal_busy(bool busy) { PORTB = (uint8_t)(busy ? PORTB | TICK_PIN : PORTB & ~TICK_PIN); }

void hal_watchdog(void) { wdt_reset(); }

/* Counted in EEPROM, so that no two starts have the same. */
uint32_t hal_boot_id(void) {
    const uint32_t count = eeprom_read_dword(&boots) + 1u;
    eeprom_write_dword(&boots, count);
    return count == 0 ? 1 : count;
}

uint8_t hal_reset_cause(void) {
    if ((reset_flags & (1 << WDRF)) != 0) return 2;
    if ((reset_flags & (1 << BORF)) != 0) return 3;
    if ((reset_flags & (1 << PORF)) != 0) return 0;
    return (reset_flags & (1 << EXTRF)) != 0 ? 1 : 0;
}

void hal_build(uint8_t *hash) {
    for (uint8_t i = 0; i < sizeof build; i++) hash[i] = pgm_read_byte(&build[i]);
}

/* The stack grows down towards the variables; what it never reached still has its paint. */
uint16_t hal_stack_free(void) {
    const uint8_t *at = &__heap_start;
    uint16_t free = 0;
    while (*at++ == PAINT) free++;
    return free;
}

static void paint_stack(void) {
    for (uint8_t *at = &__heap_start; at < (uint8_t *)SP - 8; at++) *at = PAINT;
}

static void start(void) {
    reset_flags = MCUSR;
    MCUSR = 0;
    wdt_enable(WDTO_250MS);
    paint_stack();
    TCCR1B = 1 << CS11;
    TIMSK1 = 1 << TOIE1 | 1 << OCIE1A;
    UBRR0 = UBRR_VALUE;
    UCSR0A = 1 << U2X0;
    UCSR0C = 1 << UCSZ01 | 1 << UCSZ00;
    UCSR0B = 1 << RXEN0 | 1 << TXEN0 | 1 << RXCIE0;
    SMCR = 0;
    sei();
}

/* Idle until the next byte or millisecond, if nothing has arrived: a byte after the question ends the sleep at once. */
static void nap(void) {
    cli();
    if (ring_unread() == 0) {
        SMCR = 1 << SE;
        sei();
        sleep_cpu();
        SMCR = 0;
    }
    sei();
}

int main(void) {
    start();
    board_start();
    for (;;) {
        board_poll();
        nap();
    }
}
