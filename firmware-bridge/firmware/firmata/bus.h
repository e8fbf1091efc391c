/* Requests to devices on the I2C bus. */
#ifndef FM_BUS_H
#define FM_BUS_H

#include <stdint.h>

/* The payload of I2C_CONFIG: the bus is on, with a delay between the write of a register's number and its read. */
void bus_config(const uint8_t *payload, uint8_t length);
/* The payload of I2C_REQUEST. */
void bus_request(const uint8_t *payload, uint8_t length);
/* The reads that were asked for continuously, once each. */
void bus_sample(void);
void bus_off(void);

#endif
