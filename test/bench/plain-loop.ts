import type { Executable } from '../../runtime/index.ts';
import { FRAME, INPUTS, OUTPUTS } from './networks.ts';

/**
 * The same sum as a person would write it in JavaScript: typed arrays, plain loops, no exactness contract. It starts from the
 * executable's weights and inputs. Dense e-prop with a filtered trace, symmetric feedback, one step of SGD a tick.
 */
export function plainLoop({ arena }: Executable, n: number, beta: number): (ticks: number) => void {
  const [alpha, rho, kappa] = [Math.exp(-1 / 20), Math.exp(-1 / 200), Math.exp(-1 / 20)];
  const eta = 1e-4;
  const input = arena.copy('input.input');
  const target = arena.copy('readout.target');
  const wOut = arena.copy('output.weights');
  const parts = [
    { pre: INPUTS, w: arena.copy('sensory.weights') },
    { pre: n, w: arena.copy('recurrent.weights') },
  ].map(({ pre, w }) => ({ pre, w, x: new Float32Array(pre), epsilon: new Float32Array(pre * n), filtered: new Float32Array(pre * n) }));
  const [v, a, z, psi, L, I, zFiltered] = Array.from({ length: 7 }, () => new Float32Array(n)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const y = new Float32Array(OUTPUTS);
  let tick = 0;

  const learn = ({ pre, w, x, epsilon, filtered }: (typeof parts)[number]): void => {
    for (let i = 0; i < pre; i++) {
      for (let j = 0; j < n; j++) {
        const k = i * n + j;
        const e = psi[j]! * (x[i]! - beta * epsilon[k]!);
        epsilon[k] = rho * epsilon[k]! + e;
        filtered[k] = kappa * filtered[k]! + e;
        w[k] = w[k]! - eta * L[j]! * filtered[k]!;
      }
    }
  };
  return (ticks) => {
    for (let t = 0; t < ticks; t++, tick++) {
      const row = tick % FRAME;
      const [sensory, recurrent] = parts as [(typeof parts)[number], (typeof parts)[number]];
      I.fill(0);
      for (let i = 0; i < INPUTS; i++) {
        const xi = input[row * INPUTS + i]!;
        sensory.x[i] = alpha * sensory.x[i]! + xi;
        if (xi !== 0) for (let j = 0; j < n; j++) I[j] = I[j]! + xi * sensory.w[i * n + j]!;
      }
      for (let i = 0; i < n; i++) {
        recurrent.x[i] = alpha * recurrent.x[i]! + z[i]!;
        if (z[i] !== 0) for (let j = 0; j < n; j++) I[j] = I[j]! + recurrent.w[i * n + j]!;
      }
      y.forEach((value, k) => {
        y[k] = kappa * value;
      });
      for (let j = 0; j < n; j++) {
        a[j] = rho * a[j]! + z[j]!;
        v[j] = alpha * v[j]! + I[j]! - z[j]!;
        const level = 1 + beta * a[j]!;
        psi[j] = 0.3 * Math.max(0, 1 - Math.abs(v[j]! - level));
        z[j] = v[j]! >= level ? 1 : 0;
        zFiltered[j] = kappa * zFiltered[j]! + z[j]!;
        if (z[j] !== 0) for (let k = 0; k < OUTPUTS; k++) y[k] = y[k]! + wOut[j * OUTPUTS + k]!;
      }
      for (let j = 0; j < n; j++) {
        L[j] = 0;
        for (let k = 0; k < OUTPUTS; k++) L[j] = L[j]! + wOut[j * OUTPUTS + k]! * (y[k]! - target[row * OUTPUTS + k]!);
      }
      for (const part of parts) learn(part);
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < OUTPUTS; k++)
          wOut[j * OUTPUTS + k] = wOut[j * OUTPUTS + k]! - eta * zFiltered[j]! * (y[k]! - target[row * OUTPUTS + k]!);
      }
    }
  };
}
