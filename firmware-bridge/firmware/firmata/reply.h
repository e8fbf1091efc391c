/* What is said to the host. */
#ifndef FM_REPLY_H
#define FM_REPLY_H

#include <stdint.h>

/* A sysex message is begun, filled with 7-bit values, and ended. */
void reply_begin(uint8_t command);
void reply_7(uint8_t value);
/* Low seven bits first. */
void reply_14(uint16_t value);
void reply_end(void);

/* A message of three bytes. */
void reply_short(uint8_t command, uint16_t value);
/* Text for people: what was refused, and which number it was about. */
void reply_text(const char *text, uint8_t number);

#endif
