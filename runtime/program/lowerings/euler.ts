import type { Izhikevich, Theta } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Ring } from './rings.ts';

/** Neurons that go through their spike by steps of Euler. What drives them is guarded too: at its spike a state that is not finite would go on from a finite place. */
export function lowerEuler(builder: Builder, name: string, n: number, neuron: Theta | Izhikevich, ring: Ring, current: Region): void {
  const { dt } = builder.network;
  const { steps = 1 } = neuron;
  const states: Region[] = [];
  const state = (role: string): Region => {
    const region = builder.reserve(`${name}.${role}`, 1, n);
    builder.emit('reset', 'clear', { target: region });
    states.push(region);
    return region;
  };
  if (neuron.kind === 'theta') {
    const { tau = 1000 } = neuron;
    builder.emit('forward', 'theta', { n, ...ring, current, phase: state('phase'), steps, step: dt / (tau * steps) });
  } else {
    const { capacitance = 250, k = 2.5, threshold = 40.8, peak = 90, reset = -5, tauRecovery: tau = 100, b = -2, d = 200 } = neuron;
    const each = { step: dt / (capacitance * steps), share: dt / (tau * steps) };
    const [v, u] = [state('membrane'), state('recovery')];
    builder.emit('forward', 'izhikevich', { n, ...ring, current, v, u, steps, ...each, k, threshold, peak, reset, b, d });
  }
  for (const x of [current, ...states]) builder.emit('guard', 'guard', { n, x, rows: 1, stride: x.stride });
}
