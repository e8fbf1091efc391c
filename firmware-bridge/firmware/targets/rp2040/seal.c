/*
 * Makes of the bytes of a flash what a Pico takes as a file: `seal IN.bin OUT.uf2` writes the check sum that the ROM demands of the first 256
 * bytes (CRC-32, polynomial 0x04c11db7, start 0xffffffff, not reflected, no final inversion, of 252 bytes), and packs all into UF2 blocks. Runs
 * where the firmware is built.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLASH 0x10000000u
#define FAMILY_RP2040 0xe48bff56u
#define BOOT2 256u
#define PAYLOAD 256u
#define BLOCK 512u
#define MAX_BYTES (2u << 20)

static void write32(uint8_t *at, uint32_t value) {
    for (unsigned i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8u * i));
}

static uint32_t check_sum(const uint8_t *bytes, size_t length) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint32_t)bytes[i] << 24;
        for (unsigned bit = 0; bit < 8; bit++) crc = (crc & 0x80000000u) != 0 ? crc << 1 ^ 0x04c11db7u : crc << 1;
    }
    return crc;
}

static void block(uint8_t *out, const uint8_t *bytes, uint32_t number, uint32_t count) {
    memset(out, 0, BLOCK);
    const uint32_t header[] = {0x0a324655u, 0x9e5d5157u, 0x2000u, FLASH + number * PAYLOAD, PAYLOAD, number, count, FAMILY_RP2040};
    for (unsigned i = 0; i < 8; i++) write32(out + 4u * i, header[i]);
    memcpy(out + 32, bytes + (size_t)number * PAYLOAD, PAYLOAD);
    write32(out + BLOCK - 4u, 0x0ab16f30u);
}

int main(int count, char **arguments) {
    static uint8_t flash[MAX_BYTES];
    FILE *in = count == 3 ? fopen(arguments[1], "rb") : NULL;
    if (in == NULL) return fprintf(stderr, "usage: seal IN.bin OUT.uf2\n"), EXIT_FAILURE;
    const size_t length = fread(flash, 1, sizeof flash, in);
    (void)fclose(in);
    if (length <= BOOT2) return fprintf(stderr, "%s: no image\n", arguments[1]), EXIT_FAILURE;
    write32(flash + BOOT2 - 4u, check_sum(flash, BOOT2 - 4u));
    FILE *out = fopen(arguments[2], "wb");
    if (out == NULL) return perror(arguments[2]), EXIT_FAILURE;
    const uint32_t blocks = (uint32_t)((length + PAYLOAD - 1u) / PAYLOAD);
    int wrong = 0;
    for (uint32_t number = 0; number < blocks; number++) {
        uint8_t bytes[BLOCK];
        block(bytes, flash, number, blocks);
        wrong |= fwrite(bytes, BLOCK, 1, out) != 1;
    }
    return (fclose(out) != 0 || wrong) ? EXIT_FAILURE : EXIT_SUCCESS;
}
