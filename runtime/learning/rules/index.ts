/** Every rule, one file each: a rule that has a line here has its page, its row in the table of rules and its rows in the bench. */
export * from './bptt.ts';
export * from './decolle.ts';
export * from './eprop.ts';
export * from './eprop3.ts';
export * from './follow.ts';
export * from './hybrid-perturbation.ts';
export * from './node-perturbation.ts';
export * from './ostl.ts';
export * from './relatives.ts';
export * from './reward-eprop.ts';
export * from './rflo.ts';
export * from './rtrl.ts';
export * from './sal.ts';
export * from './stdp.ts';
export * from './superspike.ts';
export * from './uoro.ts';
export * from './weight-perturbation.ts';
