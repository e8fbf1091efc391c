/* Pins lent to the host, of an ATmega328P. */
#ifndef GL_LENT_H
#define GL_LENT_H

/* Those that are driven are low, and no timer drives them. */
void lent_safe(void);

#endif
