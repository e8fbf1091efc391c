/* Pins lent to the host, of an RP2040. */
#ifndef GL_LENT_H
#define GL_LENT_H

/* Once the clocks run. */
void lent_start(void);
/* Those that are driven are low, and no counter drives them. */
void lent_safe(void);

#endif
