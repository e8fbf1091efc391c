/* The serial line: USART 0 with a ring of 256 bytes each way. */
#ifndef FM_LINE_H
#define FM_LINE_H

#include <stdbool.h>
#include <stdint.h>

void line_start(void);
/* False: no byte has come. */
bool line_take(uint8_t *byte);
bool line_unread(void);
/* Whether bytes were lost since the last question. */
bool line_lost(void);

#endif
