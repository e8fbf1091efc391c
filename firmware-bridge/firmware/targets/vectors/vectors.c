/*
 * Answers questions about the codecs, line by line, for the tests that run the vectors of PROTOCOL.md: words in, words out, bytes in
 * hexadecimal ("-" is none). Its board is the example of that text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crc.h"
#include "frame.h"
#include "hal.h"
#include "link.h"
#include "memory.h"
#include "messages.h"
#include "network.h"
#include "pins.h"
#include "ring.h"
#include "spikes.h"

#define MAX_WORDS 600
#define MAX_BYTES 4096

static uint32_t stamps[3];
static size_t stamp;

uint32_t hal_micros(void) { return stamps[stamp < 2 ? stamp++ : 2]; }
void hal_transmit(void) {}

/* Pins of which the last two have analog inputs; every other one is high. */
static const uint8_t modes[GL_PINS] = {0, 0x0b, 0x1b, 0x2b, 0, 0, 0, 0, 0x0f, 0x0f};
uint8_t hal_pin_modes(uint8_t pin) { return modes[pin]; }
void hal_pin(uint8_t pin, uint8_t mode, uint16_t value) { printf("%u %u %u", pin, mode, value); }
bool hal_pin_level(uint8_t pin) { return pin % 2 != 0; }
uint16_t hal_pin_analog(uint8_t pin) { return pin == 8 ? 32768u : 65535u; }

bool board_message(uint8_t code, uint8_t *payload, uint16_t length) {
    (void)payload, (void)length;
    return code == REWARD;
}
void board_session(void) {}
void board_network(void) {}

uint16_t board_caps(uint8_t *payload, uint32_t session) {
    uint8_t hash[20];
    for (uint8_t i = 0; i < 20; i++) hash[i] = i;
    uint8_t *at = write_field(payload, 1, GL_PROTO_MAJOR);
    at = write_field(at, 2, GL_PROTO_MINOR);
    at = write_fixed(at, 3, session);
    at = write_fixed(at, 4, GL_SCHEMA32);
    at = write_bytes(at, 5, hash, sizeof hash);
    at = write_bytes(at, 6, (const uint8_t *)GL_BOARD_ID, sizeof GL_BOARD_ID - 1);
    const uint32_t values[] = {GL_NEURONS, GL_INPUTS, GL_OUTPUTS, 8, 24, GL_TICK_US, GL_MAX_FRAME, GL_RX_WINDOW, GL_FEATURES};
    for (uint8_t i = 0; i < 9; i++) at = write_field(at, (uint8_t)(7 + i), values[i]);
    at = write_fixed(at, 16, 3405643777u);
    at = write_field(at, 17, GL_FAILSAFE_MS);
    at = write_field(at, 18, GL_SYNAPSES);
    at = write_field(at, 19, 15);
    at = write_field(at, 20, 2);
    return (uint16_t)(at - payload);
}

static uint16_t bytes_of(const char *hex, uint8_t *out) {
    uint16_t length = 0;
    if (strcmp(hex, "-") == 0) return 0;
    for (; hex[0] != 0 && hex[1] != 0 && length < MAX_BYTES; hex += 2) {
        const char digits[3] = {hex[0], hex[1], 0};
        out[length++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return length;
}

static void print(const uint8_t *bytes, size_t length) {
    if (length == 0) printf("-");
    for (size_t i = 0; i < length; i++) printf("%02x", bytes[i]);
}

static void print_sent(void) {
    uint8_t bytes[GL_TX_RING];
    size_t length = 0;
    while (ring_to_send()) bytes[length++] = (uint8_t)ring_next();
    print(bytes, length);
}

static uint32_t number(const char *word) { return (uint32_t)strtoul(word, NULL, 0); }

static void visit(uint32_t tick, uint32_t id, uint32_t value) { printf(" %lu:%lu=%lu", (unsigned long)tick, (unsigned long)id, (unsigned long)value); }

static void answer(int count, char **word) {
    static uint8_t bytes[MAX_BYTES];
    static uint8_t more[MAX_BYTES];
    const char *what = word[0];
    const uint16_t length = count > 1 ? bytes_of(word[count - 1], bytes) : 0;
    if (strcmp(what, "cobs") == 0) {
        cobs_begin(false);
        for (uint16_t i = 0; i < length; i++) cobs_byte(bytes[i]);
        cobs_finish();
        print_sent();
    } else if (strcmp(what, "uncobs") == 0) {
        for (uint16_t i = 0; i < length; i++) (void)frame_push(bytes[i]);
        print(frame_scratch(), number(word[1]));
    } else if (strcmp(what, "crc") == 0) {
        printf("%04x %08lx", crc16(bytes, length, CRC16_START), (unsigned long)crc32c(bytes, length, CRC32C_START));
    } else if (strcmp(what, "schema") == 0) {
        printf("%04x %08lx", GL_SCHEMA16, (unsigned long)GL_SCHEMA32);
    } else if (strcmp(what, "session") == 0) {
        frame_session(number(word[1]), number(word[2]) != 0);
        printf("%04x %08lx", frame_format.seed16, (unsigned long)frame_format.seed32);
    } else if (strcmp(what, "frame") == 0) {
        (void)bytes_of(word[1], more);
        (void)frame_write(more[0], more[1], more[2], more[3], bytes, length);
        print_sent();
    } else if (strcmp(what, "parse") == 0) {
        for (uint16_t i = 0; i < length; i++) {
            const enum frame_event event = frame_push(bytes[i]);
            if (event == FRAME_DAMAGED) printf("damaged ");
            if (event != FRAME_GOOD) continue;
            const uint8_t header[4] = {frame.type, frame.seq, frame.ack, frame.credit};
            print(header, 4);
            if (frame.length > 0) print(frame.payload, frame.length);
            printf(" ");
        }
    } else if (strcmp(what, "read") == 0) {
        struct message message;
        if (!message_read(&message, bytes, length, (uint8_t)number(word[1]))) printf("malformed");
        else {
            for (uint8_t i = 1; i <= MESSAGE_FIELDS; i++) printf("%lu ", (unsigned long)message.value[i]);
            printf("present %u", message.present);
        }
    } else if (strcmp(what, "write") == 0) {
        /* write {v|f|z} number value … */
        uint8_t *at = bytes;
        for (int i = 1; i + 2 < count; i += 3) {
            const uint8_t field = (uint8_t)number(word[i + 1]);
            if (word[i][0] == 'f') at = write_fixed(at, field, number(word[i + 2]));
            else if (word[i][0] == 'z') at = write_field(at, field, zigzag((int32_t)strtol(word[i + 2], NULL, 0)));
            else at = write_field(at, field, number(word[i + 2]));
        }
        print(bytes, (size_t)(at - bytes));
    } else if (strcmp(what, "zigzag") == 0) {
        printf("%ld", (long)unzigzag(number(word[1])));
    } else if (strcmp(what, "caps") == 0) {
        print(bytes, board_caps(bytes, number(word[1])));
    } else if (strcmp(what, "spikes") == 0) {
        uint32_t base = 0;
        uint32_t first = 0;
        if (spikes_read(bytes, length, number(word[1]), &base, &first, NULL) < 0) {
            printf("malformed");
            return;
        }
        printf("%lu", (unsigned long)base);
        (void)spikes_read(bytes, length, number(word[1]), &base, &first, visit);
    } else if (strcmp(what, "answer") == 0) {
        /* answer limit tick id…: the messages of a tick */
        static gl_id ids[MAX_WORDS];
        uint16_t total = 0;
        for (int i = 3; i < count; i++) ids[total++] = (gl_id)number(word[i]);
        uint16_t from = 0;
        do {
            const uint16_t size = spikes_write(more, (uint16_t)number(word[1]), number(word[2]), ids, total, &from);
            print(more, size);
            printf(" ");
        } while (from < total);
    } else if (strcmp(what, "chunk") == 0) {
        const struct weight_header header = weight_header(bytes);
        printf("%u %u %lu ", header.region, header.generation, (unsigned long)header.offset);
        print(bytes + WEIGHT_HEADER_BYTES, length - WEIGHT_HEADER_BYTES);
    } else if (strcmp(what, "patch") == 0) {
        const uint16_t total = bytes_of(word[1], more);
        const struct weight_header header = weight_header(bytes);
        if (patch_apply(bytes + WEIGHT_HEADER_BYTES, bytes + length, header.offset, more, total)) print(more, total);
        else printf("malformed");
    } else if (strcmp(what, "image") == 0) {
        static uint8_t memory[MAX_BYTES];
        if (!network_check(bytes, length)) {
            printf("refused");
            return;
        }
        memcpy(more, bytes, length);
        network_build(more, memory);
        printf("%u %u %u %u %lu", population_count, projection_count, network_ids, network_inputs, (unsigned long)network_tick_us());
        for (uint8_t k = 0; k < projection_count; k++) printf(" %u:%zu", projections[k].record[2], network_region_bytes(&projections[k]));
    } else if (strcmp(what, "time") == 0) {
        /* time before received sent request */
        for (size_t i = 0; i < 3; i++) stamps[i] = number(word[1 + i]);
        stamp = 0;
        clock_poll();
        printf("%s ", clock_answer(bytes, length) ? "answered" : "malformed");
        print(bytes, length);
    } else if (strcmp(what, "pin") == 0) {
        /* pin armed message */
        if (!pins_set(bytes, number(word[1]) != 0)) printf("rejected");
    } else if (strcmp(what, "pins") == 0) {
        print(bytes, pins_answer(bytes));
    } else if (strcmp(what, "hear") == 0) {
        for (uint16_t i = 0; i < length; i++) ring_received(bytes[i]);
        while (ring_unread() > 0) link_poll();
        print_sent();
    } else {
        printf("unknown");
    }
}

int main(void) {
    static char line[4 * MAX_BYTES];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *word[MAX_WORDS];
        int count = 0;
        for (char *at = strtok(line, " \n"); at != NULL && count < MAX_WORDS; at = strtok(NULL, " \n")) word[count++] = at;
        if (count > 0) answer(count, word);
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
