/* The two checks of the wire, PROTOCOL.md section 3: crc(b, crc(a)) is the CRC of a and b joined. */
#ifndef GL_CRC_H
#define GL_CRC_H

#include "config.h"

#define CRC16_START 0xffffu
#define CRC32C_START 0u

uint16_t crc16(const uint8_t *bytes, size_t length, uint16_t previous);
uint32_t crc32c(const uint8_t *bytes, size_t length, uint32_t previous);

#endif
