import { cos, flush } from '../../exact.ts';
import { type Kernels, ringRow } from './kernel.ts';

const { fround, PI } = Math;
const TURN = 2 * PI;

/** Between −π and π, beyond which there is no phase. */
const held = (theta: number): number => (theta > PI ? PI : theta < -PI ? -PI : theta);

/** Neurons that go through their spike by steps of Euler within a tick. */
export const euler: Kernels<'theta' | 'izhikevich'> = {
  theta({ n, x, rows, stride, current, phase, steps, step }, { floats }) {
    const [z, I, states] = [floats(x), floats(current), floats(phase)];
    return ({ tick }) => {
      const now = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        const drive = PI * PI * I[j]!;
        let theta = held(states[j]!);
        let fired = 0;
        for (let k = 0; k < steps; k++) {
          const c = cos(theta);
          theta = theta + step * (1 - c + drive * (1 + c));
          if (theta >= PI) {
            fired = 1;
            theta = theta - TURN;
          }
          theta = held(theta);
        }
        states[j] = flush(fround(theta));
        z[now + j] = fired;
      }
    };
  },
  izhikevich(o, { floats }) {
    const { n, rows, stride, steps, step, share, k: gain, threshold, peak, reset, b, d } = o;
    const [z, I, potentials, recoveries] = [floats(o.x), floats(o.current), floats(o.v), floats(o.u)];
    return ({ tick }) => {
      const now = ringRow(tick, 0, rows, stride);
      for (let j = 0; j < n; j++) {
        let [v, u, fired] = [potentials[j]!, recoveries[j]!, 0];
        for (let k = 0; k < steps; k++) {
          const next = v + step * (gain * v * (v - threshold) - u + I[j]!);
          u = u + share * (b * v - u);
          v = next;
          if (v >= peak) {
            fired = 1;
            v = reset;
            u = u + d;
          }
        }
        potentials[j] = flush(fround(v));
        recoveries[j] = flush(fround(u));
        z[now + j] = fired;
      }
    };
  },
};
