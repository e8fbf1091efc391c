/* Frames, PROTOCOL.md sections 2 to 4: found among the bytes that arrive, and written to the line. */
#ifndef GL_FRAME_H
#define GL_FRAME_H

#include "config.h"

#define FROM_DEVICE 0x80u
#define UNRELIABLE 0x40u
#define CODE_MASK 0x7fu

enum {
    HELLO = 0x01, CAPS = 0x02,
    CONFIGURE = 0x08, WEIGHT_BEGIN = 0x09, WEIGHT_COMMIT = 0x0a, WEIGHT_ACK = 0x0b, WEIGHT_QUERY = 0x0c,
    REWARD = 0x0d, ARM = 0x0e, DISARM = 0x0f, ERROR = 0x10, WEIGHT_CHUNK = 0x11, WEIGHT_PATCH = 0x12,
    TARGET = 0x13, PIN = 0x14,
    HEARTBEAT = 0x40, NAK = 0x41, SPIKES = 0x48, TELEMETRY = 0x49, TIME_SYNC = 0x4a, WEIGHT_READ = 0x4b, WEIGHT_DATA = 0x4c,
    STATES = 0x4d, PINS = 0x4e
};

/* Where the CRCs of a session start, and whether even short frames get the long one. */
struct frame_format {
    uint16_t seed16;
    uint32_t seed32;
    bool wide;
};
extern struct frame_format frame_format;
void frame_session(uint32_t session, bool wide);

/* The frame that was found: its header, and its payload until the next byte is pushed. */
struct frame {
    uint8_t type, seq, ack, credit;
    uint8_t *payload;
    uint16_t length;
};
extern struct frame frame;

enum frame_event { FRAME_MORE, FRAME_GOOD, FRAME_DAMAGED };

/* Takes one byte of the line. */
enum frame_event frame_push(uint8_t byte);

/* Bytes of the frame that arrives, or of the next one, for which there is memory. */
uint16_t frame_room(void);

/* Memory of a frame that is not being received: between frames only. */
uint8_t *frame_scratch(void);

/* Writes a frame, Caps behind a zero; false, and nothing, if the line has no room for it. */
bool frame_write(uint8_t type, uint8_t seq, uint8_t ack, uint8_t credit, const uint8_t *payload, uint16_t length);

static inline uint32_t read32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
static inline uint16_t read16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }
static inline bool is_handshake(uint8_t code) { return code == HELLO || code == CAPS; }
static inline void write32(uint8_t *at, uint32_t value) {
    for (uint8_t i = 0; i < 4; i++, value >>= 8) at[i] = (uint8_t)value;
}

#endif
