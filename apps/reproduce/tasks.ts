import type { Task } from './task.ts';

/** Tasks by name; each is loaded only when it is asked for. */
export const tasks: Readonly<Record<string, () => Promise<Task>>> = {
  jsb: async () => (await import('./tasks/jsb/index.ts')).jsb,
  'pattern-generation': async () => (await import('./tasks/pattern-generation.ts')).patternGeneration,
  superspike: async () => (await import('./tasks/superspike.ts')).superspike,
  'copy-task': async () => (await import('./tasks/copy-task.ts')).copyTask,
  'store-recall': async () => (await import('./tasks/store-recall.ts')).storeRecall,
  'rflo-sine': async () => (await import('./tasks/rflo-sine.ts')).rfloSine,
  assemblies: async () => (await import('./tasks/assemblies.ts')).assemblies,
  'limit-cycle': async () => (await import('./tasks/limit-cycle.ts')).limitCycle,
  'delay-coincidence': async () => (await import('./tasks/delay-coincidence.ts')).delayCoincidence,
  'force-sine': async () => (await import('./tasks/force/sine.ts')).forceSine,
  'force-lorenz': async () => (await import('./tasks/force/lorenz.ts')).forceLorenz,
  'follow-vanderpol': async () => (await import('./tasks/follow/van-der-pol.ts')).followVanDerPol,
  'wp-np-linear': async () => (await import('./tasks/wp-np-linear.ts')).wpNpLinear,
  'sal-alignment': async () => (await import('./tasks/sal/alignment.ts')).salAlignment,
  'sal-boltzmann': async () => (await import('./tasks/sal/boltzmann.ts')).salBoltzmann,
  'jabri-xor': async () => (await import('./tasks/jabri-xor.ts')).jabriXor,
  'sequence-concatenation': async () => (await import('./tasks/sequence-concatenation.ts')).sequenceConcatenation,
  'contrastive-xor': async () => (await import('./tasks/contrastive-xor.ts')).contrastiveXor,
  automaton: async () => (await import('./tasks/automaton/index.ts')).automaton,
  'evidence-accumulation': async () => (await import('./tasks/evidence-accumulation.ts')).evidenceAccumulation,
  fsdd: async () => (await import('./tasks/fsdd/fsdd.ts')).fsdd,
  'ecg-qtdb': async () => (await import('./tasks/ecg-qtdb/ecg-qtdb.ts')).ecgQtdb,
  'reckon-cues': async () => (await import('./tasks/reckon/cues.ts')).reckonCues,
  'reckon-digits': async () => (await import('./tasks/reckon/digits.ts')).reckonDigits,
  nmnist: async () => (await import('./tasks/nmnist/nmnist.ts')).nmnist,
  'lifelong-reach': async () => (await import('./tasks/lifelong-reach.ts')).lifelongReach,
  'cartpole-v1': async () => (await import('./tasks/rewards.ts')).cartpole,
  'cartpole-v0': async () => (await import('./tasks/rewards.ts')).cartpoleShort,
  reach: async () => (await import('./tasks/rewards.ts')).reach,
  tmaze: async () => (await import('./tasks/rewards.ts')).tmaze,
  pong: async () => (await import('./tasks/rewards.ts')).pong,
  'double-pendulum': async () => (await import('./tasks/rewards.ts')).doublePendulum,
};

/** The task of that name, and nothing that every object inherits. */
export const taskNamed = (name: string): (() => Promise<Task>) | undefined => (Object.hasOwn(tasks, name) ? tasks[name] : undefined);
