#include "bus.h"

#include "hal.h"
#include "pins.h"
#include "reply.h"
#include "wire.h"

#define MAX_BYTES 64u
#define MAX_READS 8u
#define NO_REGISTER 0xffffu

/* Bits of the second byte of a request. */
#define RESTART 0x40u
#define TEN_BITS 0x20u
#define ACTION 0x18u
#define WRITE 0x00u
#define READ 0x08u
#define READ_ON 0x10u
#define STOP 0x18u

typedef struct {
    uint8_t address, count;
    bool restart;
    uint16_t from;
} read_request;

static read_request reads[MAX_READS];
static uint8_t read_count;
static uint16_t delay_us;
static uint8_t bytes[MAX_BYTES];

static uint16_t value_14(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 7); }

static bool on(void) { return pins_mode_of(SDA_PIN) == MODE_I2C; }

void bus_off(void) {
    hal_i2c(false);
    read_count = 0;
}

void bus_config(const uint8_t *payload, uint8_t length) {
    delay_us = length >= 2 ? value_14(payload) : 0;
    pins_mode(SDA_PIN, MODE_I2C);
}

static void read_now(const read_request *read) {
    bool done = true;
    if (read->from != NO_REGISTER) {
        const uint8_t from = (uint8_t)read->from;
        done = hal_i2c_write(read->address, &from, 1, !read->restart);
        if (done && delay_us > 0) hal_delay_us(delay_us);
    }
    if (!done || !hal_i2c_read(read->address, bytes, read->count)) {
        reply_text("no I2C answer from", read->address);
        return;
    }
    reply_begin(I2C_REPLY);
    reply_14(read->address);
    reply_14(read->from == NO_REGISTER ? 0 : read->from);
    for (uint8_t i = 0; i < read->count; i++) reply_14(bytes[i]);
    reply_end();
}

static void stop(uint8_t address) {
    uint8_t kept = 0;
    for (uint8_t i = 0; i < read_count; i++)
        if (reads[i].address != address) reads[kept++] = reads[i];
    read_count = kept;
}

static void keep(const read_request *read) {
    for (uint8_t i = 0; i < read_count; i++) {
        if (reads[i].address != read->address || reads[i].from != read->from) continue;
        reads[i] = *read;
        return;
    }
    if (read_count == MAX_READS) reply_text("too many I2C reads:", MAX_READS);
    else reads[read_count++] = *read;
}

static void write(uint8_t address, const uint8_t *data, uint8_t length, bool restart) {
    const uint8_t count = (uint8_t)(length / 2);
    if (count > MAX_BYTES) {
        reply_text("I2C bytes at once:", MAX_BYTES);
        return;
    }
    for (uint8_t i = 0; i < count; i++) bytes[i] = (uint8_t)value_14(data + 2 * i);
    if (!hal_i2c_write(address, bytes, count, !restart)) reply_text("no I2C answer from", address);
}

void bus_request(const uint8_t *payload, uint8_t length) {
    if (length < 2) return;
    const uint8_t address = payload[0];
    const uint8_t how = payload[1];
    const uint8_t *data = payload + 2;
    const uint8_t left = (uint8_t)(length - 2);
    if (!on() || (how & TEN_BITS) != 0) {
        reply_text("I2C refused for", address);
        return;
    }
    const bool restart = (how & RESTART) != 0;
    if ((how & ACTION) == WRITE) {
        write(address, data, left, restart);
        return;
    }
    if ((how & ACTION) == STOP) {
        stop(address);
        return;
    }
    /* A register's number, which may be left out, and how many bytes. */
    if (left < 2) return;
    const uint16_t count = value_14(left >= 4 ? data + 2 : data);
    if (count == 0 || count > MAX_BYTES) {
        reply_text("I2C bytes at once:", MAX_BYTES);
        return;
    }
    const read_request read = {address, (uint8_t)count, restart, left >= 4 ? value_14(data) : NO_REGISTER};
    if ((how & ACTION) == READ_ON) keep(&read);
    else read_now(&read);
}

void bus_sample(void) {
    if (!on()) return;
    for (uint8_t i = 0; i < read_count; i++)
        /* A host that is slower than what it asked for misses samples. */
        if (hal_room() >= 2 * reads[i].count + 7) read_now(&reads[i]);
}
