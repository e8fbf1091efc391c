import { exp } from '../../exact.ts';
import { header } from '../../program/arena.ts';
import { events, statuses } from '../../program/program.ts';
import { type Kernels, ringRow } from './kernel.ts';

export const values: Kernels<
  'load' | 'clear' | 'assign' | 'add' | 'subtract' | 'drain' | 'softmax' | 'emit' | 'collect' | 'guard' | 'retain' | 'recall' | 'border'
> = {
  load({ n, tape, tapeStride, x, rows, stride }, { floats }) {
    const [from, to] = [floats(tape), floats(x)];
    return ({ tick, row }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) to[at + j] = from[row * tapeStride + j]!;
    };
  },
  clear({ target }, { floats }) {
    const x = floats(target);
    return () => x.fill(0);
  },
  assign({ x, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return () => to.set(from);
  },
  add({ x, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return () => {
      for (let k = 0; k < to.length; k++) to[k] = to[k]! + from[k]!;
    };
  },
  subtract({ x, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return () => {
      for (let k = 0; k < to.length; k++) to[k] = to[k]! - from[k]!;
    };
  },
  drain({ x, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return () => {
      for (let k = 0; k < to.length; k++) to[k] = to[k]! + from[k]!;
      from.fill(0);
    };
  },
  softmax({ n, x, rows, stride, p }, { floats }) {
    const [from, to] = [floats(x), floats(p)];
    const scratch = new Float64Array(n);
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      let largest = from[at]!;
      for (let k = 1; k < n; k++) if (from[at + k]! > largest) largest = from[at + k]!;
      let sum = 0;
      for (let k = 0; k < n; k++) {
        scratch[k] = exp(from[at + k]! - largest);
        sum += scratch[k]!;
      }
      for (let k = 0; k < n; k++) to[k] = scratch[k]! / sum;
    };
  },
  emit({ n, y, tape, tapeStride }, { floats }) {
    const [from, to] = [floats(y), floats(tape)];
    return ({ row }) => {
      for (let j = 0; j < n; j++) to[row * tapeStride + j] = from[j]!;
    };
  },
  collect({ n, x, rows, stride, counts, addresses, addressStride }, { floats, words }) {
    const [z, count, address] = [floats(x), words(counts), words(addresses)];
    return ({ tick, row }) => {
      const at = ringRow(tick, 0, rows, stride);
      let found = 0;
      for (let j = 0; j < n; j++) if (z[at + j] !== 0) address[row * addressStride + found++] = j;
      count[row] = found;
    };
  },
  guard({ n, x, rows, stride }, { floats, arena: { words } }) {
    const value = floats(x);
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        if (!Number.isFinite(value[at + j]!)) words[header.status] = words[header.status]! | statuses.nonFinite;
      }
    };
  },
  retain({ n, y, x, rows, stride }, { floats }) {
    const [from, to] = [floats(y), floats(x)];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) to[at + j] = from[j]!;
    };
  },
  recall({ n, x, rows, stride, delay, y }, { floats }) {
    const [from, to] = [floats(x), floats(y)];
    return ({ tick }) => {
      const at = ringRow(tick, delay, rows, stride);
      for (let j = 0; j < n; j++) to[j] = from[at + j]!;
    };
  },
  border({ n, x, rows, stride, events: tape, y }, { floats, words }) {
    const [from, to, event] = [floats(x), floats(y), words(tape)];
    return ({ tick, row }) => {
      const at = ringRow(tick, 0, rows, stride);
      const ends = (event[row]! & events.episodeEnd) !== 0;
      for (let j = 0; j < n; j++) to[j] = ends ? 0 : from[at + j]!;
    };
  },
};
