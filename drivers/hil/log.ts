import { crc32c } from '../../firmware-bridge/index.ts';

/** Lines kept for whoever reads; the digest goes over all of them. */
const KEPT = 400;

/** What happened in a case, line by line with its time: in virtual time the same seed gives the same log, to the byte. */
export class Log {
  readonly #lines: string[] = [];
  readonly #encoder = new TextEncoder();
  #count = 0;
  #crc = 0;

  add(ms: number, text: string): void {
    const line = `${ms.toFixed(3)} ${text}`;
    this.#crc = crc32c(this.#encoder.encode(line), 0, undefined, this.#crc);
    this.#count++;
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  /** Bytes that went over the line; they count and are not printed. */
  bytes(ms: number, toBoard: boolean, bytes: Uint8Array, start: number, end: number): void {
    const head = this.#encoder.encode(`${ms.toFixed(3)}${toBoard ? '>' : '<'}`);
    this.#crc = crc32c(bytes, start, end, crc32c(head, 0, head.length, this.#crc));
  }

  /** The latest lines. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Number of lines, and the CRC-32C of all lines and bytes. */
  get digest(): string {
    return `${this.#count} lines, ${this.#crc.toString(16).padStart(8, '0')}`;
  }
}
