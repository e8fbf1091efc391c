import type { Task } from './task.ts';

/** Tasks by name; each is loaded only when it is asked for. */
export const tasks: Readonly<Record<string, () => Promise<Task>>> = {
  'pattern-generation': async () => (await import('./tasks/pattern-generation.ts')).patternGeneration,
  'evidence-accumulation': async () => (await import('./tasks/evidence-accumulation.ts')).evidenceAccumulation,
  fsdd: async () => (await import('./tasks/fsdd/fsdd.ts')).fsdd,
  'ecg-qtdb': async () => (await import('./tasks/ecg-qtdb/ecg-qtdb.ts')).ecgQtdb,
  nmnist: async () => (await import('./tasks/nmnist/nmnist.ts')).nmnist,
};

/** The task of that name, and nothing that every object inherits. */
export const taskNamed = (name: string): (() => Promise<Task>) | undefined => (Object.hasOwn(tasks, name) ? tasks[name] : undefined);
