import type { Alif, Constant, DelayLine, Gru, Integrator, Izhikevich, Lif, Lstm, Rate, Snu, Source, Theta } from './network.ts';

/** Factories: the same plain data as writing the object with its `kind`. */
export const source = (): Source => ({ kind: 'source' });
export const constant = (value = 1): Constant => ({ kind: 'constant', value });
export const lif = (parameters: Omit<Lif, 'kind'>): Lif => ({ kind: 'lif', ...parameters });
export const alif = (parameters: Omit<Alif, 'kind'>): Alif => ({ kind: 'alif', ...parameters });
export const theta = (parameters: Omit<Theta, 'kind'> = {}): Theta => ({ kind: 'theta', ...parameters });
export const izhikevich = (parameters: Omit<Izhikevich, 'kind'> = {}): Izhikevich => ({ kind: 'izhikevich', ...parameters });
export const rate = (parameters: Omit<Rate, 'kind'>): Rate => ({ kind: 'rate', ...parameters });
export const delayLine = (parameters: Omit<DelayLine, 'kind'>): DelayLine => ({ kind: 'delayLine', ...parameters });
export const integrator = (parameters: Omit<Integrator, 'kind'>): Integrator => ({ kind: 'integrator', ...parameters });
export const snu = (parameters: Omit<Snu, 'kind'>): Snu => ({ kind: 'snu', ...parameters });
export const gru = (): Gru => ({ kind: 'gru' });
export const lstm = (): Lstm => ({ kind: 'lstm' });
