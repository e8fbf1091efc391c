import type { Critic, Loss, Policy } from './network.ts';

/** Whether a readout acts or judges, and asks for no target. */
export const isActing = (loss: Loss | Policy | Critic | undefined): loss is Policy | Critic => typeof loss === 'object';
