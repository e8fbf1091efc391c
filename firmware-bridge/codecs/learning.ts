/**
 * The packed payloads of a board that learns (PROTOCOL.md section 13).
 *
 * - Target: `tick u32 | ticks u16`, then a label u8, or a value i32 in 1/65536 of every output of the first readout.
 * - WeightRead: `region u8 | offset u24 | count u8`; WeightData: `region u8 | generation u8 | offset u24 | bytes`.
 */
const TARGET_HEAD = 6;
const DATA_HEAD = 5;
/** Most bytes of a region that can be asked for at once. */
export const WEIGHT_READ_BYTES = 112;

/** What the readout should say from `tick` on, for so many ticks: the output that should win, or what each should be, in 1/65536. */
export type Target = { readonly tick: number; readonly ticks: number } & (
  | { readonly label: number }
  | { readonly values: ArrayLike<number> }
);

/** Writes a target at the start of `out`; returns its length. */
export function writeTarget(out: Uint8Array, target: Target): number {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  view.setUint32(0, target.tick, true);
  view.setUint16(4, target.ticks, true);
  if ('label' in target) {
    out[TARGET_HEAD] = target.label;
    return TARGET_HEAD + 1;
  }
  const { values } = target;
  for (let k = 0; k < values.length; k++) view.setInt32(TARGET_HEAD + 4 * k, values[k]!, true);
  return TARGET_HEAD + 4 * values.length;
}

/** Writes a question for `count` bytes of a region; returns its length. */
export function writeWeightRead(out: Uint8Array, region: number, offset: number, count: number): number {
  out.set([region, offset & 0xff, (offset >>> 8) & 0xff, (offset >>> 16) & 0xff, count]);
  return DATA_HEAD;
}

export interface WeightData {
  region: number;
  generation: number;
  offset: number;
  /** where its bytes lie */
  start: number;
  end: number;
}

/** Reads an answer into `to`; false if it is too short to be one. */
export function readWeightData(bytes: Uint8Array, start: number, end: number, to: WeightData): boolean {
  if (end - start < DATA_HEAD) return false;
  to.region = bytes[start]!;
  to.generation = bytes[start + 1]!;
  to.offset = bytes[start + 2]! | (bytes[start + 3]! << 8) | (bytes[start + 4]! << 16);
  to.start = start + DATA_HEAD;
  to.end = end;
  return true;
}
