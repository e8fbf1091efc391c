import type { Alif, Integrator, Lif, Rate, Source } from './network.ts';

/** Factories: the same plain data as writing the object with its `kind`. */
export const source = (): Source => ({ kind: 'source' });
export const lif = (parameters: Omit<Lif, 'kind'>): Lif => ({ kind: 'lif', ...parameters });
export const alif = (parameters: Omit<Alif, 'kind'>): Alif => ({ kind: 'alif', ...parameters });
export const rate = (parameters: Omit<Rate, 'kind'>): Rate => ({ kind: 'rate', ...parameters });
export const integrator = (parameters: Omit<Integrator, 'kind'>): Integrator => ({ kind: 'integrator', ...parameters });
