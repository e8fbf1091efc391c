/* The bus as a master: each step is waited for, a byte's time and some stretching of the clock. */
#include <avr/io.h>
#include <util/delay.h>
#include <util/twi.h>

#include "hal.h"

#define HZ 100000UL
/* More than a byte takes, which is 90 us, by what a slow device may add. */
#define PATIENCE_US 1500u

static bool step(uint8_t control) {
    TWCR = (uint8_t)(1 << TWINT | 1 << TWEN | control);
    for (uint16_t us = 0; us < PATIENCE_US; us++) {
        if ((TWCR & (1 << TWINT)) != 0) return true;
        _delay_us(1);
    }
    return false;
}

static bool put(uint8_t byte, uint8_t expected) {
    TWDR = byte;
    return step(0) && TW_STATUS == expected;
}

static bool begin(void) { return step(1 << TWSTA) && (TW_STATUS == TW_START || TW_STATUS == TW_REP_START); }

static void finish(void) {
    TWCR = 1 << TWINT | 1 << TWEN | 1 << TWSTO;
    for (uint16_t us = 0; us < PATIENCE_US && (TWCR & (1 << TWSTO)) != 0; us++) _delay_us(1);
    /* Whoever holds the bus down: begin anew. */
    if ((TWCR & (1 << TWSTO)) != 0) TWCR = 0;
}

void hal_i2c(bool on) {
    TWSR = 0;
    TWBR = (F_CPU / HZ - 16UL) / 2UL;
    TWCR = on ? 1 << TWEN : 0;
    if (!on) return;
    hal_input(SDA_PIN, true);
    hal_input(SCL_PIN, true);
}

bool hal_i2c_write(uint8_t address, const uint8_t *bytes, uint8_t count, bool stop) {
    bool done = begin() && put((uint8_t)(address << 1 | TW_WRITE), TW_MT_SLA_ACK);
    for (uint8_t i = 0; done && i < count; i++) done = put(bytes[i], TW_MT_DATA_ACK);
    if (stop || !done) finish();
    return done;
}

bool hal_i2c_read(uint8_t address, uint8_t *bytes, uint8_t count) {
    bool done = begin() && put((uint8_t)(address << 1 | TW_READ), TW_MR_SLA_ACK);
    for (uint8_t i = 0; done && i < count; i++) {
        /* The last byte is not acknowledged: the device lets go of the bus. */
        done = step(i + 1 < count ? 1 << TWEA : 0);
        bytes[i] = TWDR;
    }
    finish();
    return done;
}

void hal_delay_us(uint16_t us) {
    while (us-- > 0) _delay_us(1);
}
