import { CRC16_START, CRC32C_START, crc16, crc32c } from './crc.ts';

export const PROTO_MAJOR = 1;
/** 1 added learning on the board (PROTOCOL.md section 13), 2 the look into it (section 14) and its memory in Caps, 3 pins (section 15). */
export const PROTO_MINOR = 3;

/**
 * What two ends of major version 1 must agree on, word for word: its CRC seeds the CRC of every frame, so firmware
 * built from another description is never half understood. A minor version only adds (a field, a code, a feature bit) and
 * does not touch this text; a change of anything written here is a new major version. A test holds every line to the
 * code and to protocol.proto.
 */
export const description = `ganglion wire 1
frame type:u8 seq:u8 ack:u8 credit:u8 payload crc
code 01 Hello 1:uint32:proto_major 2:uint32:proto_minor 3:fixed32:session 4:uint32:max_frame 5:fixed32:schema 6:uint32:features
code 02 Caps 1:uint32:proto_major 2:uint32:proto_minor 3:fixed32:session 4:fixed32:schema 5:bytes:fw_hash 6:string:board_id 7:uint32:neurons 8:uint32:inputs 9:uint32:outputs 10:uint32:weight_bits 11:uint32:state_bits 12:uint32:tick_us 13:uint32:max_frame 14:uint32:rx_window 15:uint32:features 16:fixed32:boot_id 17:uint32:failsafe_ms 18:uint32:synapses 19:uint32:neuron_kinds 20:ResetCause:reset_cause
code 08 Configure 1:uint32:key 2:sint32:value 3:uint32:generation
code 09 WeightBegin 1:uint32:region 2:uint32:generation 3:uint32:total 4:fixed32:crc32c 5:uint32:base
code 0a WeightCommit 1:uint32:region 2:uint32:generation 3:uint32:total 4:fixed32:crc32c
code 0b WeightAck 1:uint32:region 2:uint32:generation 3:uint32:next_offset 4:fixed32:crc32c 5:WeightStatus:status
code 0c WeightQuery 1:uint32:region
code 0d Reward 1:uint32:tick 2:sint32:value_q16
code 0e Arm 1:fixed32:session 2:uint32:ttl_ms
code 0f Disarm
code 10 Error 1:ErrorReason:reason 2:uint32:context
code 11 WeightChunk region:u8 generation:u8 offset:u24 bytes
code 12 WeightPatch region:u8 generation:u8 offset:u24 {skip:varint length:varint bytes}
code 40 Heartbeat
code 41 Nak
code 48 Spikes base_tick:u32 {tick_delta:varint n<<1|graded:varint {id:varint value:varint?}}
code 49 Telemetry 1:uint32:tick 2:uint32:overruns 3:uint32:crc_errors 4:uint32:dropped 5:uint32:late_ticks 6:uint32:stack_free 7:sint32:temp_c 8:uint32:vcc_mv 9:ResetCause:reset_cause 10:SafetyState:state 11:uint32:active_region 12:uint32:active_generation
code 4a TimeSync id:u8 t1:u64 t2:u64 t3:u64
image 1 header:16 population:32 projection:16 betas:i32
`;

const bytes = new TextEncoder().encode(description);

/** CRC-16/CCITT-FALSE of {@link description}. */
export const schema16: number = crc16(bytes, 0, bytes.length, CRC16_START);
/** CRC-32C of {@link description}: what Hello and Caps carry as `schema`. */
export const schema32: number = crc32c(bytes, 0, bytes.length, CRC32C_START);
