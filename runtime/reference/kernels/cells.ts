import { exp, flush, fma, tanh } from '../../exact.ts';
import { type Kernels, ringRow } from './kernel.ts';

const { fround } = Math;

type Names =
  | 'snu_linear'
  | 'snu_relu'
  | 'output_sigmoid'
  | 'output_step'
  | 'gru'
  | 'lstm'
  | 'sigmoid'
  | 'carry_zero'
  | 'slope_tanh'
  | 'slope_relu'
  | 'own_carry';

/** σ(x) = 1/(1 + e^(−x)), in double. */
const logistic = (x: number): number => 1 / (1 + exp(-x));

/** y·(1 − y), the slope of σ where it is y. */
const bend = (y: number): number => fround(y * fround(1 - y));

export const cells: Kernels<Names> = {
  snu_linear({ n, x, rows, stride, current, s, carry, back, decay }, { floats }) {
    const [y, I, state, A, R] = [floats(x), floats(current), floats(s), floats(carry), floats(back)];
    const d = fround(decay);
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) {
        A[j] = d * fround(1 - y[before + j]!);
        R[j] = -fround(d * state[j]!);
        state[j] = flush(fma(A[j]!, state[j]!, I[j]!));
      }
    };
  },
  snu_relu({ n, x, rows, stride, current, s, carry, back, drive, decay }, { floats }) {
    const [y, I, state, A, R, B] = [floats(x), floats(current), floats(s), floats(carry), floats(back), floats(drive)];
    const d = fround(decay);
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) {
        const kept = fround(d * fround(1 - y[before + j]!));
        const u = fma(kept, state[j]!, I[j]!);
        B[j] = u > 0 ? 1 : 0;
        A[j] = B[j]! * kept;
        R[j] = B[j]! * -fround(d * state[j]!);
        state[j] = flush(fround(B[j]! * u));
      }
    };
  },
  output_sigmoid({ n, x, rows, stride, s, current, slope }, { floats }) {
    const [y, state, I, C] = [floats(x), floats(s), floats(current), floats(slope)];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        const out = fround(logistic(fround(state[j]! + I[j]!)));
        y[at + j] = out;
        C[j] = bend(out);
      }
    };
  },
  output_step({ n, x, rows, stride, s, current, slope }, { floats }) {
    const [y, state, I, C] = [floats(x), floats(s), floats(current), floats(slope)];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        const u = fround(state[j]! + I[j]!);
        const t = fround(tanh(u));
        y[at + j] = u > 0 ? 1 : 0;
        C[j] = fma(-t, t, 1);
      }
    };
  },
  gru(o, { floats }) {
    const { n, rows, stride } = o;
    const [y, Ir, Iu, Ic, Im, A] = [o.x, o.reset, o.update, o.candidate, o.memory, o.carry].map(floats) as Float32Array[];
    const [Br, Bu, Bc, Bm] = [o.driveReset, o.driveUpdate, o.driveCandidate, o.driveMemory].map(floats) as Float32Array[];
    return ({ tick }) => {
      const [now, before] = [ringRow(tick, 0, rows, stride), ringRow(tick, 1, rows, stride)];
      for (let j = 0; j < n; j++) {
        const h = y![before + j]!;
        const r = fround(logistic(Ir![j]!));
        const u = fround(logistic(Iu![j]!));
        const candidate = fround(tanh(fma(r, Im![j]!, Ic![j]!)));
        const change = fround(candidate - h);
        y![now + j] = flush(fma(u, change, h));
        A![j] = 1 - u;
        Bc![j] = u * fma(-candidate, candidate, 1);
        Bm![j] = r * Bc![j]!;
        Br![j] = fround(Bc![j]! * Im![j]!) * bend(r);
        Bu![j] = change * bend(u);
      }
    };
  },
  lstm(o, { floats }) {
    const { n, rows, stride } = o;
    const [y, Ii, If, Ig, Io, state] = [o.x, o.input, o.forget, o.cell, o.output, o.c].map(floats) as Float32Array[];
    const [A, Bi, Bf, Bg, C, E] = [o.carry, o.driveInput, o.driveForget, o.driveCell, o.slope, o.direct].map(floats) as Float32Array[];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        const [i, f, out] = [fround(logistic(Ii![j]!)), fround(logistic(If![j]!)), fround(logistic(Io![j]!))];
        const g = fround(tanh(Ig![j]!));
        Bf![j] = state![j]! * bend(f);
        state![j] = flush(fma(f, state![j]!, fround(i * g)));
        const t = fround(tanh(state![j]!));
        y![at + j] = out * t;
        A![j] = f;
        Bi![j] = g * bend(i);
        Bg![j] = i * fma(-g, g, 1);
        C![j] = out * fma(-t, t, 1);
        E![j] = t * bend(out);
      }
    };
  },
  sigmoid({ n, x, rows, stride, p }, { floats }) {
    const [value, out] = [floats(x), floats(p)];
    return ({ tick }) => {
      const at = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) out[j] = logistic(value[at + j]!);
    };
  },
  carry_zero({ n, x, rows, stride, v, carry, back, alpha }, { floats }) {
    const [z, voltage, A, R] = [floats(x), floats(v), floats(carry), floats(back)];
    const a = fround(alpha);
    return ({ tick }) => {
      const before = ringRow(tick, 1, rows, stride);
      for (let j = 0; j < n; j++) {
        A[j] = a * fround(1 - z[before + j]!);
        R[j] = -fround(a * voltage[j]!);
      }
    };
  },
  slope_tanh({ n, current, drive, gain }, { floats }) {
    const [I, B] = [floats(current), floats(drive)];
    const g = fround(gain);
    return () => {
      for (let j = 0; j < n; j++) {
        const t = fround(tanh(I[j]!));
        B[j] = g * fma(-t, t, 1);
      }
    };
  },
  slope_relu({ n, current, drive, gain }, { floats }) {
    const [I, B] = [floats(current), floats(drive)];
    const g = fround(gain);
    return () => {
      for (let j = 0; j < n; j++) B[j] = I[j]! > 0 ? g : 0;
    };
  },
  own_carry({ n, carry, back, slope, last, own }, { floats }) {
    const [A, R, C, before, a] = [floats(carry), floats(back), floats(slope), floats(last), floats(own)];
    return () => {
      for (let j = 0; j < n; j++) {
        a[j] = fma(R[j]!, before[j]!, A[j]!);
        before[j] = C[j]!;
      }
    };
  },
};
