/* A process that is a board: memory is no question. */
#define GL_BOARD_ID "host"
#define GL_MAX_FRAME 256u
#ifndef GL_RX_RING
#define GL_RX_RING 4200u
#endif
/* Heartbeats and naks are exempt from credit. */
#define GL_RX_WINDOW (GL_RX_RING - 120u)
#ifndef GL_TX_RING
#define GL_TX_RING 32768u
#endif
#define GL_SLOTS 8u
/* wide CRC, patches, learns, graded spikes, double buffer, rescale, states, pins */
#define GL_FEATURES (1u | 2u | 4u | 8u | 16u | 32u | 64u | 128u)
#ifndef GL_NEURONS
#define GL_NEURONS 1024u
#endif
#define GL_INPUTS 1024u
#define GL_OUTPUTS 64u
#define GL_SYNAPSES 262144u
#define GL_MAX_DELAY 63u
#define GL_MAX_GRADE 255u
#define GL_MAX_REFRACTORY 65535u
#define GL_TICK_US 500u
#define GL_POPULATIONS 255u
#define GL_PROJECTIONS 255u
#define GL_IMAGE_BYTES 16384u
#define GL_ARENA 4194304u
#define GL_HELD 32u
#define GL_PINS 8u
#define GL_SPIKES_BYTES 248u
typedef int32_t gl_sum;
typedef uint16_t gl_value;
typedef uint16_t gl_id;
typedef uint16_t gl_silent;
