import { raise } from '../../../runtime/index.ts';

const BLOCK = 512;
const HEADER = 32;
const MAX_PAYLOAD = 476;
const START = 0x0a324655;
const SECOND = 0x9e5d5157;
const END = 0x0ab16f30;
const HAS_FAMILY = 0x2000;
const RP2040 = 0xe48bff56;
const FLASH = 0x10000000;

/**
 * Reads a UF2 file for the RP2040 (blocks of 512 bytes, each with the address that its bytes go to) into the bytes of the flash, of which there are
 * at most `size`; what is not written is 0xFF. Raises ERR_FIRMWARE_IMAGE at the first bad block.
 */
export function readUf2(file: Uint8Array, size: number): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const blocks = Math.ceil(file.length / BLOCK);
  const wrong = (block: number, why: string): never => raise('ERR_FIRMWARE_IMAGE', { part: `block ${block + 1}`, why });
  const flash = new Uint8Array(size).fill(0xff);
  let length = 0;
  for (let block = 0; block < blocks; block++) {
    const at = block * BLOCK;
    if (at + BLOCK > file.length) wrong(block, 'it is cut off');
    const word = (offset: number): number => view.getUint32(at + offset, true);
    if (word(0) !== START || word(4) !== SECOND || word(BLOCK - 4) !== END) wrong(block, 'no block of UF2');
    if ((word(8) & HAS_FAMILY) === 0 || word(28) !== RP2040) wrong(block, 'not for an RP2040');
    if (word(20) !== block || word(24) !== blocks) wrong(block, `it says block ${word(20) + 1} of ${word(24)}, and there are ${blocks}`);
    const bytes = word(16);
    const to = word(12) - FLASH;
    if (bytes > MAX_PAYLOAD || to < 0 || to + bytes > size) wrong(block, `not data within ${size} bytes of flash`);
    flash.set(file.subarray(at + HEADER, at + HEADER + bytes), to);
    length = Math.max(length, to + bytes);
  }
  if (blocks === 0) wrong(0, 'the file is empty');
  return flash.subarray(0, length);
}
