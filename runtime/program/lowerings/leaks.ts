import { decay as exactDecay, exp, log } from '../../exact.ts';
import type { Alif, Integrator, Lif, Scale } from '../../network/network.ts';

export const scaleOf = (scale: Scale | undefined, decay: number): number => (scale === 'oneMinusDecay' ? Math.fround(1 - decay) : 1);

/** α of a spiking population and c on its input. */
export function membraneOf(neuron: Lif | Alif, dt: number): { readonly alpha: number; readonly scale: number; readonly threshold: number } {
  const alpha = exactDecay(dt, neuron.tauMem);
  return { alpha, scale: scaleOf(neuron.inputScale, alpha), threshold: neuron.threshold ?? 1 };
}

/** κ of a readout and g on its input. */
export function leakOf(neuron: Integrator, dt: number): { readonly kappa: number; readonly gain: number } {
  const kappa = exactDecay(dt, neuron.tau);
  return { kappa, gain: scaleOf(neuron.inputScale, kappa) };
}

/**
 * Two leaks in sequence answer an impulse by g (d^n − r^n)/(d − r), d and r being their decays: g that makes it e^(−t/decay) − e^(−t/rise) with its
 * peak, at t = ln(decay/rise)·decay·rise/(decay − rise), scaled to 1. The two differ.
 */
export function unitPeak(dt: number, decay: number, rise: number): number {
  const peak = (log(decay / rise) * decay * rise) / (decay - rise);
  return (exactDecay(dt, decay) - exactDecay(dt, rise)) / (exp(-peak / decay) - exp(-peak / rise));
}

/** β of the synaptic current of a spiking population, b on its input and when the membrane sees it. */
export function synapseOf(
  { synapse, tauMem }: Lif | Alif,
  dt: number,
): { readonly beta: number; readonly gain: number; readonly order: 'sameTick' | 'tickBefore' } {
  const { tau, inputScale, order = 'sameTick' } = synapse!;
  const beta = exactDecay(dt, tau);
  return { beta, gain: inputScale === 'unitPeak' ? unitPeak(dt, tauMem, tau) : scaleOf(inputScale, beta), order };
}
