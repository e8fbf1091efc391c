import type { Job } from '../../../apps/controller/job.ts';

/** One of the faulty apps, in real time on the reference, logging into a file. */
export const faultyJob = (app: string, file: string, text: boolean): Job => ({
  apps: new URL('./faulty-apps.js', import.meta.url).href,
  app,
  given: { file },
  backend: 'reference',
  clock: 'realtime',
  seed: 1,
  speed: 1,
  watched: undefined,
  steered: undefined,
  observed: undefined,
  scheduling: undefined,
  pacing: { leastShare: 0, rearmMs: 0 },
  saving: undefined,
  text,
});
