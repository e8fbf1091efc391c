/* Numbers of the Firmata protocol, version 2.5 (github.com/firmata/protocol: protocol.md, servos.md, i2c.md). */
#ifndef FM_WIRE_H
#define FM_WIRE_H

#define PROTOCOL_MAJOR 2u
#define PROTOCOL_MINOR 5u

/* Messages; the low four bits of the first four are a port or a channel. */
#define DIGITAL_MESSAGE 0x90u
#define REPORT_ANALOG 0xc0u
#define REPORT_DIGITAL 0xd0u
#define ANALOG_MESSAGE 0xe0u
#define START_SYSEX 0xf0u
#define SET_PIN_MODE 0xf4u
#define SET_DIGITAL_PIN 0xf5u
#define END_SYSEX 0xf7u
#define PROTOCOL_VERSION 0xf9u
#define SYSTEM_RESET 0xffu

/* Sysex. The numbers 0x01..0x0f are left to the user: OUTPUT_TIMEOUT is ours. */
#define OUTPUT_TIMEOUT 0x0fu
#define ANALOG_MAPPING_QUERY 0x69u
#define ANALOG_MAPPING_RESPONSE 0x6au
#define CAPABILITY_QUERY 0x6bu
#define CAPABILITY_RESPONSE 0x6cu
#define PIN_STATE_QUERY 0x6du
#define PIN_STATE_RESPONSE 0x6eu
#define EXTENDED_ANALOG 0x6fu
#define SERVO_CONFIG 0x70u
#define STRING_DATA 0x71u
#define I2C_REQUEST 0x76u
#define I2C_REPLY 0x77u
#define I2C_CONFIG 0x78u
#define REPORT_FIRMWARE 0x79u
#define SAMPLING_INTERVAL 0x7au

/* Pin modes. */
#define MODE_INPUT 0x00u
#define MODE_OUTPUT 0x01u
#define MODE_ANALOG 0x02u
#define MODE_PWM 0x03u
#define MODE_SERVO 0x04u
#define MODE_I2C 0x06u
#define MODE_PULLUP 0x0bu

/* Ends the modes of a pin; stands for a pin without an analog channel. */
#define NONE 0x7fu

#endif
