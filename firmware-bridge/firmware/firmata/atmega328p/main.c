/* An Arduino Uno's ATmega328P at 16 MHz, with Firmata at 57600 baud. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "firmata.h"
#include "line.h"
#include "pwm.h"
#include "reply.h"

/* Idle until the next interrupt, at most 255 us, if nothing has arrived: a byte after the question ends the sleep at once. */
static void nap(void) {
    cli();
    if (!line_unread()) {
        SMCR = 1 << SE;
        sei();
        sleep_cpu();
        SMCR = 0;
    }
    sei();
}

/* The pins of a chip that restarts let go of what they drive, and the host must know that it has to begin again. */
static void report_restart(uint8_t flags) {
    if ((flags & (1 << WDRF)) != 0) reply_text("restarted by its watchdog:", flags);
    else if ((flags & (1 << BORF)) != 0 && (flags & (1 << PORF)) == 0) reply_text("restarted by low voltage:", flags);
}

int main(void) {
    const uint8_t flags = MCUSR;
    MCUSR = 0;
    wdt_enable(WDTO_250MS);
    line_start();
    pwm_start();
    sei();
    firmata_start();
    report_restart(flags);
    for (;;) {
        uint8_t byte;
        wdt_reset();
        if (line_lost()) {
            while (line_take(&byte)) {}
            firmata_lost();
        }
        while (line_take(&byte)) {
            firmata_byte(byte);
            wdt_reset();
        }
        firmata_poll();
        nap();
    }
}
