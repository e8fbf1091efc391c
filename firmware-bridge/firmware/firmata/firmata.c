#include "firmata.h"

#include "bus.h"
#include "hal.h"
#include "pins.h"
#include "reply.h"
#include "wire.h"

#define NAME "ganglion-firmata"
#define VERSION_MAJOR 0u
#define VERSION_MINOR 1u
#define INTERVAL_MS 19u

/* An I2C write of 64 bytes. */
#define MAX_SYSEX 132u

/* The message that is coming: its first byte, 0 between messages, and what follows. */
static uint8_t command;
static uint8_t payload[MAX_SYSEX];
static uint8_t length;
static bool too_long;

static uint16_t interval;
static uint16_t sampled_at;
static uint8_t analog_reports;
/* Whose sample goes first. */
static uint8_t first_channel;
static uint8_t digital_reports;
static uint8_t reported[PORTS];

/* After so many ms without a message whatever drives something stops; 0: never. */
static uint16_t timeout;
static uint16_t heard_at;
/* This silence has ended in safe outputs; one has, since the host last asked. */
static bool silent;
static bool was_silent;

static uint16_t value_14(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 7); }

static void reply_version(void) { reply_short(PROTOCOL_VERSION, PROTOCOL_MAJOR | PROTOCOL_MINOR << 7); }

static void reply_firmware(void) {
    reply_begin(REPORT_FIRMWARE);
    reply_7(VERSION_MAJOR);
    reply_7(VERSION_MINOR);
    for (const char *at = NAME; *at != 0; at++) reply_14((uint8_t)*at);
    reply_end();
}

static void reply_timeout(void) {
    reply_begin(OUTPUT_TIMEOUT);
    reply_14(timeout);
    reply_7(was_silent);
    reply_end();
}

static void reset(void) {
    analog_reports = 0;
    digital_reports = 0;
    interval = INTERVAL_MS;
    timeout = 0;
    was_silent = false;
    pins_reset();
}

static void report_channel(uint8_t channel) { reply_short((uint8_t)(ANALOG_MESSAGE | channel), hal_analog(channel)); }

static void report_port(uint8_t port) {
    reported[port] = pins_levels(port);
    reply_short((uint8_t)(DIGITAL_MESSAGE | port), reported[port]);
}

static void ask_channel(uint8_t channel, bool on) {
    if (channel >= CHANNELS) return;
    const uint8_t bit = (uint8_t)(1u << channel);
    const uint8_t pin = (uint8_t)(FIRST_ANALOG + channel);
    analog_reports = (uint8_t)(analog_reports & ~bit);
    if (!on) return;
    if (pins_mode_of(pin) == MODE_I2C) {
        reply_text("in use by I2C: pin", pin);
        return;
    }
    pins_mode(pin, MODE_ANALOG);
    analog_reports = (uint8_t)(analog_reports | bit);
    report_channel(channel);
}

static void ask_port(uint8_t port, bool on) {
    if (port >= PORTS) return;
    const uint8_t bit = (uint8_t)(1u << port);
    digital_reports = (uint8_t)(on ? digital_reports | bit : digital_reports & ~bit);
    if (on) report_port(port);
}

static void write_port(uint8_t port, uint16_t levels) {
    for (uint8_t i = 0; i < 8; i++) pins_digital((uint8_t)(8 * port + i), (levels >> i & 1) != 0);
}

static void sysex(void) {
    if (length == 0) return;
    const uint8_t *data = payload + 1;
    const uint8_t left = (uint8_t)(length - 1);
    switch (payload[0]) {
    case OUTPUT_TIMEOUT:
        if (left >= 2) timeout = value_14(data);
        reply_timeout();
        was_silent = false;
        break;
    case ANALOG_MAPPING_QUERY: pins_reply_mapping(); break;
    case CAPABILITY_QUERY: pins_reply_capabilities(); break;
    case PIN_STATE_QUERY:
        if (left >= 1) pins_reply_state(data[0]);
        break;
    case EXTENDED_ANALOG:
        /* More than 14 bits are more than any pin takes. */
        if (left >= 3) pins_analog(data[0], left > 3 && data[3] != 0 ? 0x3fff : value_14(data + 1));
        break;
    case SERVO_CONFIG:
        if (left >= 5) pins_servo(data[0], value_14(data + 1), value_14(data + 3));
        break;
    case I2C_REQUEST: bus_request(data, left); break;
    case I2C_CONFIG: bus_config(data, left); break;
    case REPORT_FIRMWARE: reply_firmware(); break;
    case SAMPLING_INTERVAL:
        if (left >= 2) interval = value_14(data) > 0 ? value_14(data) : 1;
        break;
    case STRING_DATA: break;
    default: reply_text("unknown sysex", payload[0]);
    }
}

/* Bytes behind the first one, of a message that is no sysex; 0xff: it is none that we know. */
static uint8_t operands(uint8_t first) {
    switch (first < START_SYSEX ? first & 0xf0 : first) {
    case DIGITAL_MESSAGE:
    case ANALOG_MESSAGE:
    case SET_PIN_MODE:
    case SET_DIGITAL_PIN: return 2;
    case REPORT_ANALOG:
    case REPORT_DIGITAL: return 1;
    case PROTOCOL_VERSION:
    case SYSTEM_RESET: return 0;
    default: return 0xff;
    }
}

static void execute(void) {
    const uint8_t low = command & 0x0f;
    switch (command < START_SYSEX ? command & 0xf0 : command) {
    case DIGITAL_MESSAGE: write_port(low, value_14(payload)); break;
    case ANALOG_MESSAGE: pins_analog(low, value_14(payload)); break;
    case REPORT_ANALOG: ask_channel(low, payload[0] != 0); break;
    case REPORT_DIGITAL: ask_port(low, payload[0] != 0); break;
    case SET_PIN_MODE: pins_mode(payload[0], payload[1]); break;
    case SET_DIGITAL_PIN: pins_digital(payload[0], payload[1] != 0); break;
    case PROTOCOL_VERSION: reply_version(); break;
    case SYSTEM_RESET: reset(); break;
    case START_SYSEX: sysex(); break;
    default: break;
    }
    heard_at = hal_ms();
    silent = false;
    command = 0;
}

void firmata_lost(void) {
    command = 0;
    reply_text("bytes lost", 0);
}

void firmata_byte(uint8_t byte) {
    if (byte == END_SYSEX) {
        if (command != START_SYSEX) return;
        if (!too_long) execute();
        else reply_text("sysex too long:", length);
        command = 0;
        return;
    }
    if (byte >= 0x80) {
        /* Whatever was begun is given up. */
        command = byte == START_SYSEX || operands(byte) != 0xff ? byte : 0;
        length = 0;
        too_long = false;
        if (command != 0 && operands(byte) == 0) execute();
        return;
    }
    if (command == 0) return;
    if (length == MAX_SYSEX) {
        too_long = true;
        return;
    }
    payload[length++] = byte;
    if (command != START_SYSEX && length == operands(command)) execute();
}

static void sample(void) {
    first_channel = (uint8_t)((first_channel + 1u) % CHANNELS);
    for (uint8_t i = 0; i < CHANNELS; i++) {
        const uint8_t channel = (uint8_t)(((unsigned)first_channel + i) % CHANNELS);
        if ((analog_reports >> channel & 1) == 0) continue;
        if (pins_mode_of((uint8_t)(FIRST_ANALOG + channel)) != MODE_ANALOG) continue;
        /* A line that is too slow for the interval misses samples, of each channel in turn, never parts of a message. */
        if (hal_room() >= 3) report_channel(channel);
    }
    bus_sample();
}

void firmata_poll(void) {
    const uint16_t now = hal_ms();
    for (uint8_t port = 0; port < PORTS; port++)
        if ((digital_reports >> port & 1) != 0 && pins_levels(port) != reported[port] && hal_room() >= 3) report_port(port);
    if ((uint16_t)(now - sampled_at) >= interval) {
        /* Not from now: what was late once is not late for ever. */
        sampled_at = (uint16_t)(now - sampled_at) >= 2 * interval ? now : (uint16_t)(sampled_at + interval);
        sample();
    }
    if (timeout > 0 && !silent && (uint16_t)(now - heard_at) >= timeout) {
        silent = was_silent = true;
        pins_safe();
        reply_timeout();
    }
}

void firmata_start(void) {
    reset();
    sampled_at = heard_at = hal_ms();
    reply_version();
    reply_firmware();
}
