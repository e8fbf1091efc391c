import { crc32 } from 'node:zlib';
import { Opcode } from '@mcap/core';

/** Opcode and length before a record. */
const PREFIX = 9;

/** Makes every checksum right that can be found: of chunks, attachments, the data and the summary. */
export function mend(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (let at = 8; at + PREFIX <= bytes.length; ) {
    const opcode = bytes[at]!;
    const from = at + PREFIX;
    const end = from + Number(view.getBigUint64(at + 1, true));
    if (end > bytes.length) return;
    if (opcode === Opcode.CHUNK && end - from >= 40) {
      const records = from + 32 + view.getUint32(from + 28, true) + 8;
      if (records <= end) view.setUint32(from + 24, crc32(bytes.subarray(records, end)), true);
    } else if (opcode === Opcode.ATTACHMENT && end - from >= 4) view.setUint32(end - 4, crc32(bytes.subarray(from, end - 4)), true);
    else if (opcode === Opcode.DATA_END && end - from === 4) {
      view.setUint32(from, crc32(bytes.subarray(0, at)), true);
      start = end;
    } else if (opcode === Opcode.FOOTER && end - from === 20) view.setUint32(end - 4, crc32(bytes.subarray(start, end - 4)), true);
    at = end;
  }
}
