/* The board: what messages mean, when ticks run, what is reported. */
#ifndef GL_BOARD_H
#define GL_BOARD_H

#include "config.h"

/* To be called once at the start, and then for ever. */
void board_start(void);
void board_poll(void);

/* Messages, spikes and bytes that came to nothing: as in Telemetry. */
uint32_t board_dropped(void);

#endif
