/*
 * RP2040 at 125 MHz (crystal of 12 MHz), without an SDK. UART 0 on GPIO 0 (out) and 1 (in) is the line. GPIO 2..17 are the outputs (high while
 * readout k is above 0, low when safe), GPIO 22 is high while a tick is computed, GPIO 25 (the LED of a Pico) while the outputs are armed.
 */
#include "board.h"
#include "hal.h"
#include "lent.h"
#include "registers.h"
#include "ring.h"

#ifndef BAUD
#define BAUD 115200u
#endif
#define CLOCK 125000000u
/* In 1/64: integer and fraction of the divisor. */
#define DIVISOR ((CLOCK * 4u + BAUD / 2u) / BAUD)

#define TX_PIN 0u
#define RX_PIN 1u
#define FIRST_OUTPUT 2u
#define TICK_PIN 22u
#define ARMED_PIN 25u
#define OUTPUTS (((1u << GL_OUTPUTS) - 1u) << FIRST_OUTPUT)

#define XOSC_12_MHZ 0xaa0u
#define XOSC_ENABLE (0xfabu << 12)
#define FROM_CRYSTAL (3u << 5)
#define STARTUP_1_MS 47u
#define STABLE (1u << 31)
#define WATCHDOG_ENABLE (1u << 30)
#define TICK_ENABLE (1u << 9)
#define CRYSTAL_MHZ 12u
/* It counts down by two a microsecond (erratum RP2040-E1). */
#define WATCHDOG_US 250000u
#define MS 1000u
#define PAINT 0xa5a5a5a5u

extern uint32_t stack_bottom[];
static const uint8_t build[20] = {GL_BUILD};

static uint32_t masked(void) {
    uint32_t primask;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(primask) : : "memory");
    return primask;
}
static void unmask(uint32_t primask) { __asm volatile("msr primask, %0" : : "r"(primask) : "memory"); }

/* The interrupt for sending comes when a full queue has run low, so whoever has something to send fills the queue first. */
static void fill(void) {
    while ((REGISTER(UART_FR) & FR_TXFF) == 0) {
        const int16_t byte = ring_next();
        if (byte < 0) {
            CLEAR(UART_IMSC) = INTERRUPT_TX;
            return;
        }
        REGISTER(UART_DR) = (uint32_t)byte;
    }
    SET(UART_IMSC) = INTERRUPT_TX;
}

void on_uart(void) {
    while ((REGISTER(UART_FR) & FR_RXFE) == 0) ring_received((uint8_t)REGISTER(UART_DR));
    REGISTER(UART_ICR) = INTERRUPT_RX | INTERRUPT_RX_TIMEOUT | INTERRUPT_TX;
    fill();
}

/* Each millisecond the main loop looks at its timeouts, if it slept. */
void on_timer(void) {
    REGISTER(TIMER_INTR) = 1;
    REGISTER(TIMER_ALARM0) = REGISTER(TIMER_RAWL) + MS;
}

void hal_transmit(void) {
    const uint32_t primask = masked();
    fill();
    unmask(primask);
}

uint32_t hal_micros(void) { return REGISTER(TIMER_RAWL); }

void hal_armed(void) { REGISTER(SIO_OUT_SET) = 1u << ARMED_PIN; }

void hal_output(uint8_t channel, int32_t value) { REGISTER(value > 0 ? SIO_OUT_SET : SIO_OUT_CLR) = 1u << (FIRST_OUTPUT + channel); }

void hal_safe(void) {
    REGISTER(SIO_OUT_CLR) = OUTPUTS | 1u << ARMED_PIN;
    lent_safe();
}

void hal_busy(bool busy) { REGISTER(busy ? SIO_OUT_SET : SIO_OUT_CLR) = 1u << TICK_PIN; }

void hal_watchdog(void) { REGISTER(WATCHDOG_LOAD) = 2u * WATCHDOG_US; }

/* 32 bits of the ring oscillator's noise; some time between two, lest they depend on each other. */
uint32_t hal_boot_id(void) {
    uint32_t id = 0;
    for (uint32_t bit = 0; bit < 32; bit++) {
        for (volatile uint32_t wait = 0; wait < 16; wait++) {
        }
        id = id << 1 | (REGISTER(ROSC_RANDOMBIT) & 1u);
    }
    return id == 0 ? 1 : id;
}

uint8_t hal_reset_cause(void) {
    const uint32_t had_run_pin = 1u << 16;
    if ((REGISTER(WATCHDOG_REASON) & 3u) != 0) return 2;
    return (REGISTER(CHIP_RESET) & had_run_pin) != 0 ? 1 : 0;
}

void hal_build(uint8_t *hash) {
    for (uint8_t i = 0; i < sizeof build; i++) hash[i] = build[i];
}

/* The stack grows down; what it never reached still has its paint. */
uint16_t hal_stack_free(void) {
    const uint32_t *at = stack_bottom;
    while (*at == PAINT) at++;
    return (uint16_t)(4u * (uint32_t)(at - stack_bottom));
}

static void paint_stack(void) {
    const uint32_t *const top = __builtin_frame_address(0);
    for (volatile uint32_t *at = stack_bottom; at < top - 16; at++) *at = PAINT;
}

static void out_of_reset(uint32_t parts) {
    CLEAR(RESETS_RESET) = parts;
    while ((REGISTER(RESETS_DONE) & parts) != parts) {
    }
}

static void start_clocks(void) {
    /* After a watchdog's reset the system may run from the PLL: off it before it is touched. */
    CLEAR(CLK_SYS_CTRL) = 1;
    while (REGISTER(CLK_SYS_SELECTED) != 1) {
    }
    REGISTER(XOSC_STARTUP) = STARTUP_1_MS;
    REGISTER(XOSC_CTRL) = XOSC_12_MHZ | XOSC_ENABLE;
    while ((REGISTER(XOSC_STATUS) & STABLE) == 0) {
    }
    REGISTER(CLK_REF_CTRL) = 2;
    while (REGISTER(CLK_REF_SELECTED) != 1u << 2) {
    }
    /* 12 MHz * 125 / (6 * 2) */
    SET(RESETS_RESET) = RESET_PLL_SYS;
    out_of_reset(RESET_PLL_SYS);
    REGISTER(PLL_CS) = 1;
    REGISTER(PLL_FBDIV) = 125;
    CLEAR(PLL_PWR) = 1u << 5 | 1u;
    while ((REGISTER(PLL_CS) & STABLE) == 0) {
    }
    REGISTER(PLL_PRIM) = 6u << 16 | 2u << 12;
    CLEAR(PLL_PWR) = 1u << 3;
    REGISTER(CLK_SYS_CTRL) = 1;
    while (REGISTER(CLK_SYS_SELECTED) != 1u << 1) {
    }
    REGISTER(CLK_PERI_CTRL) = 1u << 11;
    REGISTER(CLK_ADC_CTRL) = 1u << 11 | FROM_CRYSTAL;
    REGISTER(WATCHDOG_TICK) = CRYSTAL_MHZ | TICK_ENABLE;
}

static void start_watchdog(void) {
    /* It resets all but the oscillators. */
    REGISTER(PSM_WDSEL) = 0x1fffcu;
    hal_watchdog();
    SET(WATCHDOG_CTRL) = WATCHDOG_ENABLE;
}

static void start_pins(void) {
    REGISTER(SIO_OUT_CLR) = OUTPUTS | 1u << TICK_PIN | 1u << ARMED_PIN;
    REGISTER(SIO_OE_SET) = OUTPUTS | 1u << TICK_PIN | 1u << ARMED_PIN;
    for (uint32_t pin = FIRST_OUTPUT; pin < FIRST_OUTPUT + GL_OUTPUTS; pin++) REGISTER(IO_CTRL(pin)) = FUNCTION_SIO;
    REGISTER(IO_CTRL(TICK_PIN)) = FUNCTION_SIO;
    REGISTER(IO_CTRL(ARMED_PIN)) = FUNCTION_SIO;
    REGISTER(IO_CTRL(TX_PIN)) = FUNCTION_UART;
    REGISTER(IO_CTRL(RX_PIN)) = FUNCTION_UART;
}

static void start_line(void) {
    REGISTER(UART_IBRD) = DIVISOR / 64u;
    REGISTER(UART_FBRD) = DIVISOR % 64u;
    /* 8 bits, with queues; interrupts at 4 bytes received, or some and then nothing, and at 4 left to send. */
    REGISTER(UART_LCR_H) = 3u << 5 | 1u << 4;
    REGISTER(UART_IFLS) = 0;
    REGISTER(UART_CR) = 1u << 9 | 1u << 8 | 1u;
    REGISTER(UART_IMSC) = INTERRUPT_RX | INTERRUPT_RX_TIMEOUT;
}

/* Until an interrupt: one that came after the last look ends it at once, for it has set the event register. */
static void nap(void) {
    if (ring_unread() == 0) __asm volatile("wfe" : : : "memory");
}

int main(void) {
    paint_stack();
    out_of_reset(RESET_IO_BANK0 | RESET_PADS_BANK0);
    start_pins();
    start_clocks();
    out_of_reset(RESET_TIMER | RESET_UART0 | RESET_ADC | RESET_PWM);
    lent_start();
    start_watchdog();
    start_line();
    REGISTER(TIMER_INTE) = 1;
    on_timer();
    REGISTER(NVIC_ISER) = 1u << IRQ_TIMER0 | 1u << IRQ_UART0;
    board_start();
    for (;;) {
        board_poll();
        nap();
    }
}
