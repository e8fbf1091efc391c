#include "crc.h"

/* Four bits at a time: 96 bytes of tables instead of 1536. */
static const uint16_t table16[16] GL_ROM = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
    0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
};
static const uint32_t table32[16] GL_ROM = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint16_t crc16(const uint8_t *bytes, size_t length, uint16_t previous) {
    uint16_t crc = previous;
    while (length-- > 0) {
        const uint8_t byte = *bytes++;
        crc = (uint16_t)((crc << 4) ^ GL_ROM16(&table16[(crc >> 12) ^ (byte >> 4)]));
        crc = (uint16_t)((crc << 4) ^ GL_ROM16(&table16[(crc >> 12) ^ (byte & 15)]));
    }
    return crc;
}

uint32_t crc32c(const uint8_t *bytes, size_t length, uint32_t previous) {
    uint32_t crc = ~previous;
    while (length-- > 0) {
        const uint8_t byte = *bytes++;
        crc = (crc >> 4) ^ GL_ROM32(&table32[((uint8_t)crc ^ byte) & 15]);
        crc = (crc >> 4) ^ GL_ROM32(&table32[((uint8_t)crc ^ (byte >> 4)) & 15]);
    }
    return ~crc;
}
