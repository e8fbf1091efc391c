/* 2 KB of RAM: what arrives takes the place of what runs (no double buffer), and a tick holds little. */
#include <avr/pgmspace.h>

#define GL_BOARD_ID "atmega328p"
#define GL_MAX_FRAME 128u
#define GL_RX_RING 280u
#define GL_RX_WINDOW 272u
#define GL_TX_RING 128u
#define GL_SLOTS 3u
/* patches, graded spikes, rescale, states, pins */
#define GL_FEATURES (2u | 8u | 32u | 64u | 128u)
#define GL_NEURONS 16u
#define GL_INPUTS 16u
#define GL_OUTPUTS 4u
#define GL_SYNAPSES 256u
#define GL_MAX_DELAY 3u
#define GL_MAX_GRADE 15u
#define GL_MAX_REFRACTORY 255u
#define GL_TICK_US 3000u
#define GL_POPULATIONS 4u
#define GL_PROJECTIONS 5u
/* header, records, and a strength for every neuron */
#define GL_IMAGE_BYTES (16u + 4u * 32u + 5u * 16u + 4u * GL_NEURONS)
#define GL_ARENA 470u
/* Nothing else is there: what arrives takes the place of what runs. */
#define GL_NETWORK_BYTES GL_ARENA
#define GL_HELD 4u
#define GL_PINS 20u
#define GL_SPIKES_BYTES 40u
typedef int16_t gl_sum;
typedef uint8_t gl_value;
typedef uint8_t gl_id;
typedef uint8_t gl_silent;

/* The build merges no functions; those of the tick are worth it. */
#define GL_INLINE static inline __attribute__((always_inline))

/* Constant tables stay in flash. */
#define GL_ROM PROGMEM
#define GL_ROM8(pointer) pgm_read_byte(pointer)
#define GL_ROM16(pointer) pgm_read_word(pointer)
#define GL_ROM32(pointer) pgm_read_dword(pointer)
