/**
 * protocol.proto as JSON, so that no file has to be found and parsed at start. A test fails when the two differ; it
 * writes this file anew when run with UPDATE_DESCRIPTOR=1.
 */
export const descriptor = {
  nested: {
    ganglion: {
      nested: {
        wire: {
          nested: {
            Hello: {
              fields: {
                protoMajor: { type: 'uint32', id: 1, protoName: 'proto_major' },
                protoMinor: { type: 'uint32', id: 2, protoName: 'proto_minor' },
                session: { type: 'fixed32', id: 3 },
                maxFrame: { type: 'uint32', id: 4, protoName: 'max_frame' },
                schema: { type: 'fixed32', id: 5 },
                features: { type: 'uint32', id: 6 },
              },
            },
            Caps: {
              oneofs: {
                _maxDelay: { oneof: ['maxDelay'] },
                _maxGrade: { oneof: ['maxGrade'] },
                _networkBytes: { oneof: ['networkBytes'] },
              },
              fields: {
                protoMajor: { type: 'uint32', id: 1, protoName: 'proto_major' },
                protoMinor: { type: 'uint32', id: 2, protoName: 'proto_minor' },
                session: { type: 'fixed32', id: 3 },
                schema: { type: 'fixed32', id: 4 },
                fwHash: { type: 'bytes', id: 5, protoName: 'fw_hash' },
                boardId: { type: 'string', id: 6, protoName: 'board_id' },
                neurons: { type: 'uint32', id: 7 },
                inputs: { type: 'uint32', id: 8 },
                outputs: { type: 'uint32', id: 9 },
                weightBits: { type: 'uint32', id: 10, protoName: 'weight_bits' },
                stateBits: { type: 'uint32', id: 11, protoName: 'state_bits' },
                tickUs: { type: 'uint32', id: 12, protoName: 'tick_us' },
                maxFrame: { type: 'uint32', id: 13, protoName: 'max_frame' },
                rxWindow: { type: 'uint32', id: 14, protoName: 'rx_window' },
                features: { type: 'uint32', id: 15 },
                bootId: { type: 'fixed32', id: 16, protoName: 'boot_id' },
                failsafeMs: { type: 'uint32', id: 17, protoName: 'failsafe_ms' },
                synapses: { type: 'uint32', id: 18 },
                neuronKinds: { type: 'uint32', id: 19, protoName: 'neuron_kinds' },
                resetCause: { type: 'ResetCause', id: 20, protoName: 'reset_cause' },
                maxDelay: { type: 'uint32', id: 21, protoName: 'max_delay', options: { proto3_optional: true } },
                maxGrade: { type: 'uint32', id: 22, protoName: 'max_grade', options: { proto3_optional: true } },
                networkBytes: { type: 'uint32', id: 23, protoName: 'network_bytes', options: { proto3_optional: true } },
              },
            },
            NeuronKind: { values: { SOURCE: 0, LIF: 1, ALIF: 2, INTEGRATOR: 3 } },
            ResetCause: { values: { POWER_ON: 0, EXTERNAL: 1, WATCHDOG: 2, BROWN_OUT: 3, SOFTWARE: 4 } },
            Configure: {
              fields: { key: { type: 'uint32', id: 1 }, value: { type: 'sint32', id: 2 }, generation: { type: 'uint32', id: 3 } },
            },
            WeightBegin: {
              oneofs: { _base: { oneof: ['base'] } },
              fields: {
                region: { type: 'uint32', id: 1 },
                generation: { type: 'uint32', id: 2 },
                total: { type: 'uint32', id: 3 },
                crc32c: { type: 'fixed32', id: 4 },
                base: { type: 'uint32', id: 5, options: { proto3_optional: true } },
              },
            },
            WeightCommit: {
              fields: {
                region: { type: 'uint32', id: 1 },
                generation: { type: 'uint32', id: 2 },
                total: { type: 'uint32', id: 3 },
                crc32c: { type: 'fixed32', id: 4 },
              },
            },
            WeightAck: {
              fields: {
                region: { type: 'uint32', id: 1 },
                generation: { type: 'uint32', id: 2 },
                nextOffset: { type: 'uint32', id: 3, protoName: 'next_offset' },
                crc32c: { type: 'fixed32', id: 4 },
                status: { type: 'WeightStatus', id: 5 },
              },
            },
            WeightStatus: {
              values: {
                RECEIVING: 0,
                COMMITTED: 1,
                WRONG_CRC: 2,
                WRONG_BASE: 3,
                NOT_BEGUN: 4,
                UNKNOWN_REGION: 5,
                WRONG_SIZE: 6,
                REFUSED: 7,
                BUSY: 8,
                EMPTY: 9,
              },
            },
            WeightQuery: { fields: { region: { type: 'uint32', id: 1 } } },
            Reward: { fields: { tick: { type: 'uint32', id: 1 }, valueQ16: { type: 'sint32', id: 2, protoName: 'value_q16' } } },
            Arm: { fields: { session: { type: 'fixed32', id: 1 }, ttlMs: { type: 'uint32', id: 2, protoName: 'ttl_ms' } } },
            Disarm: { fields: {} },
            Telemetry: {
              fields: {
                tick: { type: 'uint32', id: 1 },
                overruns: { type: 'uint32', id: 2 },
                crcErrors: { type: 'uint32', id: 3, protoName: 'crc_errors' },
                dropped: { type: 'uint32', id: 4 },
                lateTicks: { type: 'uint32', id: 5, protoName: 'late_ticks' },
                stackFree: { type: 'uint32', id: 6, protoName: 'stack_free' },
                tempC: { type: 'sint32', id: 7, protoName: 'temp_c' },
                vccMv: { type: 'uint32', id: 8, protoName: 'vcc_mv' },
                resetCause: { type: 'ResetCause', id: 9, protoName: 'reset_cause' },
                state: { type: 'SafetyState', id: 10 },
                activeRegion: { type: 'uint32', id: 11, protoName: 'active_region' },
                activeGeneration: { type: 'uint32', id: 12, protoName: 'active_generation' },
              },
            },
            SafetyState: { values: { SAFE: 0, RUN: 1, HOLD: 2 } },
            Error: { fields: { reason: { type: 'ErrorReason', id: 1 }, context: { type: 'uint32', id: 2 } } },
            ErrorReason: { values: { UNSPECIFIED: 0, UNKNOWN_MESSAGE: 1, MALFORMED: 2, REJECTED: 3, OVERRUN: 4, HARDWARE: 5, TIMING: 6 } },
          },
        },
      },
    },
  },
};
