/* What a target must say of itself, and what follows from it. All memory is static: these numbers are its size. */
#ifndef GL_CONFIG_H
#define GL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file config.h of the target:
 *   GL_BOARD_ID      name in Caps, at most 16 characters
 *   GL_MAX_FRAME     largest frame it takes, 128..1024
 *   GL_RX_RING       bytes it can hold unread; at least two frames on the wire and what is exempt from credit
 *   GL_RX_WINDOW     how many of them it offers as credit
 *   GL_TX_RING       bytes on their way out; a power of two, at most 32768; the answer to a tick must fit
 *   GL_SLOTS         reliable messages of its own that wait for their acknowledgement, 2..8
 *   GL_FEATURES      feature bits of PROTOCOL.md section 9
 *   GL_NEURONS GL_INPUTS GL_OUTPUTS GL_SYNAPSES GL_MAX_DELAY GL_MAX_GRADE GL_TICK_US   as in Caps
 *   GL_POPULATIONS GL_PROJECTIONS GL_IMAGE_BYTES   limits of a network image
 *   GL_ARENA         bytes for the network image, its states, its weights, and one image that arrives
 *   GL_NETWORK_BYTES as in Caps, if not all that the other numbers allow fits
 *   GL_PINS          pins it lends the host and those before them, at most 32; default none
 *   GL_HELD          ticks that it holds before it has run them; a power of two
 *   GL_SPIKES_BYTES  largest Spikes payload it sends
 *   gl_sum           signed integer that holds GL_MAX_GRADE * GL_INPUTS * 128 and 128 * GL_NEURONS
 *   gl_value         unsigned integer that holds GL_MAX_GRADE
 *   gl_id            unsigned integer that holds an id of the largest network
 *   GL_INLINE        how short functions of the tick are declared; default static inline
 *   GL_ROM           attribute of constant tables; GL_ROM8/16/32(pointer) read from one
 */
#include <target.h>

#ifndef GL_INLINE
#define GL_INLINE static inline
#endif

#ifndef GL_PINS
#define GL_PINS 0u
#endif

#ifndef GL_ROM
#define GL_ROM
#define GL_ROM8(pointer) (*(pointer))
#define GL_ROM16(pointer) (*(pointer))
#define GL_ROM32(pointer) (*(pointer))
#endif

#define GL_PROTO_MAJOR 1u
#define GL_PROTO_MINOR 3u
#define GL_LEARNS ((GL_FEATURES & 4u) != 0)
/* CRCs of the description, PROTOCOL.md section 11. */
#define GL_SCHEMA16 0xafdeu
#define GL_SCHEMA32 0x4b1847b2u

#define GL_FAILSAFE_MS 250u

/* Bytes on the wire of a frame with a payload of so many bytes, at most: header, CRC, COBS. */
#define GL_WIRE(payload) ((payload) + 10u + ((payload) + 8u) / 254u)

#define GL_ASSERT(name, condition) typedef char gl_assert_##name[(condition) ? 1 : -1]
GL_ASSERT(max_frame, GL_MAX_FRAME >= 128 && GL_MAX_FRAME <= 1024);
GL_ASSERT(rx_ring, GL_RX_RING > GL_RX_WINDOW && GL_RX_WINDOW >= 2 * GL_WIRE(GL_MAX_FRAME - 8));
GL_ASSERT(tx_ring, (GL_TX_RING & (GL_TX_RING - 1)) == 0 && GL_TX_RING > GL_WIRE(GL_SPIKES_BYTES));
GL_ASSERT(pins, GL_PINS <= 32);
GL_ASSERT(held, (GL_HELD & (GL_HELD - 1)) == 0);
GL_ASSERT(sum, (sizeof(gl_sum) == 4 || (GL_MAX_GRADE * GL_INPUTS <= 255 && GL_NEURONS <= 255)) && GL_MAX_GRADE <= 65535);
GL_ASSERT(value, sizeof(gl_value) == 2 || GL_MAX_GRADE <= 255);

#endif
