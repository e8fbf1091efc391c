/* 264 KB of RAM: the network of the heartbeat task (20 inputs, 100 ALIF, dense and recurrent) runs, learns, and takes another image beside. */
#define GL_BOARD_ID "rp2040"
#define GL_MAX_FRAME 256u
#define GL_RX_RING 4200u
#define GL_RX_WINDOW 4080u
#define GL_TX_RING 4096u
#define GL_SLOTS 8u
/* wide CRC, patches, learns, graded spikes, double buffer, rescale, states, pins */
#define GL_FEATURES (1u | 2u | 4u | 8u | 16u | 32u | 64u | 128u)
#ifndef GL_NEURONS
#define GL_NEURONS 256u
#endif
#define GL_INPUTS 256u
#define GL_OUTPUTS 16u
#define GL_SYNAPSES 65536u
#define GL_MAX_DELAY 31u
#define GL_MAX_GRADE 255u
#define GL_MAX_REFRACTORY 65535u
#define GL_TICK_US 500u
#define GL_POPULATIONS 16u
#define GL_PROJECTIONS 32u
/* header, records, and a strength for every neuron */
#define GL_IMAGE_BYTES (16u + 16u * 32u + 32u * 16u + 4u * GL_NEURONS)
#define GL_ARENA 204800u
#define GL_HELD 8u
#define GL_PINS 29u
#define GL_SPIKES_BYTES 248u
typedef int32_t gl_sum;
#define GL_INLINE static inline __attribute__((always_inline))
typedef uint16_t gl_value;
typedef uint16_t gl_id;
typedef uint16_t gl_silent;
