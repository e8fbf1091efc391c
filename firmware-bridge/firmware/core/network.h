/*
 * A network in integers. The arithmetic is that of drivers/emulated/integer-network.ts, which is its specification, bit for bit; the
 * image that describes the network is that of PROTOCOL.md section 8.3, and is used as it stands.
 */
#ifndef GL_NETWORK_H
#define GL_NETWORK_H

#include "config.h"

enum { SOURCE = 0, LIF = 1, ALIF = 2, INTEGRATOR = 3 };

struct population {
    /* 32 bytes of the image, and its table of betas if it has one */
    const uint8_t *record;
    const uint8_t *betas;
    /* what it sent in the last ticks: rows of values (a source) or bits */
    uint8_t *sent;
    /* id of its first neuron; index of it among the states; among what only spiking neurons have; among the inputs of a source */
    gl_id first, state, spiking, input;
    gl_id size;
    uint8_t rows, row;
};

struct projection {
    /* 16 bytes of the image */
    const uint8_t *record;
    int8_t *weights;
    uint8_t shift;
    uint8_t generation;
    /* it has its weights; it had some before those that are arriving in their place */
    bool loaded, known;
    /* a shift that waits for the weights of a generation */
    bool rescaled;
    uint8_t next_shift, next_generation;
};

extern struct population populations[GL_POPULATIONS];
extern struct projection projections[GL_PROJECTIONS];
extern uint8_t population_count;
extern uint8_t projection_count;
/* ids of the network, and values that a tick takes: the sizes of all sources */
extern uint16_t network_ids;
extern uint16_t network_inputs;
/* readouts in all */
extern uint16_t network_outputs;
/* ids of the reported neurons that spiked in the last tick, ascending */
extern gl_id network_spikes[GL_NEURONS];
extern uint16_t network_spike_count;

/* Whether these bytes are a network image that this board can run. */
bool network_check(const uint8_t *image, size_t length);
/* Makes a checked image the network, at rest and without weights; memory for what was sent, and for weights, comes from `memory`. */
void network_build(const uint8_t *image, uint8_t *memory);
/* Bytes of memory that network_build takes for an image. */
size_t network_bytes(const uint8_t *image);
void network_drop(void);

struct projection *network_projection(uint8_t region);
size_t network_region_bytes(const struct projection *projection);
/* Whether every projection has its weights. */
bool network_complete(void);
/* Whether it had them once: what is missing is being replaced. */
bool network_known(void);
uint32_t network_tick_us(void);

/* What a population sent `delay` ticks before the last one: values of a source, bits of the others. */
const uint8_t *network_sent(const struct population *population, uint16_t delay);
#if GL_LEARNS
/* Whether the last tick was a silent one for a spiking neuron; its adaptation. */
bool network_held(uint16_t spiking);
int32_t network_adaptation(uint16_t spiking);
#endif

void network_rest(void);
/* Runs one tick on the values of all sources. */
void network_step(const gl_value *values);
/* Membrane of a neuron, state of a readout; 0 for a source. */
int32_t network_state(uint8_t population, uint16_t neuron);
/* State of a readout, counted through all of them. */
int32_t network_output(uint16_t output);

#endif
