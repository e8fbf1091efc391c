import type { Fault, FaultCounts, Packets } from './fault-list.ts';
import { uartReceiver } from './uart-sampling.ts';

/** Takes a piece of bytes, which is its owner's again when this returns. */
export type Pass = (bytes: Uint8Array, start: number, end: number, now: number) => void;

/** One fault at work. */
export interface Stage {
  readonly push: Pass;
  /** takes a piece that the fault is not meant for, where it is not just given on */
  readonly bypass?: Pass;
  /** gives on what is due by now */
  readonly release?: (now: number) => void;
  /** forgets what it holds */
  readonly clear?: () => void;
  /** bytes that it holds */
  readonly held?: () => number;
}

/** What a stage is made with. */
export interface Tools {
  /** uniform 32-bit words */
  readonly random: () => number;
  readonly counts: FaultCounts;
  readonly pass: Pass;
  /** the whole direction stands still until then */
  readonly stall: (until: number) => void;
  readonly unplug: () => void;
}

const LONGEST_PACKET = 2048;
const BURST_BYTES = 20;
const STALL_MS = 300;

/** The message code of a piece that is one frame: its first byte in COBS stands behind a code byte. */
export const frameType = (bytes: Uint8Array, start: number, end: number): number => (end - start < 3 ? -1 : bytes[start + 1] & 0x7f);

/** A buffer that grows to the longest piece. */
function scratch(): (length: number) => Uint8Array {
  let bytes = new Uint8Array(1024);
  return (length) => {
    if (bytes.length < length) bytes = new Uint8Array(2 * length);
    return bytes;
  };
}

/** Joins and cuts at zeros. What never ends is given on in pieces of {@link LONGEST_PACKET}, and what waits is given on when asked. */
function packets(_: Packets, { pass }: Tools): Stage {
  const held = new Uint8Array(LONGEST_PACKET);
  let length = 0;
  const flush = (now: number): void => {
    const end = length;
    length = 0;
    if (end > 0) pass(held, 0, end, now);
  };
  return {
    push(bytes, start, end, now) {
      for (let i = start; i < end; i++) {
        held[length++] = bytes[i];
        if (bytes[i] === 0 || length === held.length) flush(now);
      }
    },
    bypass(bytes, start, end, now) {
      flush(now);
      pass(bytes, start, end, now);
    },
    clear: () => {
      length = 0;
    },
    held: () => length,
  };
}

/** A fault that changes a piece, byte by byte, and gives it on at once. */
function rewriting(pass: Pass, rewrite: (bytes: Uint8Array, start: number, end: number, out: Uint8Array) => number): Stage {
  const room = scratch();
  return {
    push(bytes, start, end, now) {
      const out = room(2 * (end - start) + 1024);
      const length = rewrite(bytes, start, end, out);
      if (length > 0) pass(out, 0, length, now);
    },
  };
}

interface Held {
  readonly bytes: Uint8Array;
  readonly dueAt: number;
}

/** Pieces that wait, in order. */
function waiting(pass: Pass, due: (piece: Held, now: number) => boolean): Stage & { readonly hold: (piece: Held) => void } {
  let pieces: Held[] = [];
  return {
    push: pass,
    hold: (piece) => pieces.push(piece),
    release(now) {
      while (pieces.length > 0 && due(pieces[0], now)) {
        const { bytes } = pieces[0];
        pieces.shift();
        pass(bytes, 0, bytes.length, now);
      }
    },
    clear: () => {
      pieces = [];
    },
    held: () => pieces.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

/** How each kind does it. */
export function stageOf(fault: Fault, tools: Tools): Stage {
  const { random, counts, pass, stall, unplug } = tools;
  const happens = (rate: number): boolean => rate > 0 && random() < rate * 0x100000000;
  const below = (limit: number): number => (limit > 0 ? random() % limit : 0);
  switch (fault.kind) {
    case 'packets':
      return packets(fault, tools);
    case 'drop':
      return rewriting(pass, (bytes, start, end, out) => {
        let length = 0;
        for (let i = start; i < end; i++) {
          if (happens(fault.rate)) counts.dropped++;
          else out[length++] = bytes[i];
        }
        return length;
      });
    case 'flip':
      return rewriting(pass, (bytes, start, end, out) => {
        for (let i = start; i < end; i++) {
          const hit = happens(fault.rate);
          if (hit) counts.flipped++;
          out[i - start] = hit ? bytes[i] ^ (1 << below(8)) : bytes[i];
        }
        return end - start;
      });
    case 'burst':
      return rewriting(pass, (bytes, start, end, out) => {
        const hit = happens(fault.rate);
        if (hit) counts.bursts++;
        const from = hit ? start + below(end - start) : end;
        const to = from + (fault.bytes ?? BURST_BYTES);
        for (let i = start; i < end; i++) out[i - start] = i >= from && i < to ? random() & 0xff : bytes[i];
        return end - start;
      });
    case 'noise': {
      const room = scratch();
      return {
        push(bytes, start, end, now) {
          if (happens(fault.rate)) {
            counts.noises++;
            const length = fault.bytes ?? BURST_BYTES;
            const out = room(length);
            for (let i = 0; i < length; i++) out[i] = 1 + below(255);
            pass(out, 0, length, now);
          }
          pass(bytes, start, end, now);
        },
      };
    }
    case 'truncate':
      return rewriting(pass, (bytes, start, end, out) => {
        const hit = happens(fault.rate);
        if (hit) counts.truncated++;
        const length = hit ? below(end - start) : end - start;
        for (let i = 0; i < length; i++) out[i] = bytes[start + i];
        return length;
      });
    case 'duplicate': {
      const room = scratch();
      return {
        push(bytes, start, end, now) {
          if (!happens(fault.rate)) return pass(bytes, start, end, now);
          counts.duplicated++;
          // The first one may change the sender's buffer: its answer is written into it.
          const length = end - start;
          const copy = room(length);
          copy.set(bytes.subarray(start, end));
          pass(copy, 0, length, now);
          pass(copy, 0, length, now);
        },
      };
    }
    case 'reorder': {
      const line = waiting(pass, () => true);
      let left = 0;
      const overtake: Pass = (bytes, start, end, now) => {
        pass(bytes, start, end, now);
        if (left > 0 && --left === 0) line.release?.(now);
      };
      return {
        ...line,
        bypass: overtake,
        push(bytes, start, end, now) {
          if (left > 0) overtake(bytes, start, end, now);
          else if (happens(fault.rate)) {
            counts.reordered++;
            left = fault.by ?? 1;
            line.hold({ bytes: bytes.slice(start, end), dueAt: now });
          } else pass(bytes, start, end, now);
        },
        // Until it was overtaken nothing is due.
        release: () => undefined,
        clear: () => {
          left = 0;
          line.clear?.();
        },
      };
    }
    case 'merge':
      return rewriting(pass, (bytes, start, end, out) => {
        const hit = bytes[end - 1] === 0 && happens(fault.rate);
        if (hit) counts.merged++;
        const length = end - start - (hit ? 1 : 0);
        for (let i = 0; i < length; i++) out[i] = bytes[start + i];
        return length;
      });
    case 'split':
      return rewriting(pass, (bytes, start, end, out) => {
        const hit = happens(fault.rate);
        if (hit) counts.split++;
        const at = hit ? start + below(end - start) : end;
        let length = 0;
        for (let i = start; i < end; i++) {
          if (i === at) out[length++] = 0;
          out[length++] = bytes[i];
        }
        return length;
      });
    case 'lose':
      return {
        push(bytes, start, end, now) {
          if (happens(fault.rate)) counts.lost++;
          else pass(bytes, start, end, now);
        },
      };
    case 'delay': {
      const line = waiting(pass, ({ dueAt }, now) => now >= dueAt);
      let last = Number.NEGATIVE_INFINITY;
      return {
        ...line,
        push(bytes, start, end, now) {
          const jitter = (fault.jitterMs ?? 0) * (random() / 0x100000000);
          last = Math.max(last, now + fault.ms + jitter);
          line.hold({ bytes: bytes.slice(start, end), dueAt: last });
        },
        bypass(bytes, start, end, now) {
          // Order stays: behind what waits it waits too.
          if (now >= last) pass(bytes, start, end, now);
          else line.hold({ bytes: bytes.slice(start, end), dueAt: last });
        },
      };
    }
    case 'stall':
      return {
        push(bytes, start, end, now) {
          if (happens(fault.rate)) {
            counts.stalls++;
            stall(now + (fault.ms ?? STALL_MS));
          }
          pass(bytes, start, end, now);
        },
      };
    case 'unplug':
      return { push: unplug };
    case 'baud': {
      const receive = uartReceiver(fault.ratio);
      return rewriting(pass, (bytes, start, end, out) => receive(bytes, start, end, out));
    }
  }
}
