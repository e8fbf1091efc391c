import { raise } from '../../../runtime/index.ts';

const DATA = 0;
const END = 1;

/** Reads an Intel hex image of at most `size` bytes of flash; what is not written is 0xFF. Raises ERR_FIRMWARE_IMAGE at the first bad line. */
export function readIntelHex(text: string, size: number): Uint8Array {
  const flash = new Uint8Array(size).fill(0xff);
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const wrong = (why: string): never => raise('ERR_FIRMWARE_IMAGE', { part: `line ${index + 1}`, why });
    if (!/^:([0-9a-f]{2}){5,}$/i.test(line)) wrong('no record of Intel hex');
    const bytes = Uint8Array.from(Buffer.from(line.slice(1), 'hex'));
    const [count, high, low, type] = bytes as unknown as [number, number, number, number];
    if (bytes.length !== count + 5) wrong('its length is not what it says');
    if ((bytes.reduce((sum, byte) => sum + byte, 0) & 0xff) !== 0) wrong('its sum is wrong');
    if (type === END) return flash;
    const address = (high << 8) | low;
    if (type !== DATA || address + count > size) wrong(`not data within ${size} bytes of flash`);
    flash.set(bytes.subarray(4, 4 + count), address);
  }
  return raise('ERR_FIRMWARE_IMAGE', { part: `line ${lines.length}`, why: 'the end record is missing' });
}
