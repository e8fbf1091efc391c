/** What a receiver must have counted, found without its code: frames that arrive as they were sent, and whatever else stands between two zeros. */
import type { Tap } from '../../../../firmware-bridge/index.ts';

const HANDSHAKE: readonly number[] = [1, 2];

const text = (bytes: readonly number[]): string => Buffer.from(bytes).toString('latin1');

/** The books of one direction. Pieces may begin and end anywhere. */
class Direction {
  readonly #sent = new Set<string>();
  #begun: number[] = [];
  #arriving: number[] = [];
  good = 0;
  bad = 0;

  sent(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      if (bytes[i] !== 0) this.#begun.push(bytes[i]!);
      else if (this.#begun.length > 0) {
        this.#sent.add(text(this.#begun));
        this.#begun = [];
      }
    }
  }

  arrived(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      if (bytes[i] !== 0) this.#arriving.push(bytes[i]!);
      else if (this.#arriving.length > 0) {
        if (!this.#sent.has(text(this.#arriving))) this.bad++;
        else if (!HANDSHAKE.includes(this.#arriving[1]! & 0x7f)) this.good++;
        this.#arriving = [];
      }
    }
  }

  /** From here on; a frame that has begun goes on. */
  clear(): void {
    this.good = 0;
    this.bad = 0;
  }
}

export class Ledger {
  readonly toBoard = new Direction();
  readonly toHost = new Direction();

  readonly tap: Tap = (where, toBoard, bytes, start, end) => {
    const direction = toBoard ? this.toBoard : this.toHost;
    if (where === 'in') direction.sent(bytes, start, end);
    else direction.arrived(bytes, start, end);
  };

  clear(): void {
    this.toBoard.clear();
    this.toHost.clear();
  }
}

/** Frames that an end accepted, and those that it threw away. */
export const heard = (counters: Readonly<Record<string, number>> | object): { good: number; bad: number } => {
  const { framesIn = 0, crcErrors = 0, malformed = 0, oversize = 0 } = counters as Record<string, number>;
  return { good: framesIn, bad: crcErrors + malformed + oversize };
};
