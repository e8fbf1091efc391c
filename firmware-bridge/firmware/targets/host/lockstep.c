/*
 * Standard input is a sequence of questions, each answered on standard output before the next one is read. Numbers are little-endian.
 *   'T' now u32, µs | room u16 | length u16 | bytes   one turn of the main loop at that time, with the bytes that have arrived and room on the line for
 *                                                     so many (a frame that has begun is sent whole); answered by safe u8 | ahead u32, µs | length u16 | bytes:
 *                                                     the bytes are on the line when the ticks that it ran have had their time
 *   'W' region u8                                     there u8 | crc32c u32: the weights that run in its memory
 *   'F' region u8 | offset u32 | mask u8              there u8: flips these bits of them
 *   'C'                                               what it has counted, 8 times u32
 */
#include "lockstep.h"

#include <stdio.h>

#include "board.h"
#include "crc.h"
#include "frame.h"
#include "hal.h"
#include "link.h"
#include "memory.h"
#include "ring.h"

#define HEAD 7u
#define COUNTED 8u

static bool get(uint8_t *bytes, size_t length) { return fread(bytes, 1, length, stdin) == length; }

static bool turn(void) {
    static uint8_t out[HEAD + GL_TX_RING];
    uint8_t head[8];
    if (!get(head, sizeof head)) return false;
    host_time(read32(head));
    const uint16_t room = read16(head + 4);
    for (uint16_t left = read16(head + 6); left > 0; left--) {
        uint8_t byte;
        if (!get(&byte, 1)) return false;
        ring_received(byte);
    }
    board_poll();
    size_t length = host_drain(out + HEAD, room < GL_TX_RING ? room : GL_TX_RING);
    /* A frame that has begun is sent whole. */
    while (length > 0 && out[HEAD + length - 1] != 0) length += host_drain(out + HEAD + length, 1);
    out[0] = host_safe();
    write32(out + 1, hal_micros() - read32(head));
    out[5] = (uint8_t)length;
    out[6] = (uint8_t)(length >> 8);
    return host_write(out, HEAD + length);
}

static bool weights(void) {
    uint8_t region;
    uint8_t out[5] = {0, 0, 0, 0, 0};
    struct running running;
    if (!get(&region, 1)) return false;
    if (memory_running(region, &running)) {
        out[0] = 1;
        write32(out + 1, crc32c(running.bytes, running.length, CRC32C_START));
    }
    return host_write(out, sizeof out);
}

static bool flip(void) {
    uint8_t in[6];
    struct running running;
    if (!get(in, sizeof in)) return false;
    const uint8_t there = memory_running(in[0], &running) && read32(in + 1) < running.length;
    /* What a particle does to a memory cell: nothing of the firmware writes here. */
    if (there != 0) ((uint8_t *)running.bytes)[read32(in + 1)] ^= in[5];
    return host_write(&there, 1);
}

static bool counted(void) {
    uint8_t out[4 * COUNTED];
    const uint32_t values[COUNTED] = {
        link_counters.heard, link_counters.damaged, link_counters.late, link_counters.lost,
        link_counters.shed, link_counters.retransmits, ring_overruns(), board_dropped()};
    for (size_t k = 0; k < COUNTED; k++) write32(out + 4 * k, values[k]);
    return host_write(out, sizeof out);
}

int lockstep_run(void) {
    for (;;) {
        const int question = getchar();
        if (question == EOF) return 0;
        const bool answered = question == 'T' ? turn() : question == 'W' ? weights() : question == 'F' ? flip() : question == 'C' && counted();
        if (!answered) return 1;
    }
}
