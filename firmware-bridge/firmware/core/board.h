/*
 * The board: what messages mean, when ticks run, what is reported.
 *
 * One private message, unreliable, for whoever compares boards: STATES (70) {population u8 | first u16} is answered by STATES
 * {tick u32 | population u8 | first u16 | states i32...}: membranes of neurons, states of readouts, after the last tick that ran, as many
 * as fit; tick is the one that runs next.
 */
#ifndef GL_BOARD_H
#define GL_BOARD_H

#include "config.h"

/* To be called once at the start, and then for ever. */
void board_start(void);
void board_poll(void);

#endif
