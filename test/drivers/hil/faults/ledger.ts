/** What a receiver must have counted, found without its code: frames that arrive as they were sent, and whatever else stands between two zeros. */
import type { Tap } from '../../../../firmware-bridge/index.ts';

const HANDSHAKE: readonly number[] = [1, 2];

/** The books of one direction. */
class Direction {
  readonly #sent = new Set<string>();
  #open: number[] = [];
  good = 0;
  bad = 0;

  sent(bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end; ) {
      const zero = bytes.indexOf(0, from);
      const to = zero < 0 || zero >= end ? end : zero;
      if (to > from) this.#sent.add(Buffer.from(bytes.subarray(from, to)).toString('latin1'));
      from = to + 1;
    }
  }

  arrived(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      if (bytes[i] !== 0) this.#open.push(bytes[i]!);
      else if (this.#open.length > 0) {
        const text = Buffer.from(this.#open).toString('latin1');
        if (!this.#sent.has(text)) this.bad++;
        else if (!HANDSHAKE.includes(this.#open[1]! & 0x7f)) this.good++;
        this.#open = [];
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
