#include "reply.h"

#include "hal.h"
#include "wire.h"

void reply_begin(uint8_t command) {
    hal_send(START_SYSEX);
    hal_send(command);
}

void reply_7(uint8_t value) { hal_send(value & 0x7f); }

void reply_14(uint16_t value) {
    reply_7((uint8_t)(value & 0x7f));
    reply_7((uint8_t)(value >> 7 & 0x7f));
}

void reply_end(void) { hal_send(END_SYSEX); }

void reply_short(uint8_t command, uint16_t value) {
    hal_send(command);
    reply_14(value);
}

void reply_text(const char *text, uint8_t number) {
    reply_begin(STRING_DATA);
    while (*text != 0) reply_14((uint8_t)*text++);
    reply_14(' ');
    for (uint8_t ten = 100; ten > 0; ten = (uint8_t)(ten / 10))
        if (number >= ten || ten == 1) reply_14((uint8_t)('0' + number / ten % 10));
    reply_end();
}
