/* The Firmata protocol, from its description: bytes of the host in, replies and pins out. */
#ifndef FM_FIRMATA_H
#define FM_FIRMATA_H

#include <stdint.h>

/* Says what it is. */
void firmata_start(void);
/* A byte of the host. */
void firmata_byte(uint8_t byte);
/* Bytes were lost: whatever message was begun is not a message. */
void firmata_lost(void);
/* Reports what has changed or is due. To be called at least every millisecond. */
void firmata_poll(void);

#endif
